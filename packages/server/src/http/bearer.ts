import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { type RequestSource, sourceOf } from '../auth/credentials'
import type { Identity } from '../auth/identity'
import type { Origins } from '../auth/origin'
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

/** Where a request came from, for a rate. */
export const addressOf = (c: Context, proxies: number): string =>
  clientAddress({ headers: c.req.header(), socket: peerOf(c) }, proxies)

/** Of a request without a token the cookies count, if a page that may send them asks. */
export function identifyBy({ check, origins, proxies }: IdentifyOptions): Identify {
  return async (c) => {
    const token = bearerToken(c)
    const headers = c.req.header()
    const address = addressOf(c, proxies)
    const source = sourceOf(headers, address, { origins, trustsProxy: proxies > 0 })
    if (token === undefined && source.headers.cookie === undefined) return refuse('UNAUTHENTICATED')
    return check(token ?? '', source)
  }
}

/** A request that a framework handed over has none. */
function peerOf(c: Context): { remoteAddress?: string | undefined } {
  const { incoming }: Partial<HttpBindings> = c.env ?? {}
  return incoming?.socket ?? {}
}
