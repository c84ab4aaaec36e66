import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'hono/utils/cookie'
import { isOriginAllowed, type OriginPolicy } from './origin'

/** What somebody shows to be let in. */
export type Credentials = {
  /** What the client's `auth` gave, or `Authorization: Bearer`. Empty where there is none: the app signs in by a cookie. */
  readonly token: string
  /** Of the request that opened the connection. A proxy's are its own words: see `trustProxy`. */
  readonly headers: Headers
  /** Decoded, by their names. */
  readonly cookies: Readonly<Record<string, string>>
  /** Of the peer, or of whoever is before the trusted proxies; of an IPv6 address its network. */
  readonly address: string
}

/** The request behind a connection. */
export type RequestSource = { readonly headers: IncomingHttpHeaders; readonly address: string }

/**
 * The request as far as it may speak for a user. A browser adds cookies to what any page asks for, to a websocket above
 * all: those of pages that are neither this server's own nor listed by name are left out. `*` names none.
 */
export function sourceOf(
  headers: IncomingHttpHeaders,
  address: string,
  { origins, trustsProxy = false }: OriginPolicy,
): RequestSource {
  if (isOriginAllowed(headers, { origins: origins === '*' ? [] : origins, trustsProxy }))
    return { headers, address }
  const { cookie: _, ...rest } = headers
  return { headers: rest, address }
}

export const NO_REQUEST: RequestSource = { headers: {}, address: 'unknown' }

/** Few checks look at more than the token: the rest is made when it is asked for. */
export const credentialsOf = (token: string, { headers, address }: RequestSource): Credentials => ({
  token,
  address,
  get headers() {
    const made = new Headers()
    for (const [name, value] of Object.entries(headers))
      for (const one of [value ?? []].flat()) made.append(name, one)
    return made
  },
  get cookies() {
    return parse(headers.cookie ?? '')
  },
})
