import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { RequestSource } from '../auth/credentials'
import type { Identity } from '../auth/identity'
import { isOriginAllowed, type Origins } from '../auth/origin'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { clientAddress } from './client-address'

/** Who asks, checked as in a socket's handshake. */
export type Identify = (c: Context) => Promise<Identity | Refusal>

/** The token of `Authorization: Bearer …`, and of nothing else: addresses end up in logs. */
export const bearerToken = (c: Context): string | undefined =>
  /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

export type IdentifyOptions = {
  readonly check: (token: string, source: RequestSource) => Promise<Identity | Refusal>
  readonly origins: Origins
  readonly proxies: number
}

/**
 * A browser adds cookies to what any page asks for: without a token a request counts only from this server's own pages and
 * from those on the list.
 */
export function identifyBy({ check, origins, proxies }: IdentifyOptions): Identify {
  return async (c) => {
    const token = bearerToken(c)
    const headers = c.req.header()
    if (token === undefined) {
      if (headers.cookie === undefined) return refuse('UNAUTHENTICATED')
      if (!isOriginAllowed(headers, { origins, trustsProxy: proxies > 0 })) return refuse('UNAUTHENTICATED')
    }
    return check(token ?? '', { headers, address: clientAddress({ headers, socket: peerOf(c) }, proxies) })
  }
}

/** A request that a framework handed over has none. */
function peerOf(c: Context): { remoteAddress?: string | undefined } {
  const { incoming }: Partial<HttpBindings> = c.env ?? {}
  return incoming?.socket ?? {}
}
