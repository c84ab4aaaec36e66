import { createHmac, timingSafeEqual } from 'node:crypto'

/** An older call may be a replay. */
const TOLERANCE_MS = 5 * 60_000

const hmac = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest()

/** `t=<ms>,v1=<hex>`: HMAC-SHA256 over the time, a dot, and the body as it is sent. */
export function signWebhook(secret: string, body: string, now: number): string {
  return `t=${now},v1=${hmac(secret, `${now}.${body}`).toString('hex')}`
}

/** For receivers of a webhook: whether it is recent and from a server with this secret. `body` is the raw body. */
export function verifyWebhook({
  secret,
  signature,
  body,
  now = Date.now(),
}: {
  secret: string
  signature: string
  body: string
  now?: number
}): boolean {
  const [, time = '', hex = ''] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  if (time === '' || Math.abs(now - Number(time)) > TOLERANCE_MS) return false
  return timingSafeEqual(Buffer.from(hex, 'hex'), hmac(secret, `${time}.${body}`))
}
