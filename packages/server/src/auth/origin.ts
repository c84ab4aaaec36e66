import type { IncomingHttpHeaders } from 'node:http'

/**
 * `*`, or a list of origins such as `https://app.example.com`. One `*` in an origin stands for any label or part of one:
 * `https://*.preview.example.com` allows `https://pr-7.preview.example.com`.
 */
export type Origins = '*' | readonly string[]

export type OriginPolicy = {
  readonly origins: Origins
  /** A proxy in front of this server sends the requested host: `X-Forwarded-Host`. */
  readonly trustsProxy?: boolean
}

/**
 * Whether a page of this origin may open a connection. CORS does not stop a websocket handshake, so every one is
 * checked. A request without an Origin is not from a browser, and the token alone decides. A page that this server
 * serves is allowed.
 */
export function isOriginAllowed(headers: IncomingHttpHeaders, policy: OriginPolicy): boolean {
  const { origin } = headers
  if (origin === undefined || isListed(origin, policy.origins)) return true
  const page = originOf(origin)
  const host = policy.trustsProxy ? (forwardedHost(headers) ?? headers.host) : headers.host
  // The host in the form of the origin: in lower case, without the default port of its scheme.
  return page !== undefined && host !== undefined && originOf(`${page.protocol}//${host}`)?.host === page.host
}

/** Whether this origin is on the list, literally or by a pattern. */
export function isListed(origin: string, origins: Origins): boolean {
  if (origins === '*' || origins.includes(origin)) return true
  const page = originOf(origin)
  return page !== undefined && origins.some((entry) => matches(entry, page.origin))
}

/** One `*` stands for letters, digits and hyphens: never for a dot, so never for more than a part of one label. */
function matches(entry: string, origin: string): boolean {
  const [before = '', after] = entry.toLowerCase().split('*')
  if (after === undefined) return originOf(entry)?.origin === origin
  const between = origin.slice(before.length, origin.length - after.length)
  return origin === before + between + after && /^[a-z0-9-]+$/.test(between)
}

const forwardedHost = ({ 'x-forwarded-host': value }: IncomingHttpHeaders): string | undefined =>
  (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim()

/** Undefined for `null`, which sandboxed frames and files send, and for any other value that is not an http origin. */
function originOf(origin: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(origin) || !URL.canParse(origin)) return undefined
  return new URL(origin)
}
