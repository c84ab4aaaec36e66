import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

// s3rver accepts every signature of version 4. This stands before it and refuses as S3 does, by what AWS documents:
// "Signature Calculations for the Authorization Header" and "… Using Query Parameters".

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string }

type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>
type Claim = {
  readonly credential: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly date: string
  readonly expiresInSeconds: number
  readonly payload: string
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
/** How far the clocks may differ. */
const HEADER_SECONDS = 900

function claimOf(url: URL, headers: Signed['headers']): Claim | undefined {
  const query = url.searchParams
  const shown = headers.authorization
  if (shown !== undefined) {
    if (query.has('X-Amz-Signature')) return undefined
    const part = (name: string): string => new RegExp(`${name}=([^, ]+)`).exec(shown)?.[1] ?? ''
    return {
      credential: part('Credential'),
      signedHeaders: part('SignedHeaders').split(';'),
      signature: part('Signature'),
      date: String(headers['x-amz-date']),
      expiresInSeconds: HEADER_SECONDS,
      payload: String(headers['x-amz-content-sha256']),
    }
  }
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    expiresInSeconds: Number(query.get('X-Amz-Expires') ?? 0),
    payload: 'UNSIGNED-PAYLOAD',
  }
}

/** S3's code for what is wrong with a request; undefined: nothing. `now`: milliseconds since the epoch. */
export function signatureProblem({ method = '', url = '', headers }: Signed, keys: Keys, now: number) {
  const address = new URL(url, 'http://bucket')
  const claim = claimOf(address, headers)
  if (!claim) return 'InvalidArgument'
  const [accessKeyId, ...scope] = claim.credential.split('/')
  if (accessKeyId !== keys.accessKeyId) return 'InvalidAccessKeyId'
  const at = Date.parse(claim.date.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(now < at + claim.expiresInSeconds * 1_000)) return 'AccessDenied'
  const query = [...address.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const path = decodeURIComponent(address.pathname).split('/').map(encode).join('/')
  const values = claim.signedHeaders.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('')
  const canonical = [method, path, query, values, claim.signedHeaders.join(';'), claim.payload].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope.join('/'), hash(canonical)].join('\n')
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`)
  const [right, shown] = [hmac(key, toSign), Buffer.from(claim.signature, 'hex')]
  return right.length === shown.length && timingSafeEqual(right, shown) ? undefined : 'SignatureDoesNotMatch'
}

export type Gate = {
  readonly port: number
  /** What passed, such as `PUT /bucket/key`. */
  readonly passed: string[]
  /** Whether requests are answered. */
  isOpen: boolean
  close(): Promise<void>
}

/** Passes requests on to a port of this machine if their signatures are right. */
export async function openGate(port: number, keys: Keys): Promise<Gate> {
  const server = createServer((incoming, response) => {
    if (!gate.isOpen) return void incoming.socket.destroy()
    const problem = incoming.method === 'OPTIONS' ? undefined : signatureProblem(incoming, keys, Date.now())
    if (problem !== undefined) {
      incoming.resume()
      response.writeHead(403, { 'content-type': 'application/xml', 'access-control-allow-origin': '*' })
      return void response.end(`<Error><Code>${problem}</Code></Error>`)
    }
    gate.passed.push(`${incoming.method} ${new URL(incoming.url ?? '', 'http://bucket').pathname}`)
    const { method, url: path, headers } = incoming
    const onward = request({ host: '127.0.0.1', port, ...{ method, path, headers } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gate: Gate = {
    port: (server.address() as AddressInfo).port,
    passed: [],
    isOpen: true,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return gate
}
