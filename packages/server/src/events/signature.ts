import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ChatEvent } from '../core/chat-event'
import { keyOf } from './endpoint'

/** An older call may be a replay. */
const TOLERANCE_S = 5 * 60

type Call = { readonly id: string; readonly timestamp: string; readonly body: string }

const signatureOf = (secret: string, { id, timestamp, body }: Call): string =>
  `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`

/** The headers of Standard Webhooks, with a signature for each secret. */
export function signedHeaders(
  secrets: readonly string[],
  { id, body }: { readonly id: string; readonly body: string },
  now: number,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(now / 1_000))
  const signatures = secrets.map((secret) => signatureOf(secret, { id, timestamp, body }))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** As `node:http` and fetch have them. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * For receivers of webhooks: the event, or undefined if the call is older than five minutes or was signed with none of
 * these secrets. `body` is the raw body, as a text. Any library for Standard Webhooks checks the same.
 *
 * @example
 * const secret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5'
 * const receive = (request: { headers: Record<string, string>; body: string }): number => {
 *   const event = verifyWebhook({ headers: request.headers, body: request.body, secrets: [secret] })
 *   if (event?.type === 'message.sent') console.log(event.data.message.content)
 *   return event ? 204 : 401
 * }
 */
export function verifyWebhook({
  headers,
  body,
  secrets,
  now = Date.now(),
}: {
  readonly headers: WebhookHeaders
  readonly body: string
  readonly secrets: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: number
}): ChatEvent | undefined {
  const [id, timestamp, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  if (id === undefined || timestamp === undefined || given === undefined) return undefined
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_S)
    return undefined
  const expected = secrets.map((secret) => Buffer.from(signatureOf(secret, { id, timestamp, body })))
  const signatures = given.split(' ').map((one) => Buffer.from(one))
  const isSigned = expected.some((one) =>
    signatures.some((other) => other.length === one.length && timingSafeEqual(other, one)),
  )
  // Signed by a server that has the secret: it has made the body.
  return isSigned ? (JSON.parse(body) as ChatEvent) : undefined
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (isFetchHeaders(headers)) return headers.get(name) ?? undefined
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof value === 'string' || value === undefined ? value : value[0]
}

const isFetchHeaders = (headers: WebhookHeaders): headers is { get(name: string): string | null } =>
  typeof headers.get === 'function'
