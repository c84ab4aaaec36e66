import type { Context } from 'hono'
import type { Identity } from '../auth/identity'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'

/** Checks a token as a socket's handshake does. */
export type Identify = (token: string) => Promise<Identity | Refusal>

/** The token of `Authorization: Bearer …`; it is taken from nowhere else: addresses end up in logs. */
export const bearerToken = (c: Context): string | undefined =>
  /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

export async function callerOf(c: Context, identify: Identify): Promise<Identity | Refusal> {
  const token = bearerToken(c)
  return token === undefined ? refuse('UNAUTHENTICATED') : identify(token)
}
