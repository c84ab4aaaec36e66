import type { IncomingHttpHeaders } from 'node:http'

/** `*`, or a list of origins such as `https://app.example.com`. */
export type Origins = '*' | readonly string[]

/**
 * May a page of this origin open a line? CORS does not stop a websocket handshake, so this is asked for every one.
 * Without an Origin it is no browser, and the token alone decides. A page that this server serves itself is allowed.
 */
export function isOriginAllowed(headers: IncomingHttpHeaders, origins: Origins): boolean {
  const { origin, host } = headers
  if (origin === undefined || origins === '*') return true
  if (origins.includes(origin)) return true
  return host !== undefined && hostOf(origin) === host
}

/** Undefined for `null`, which sandboxed frames and files send, and for anything else that is no http origin. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1]
}
