import type { Context } from 'hono'
import { userOf } from '../auth/acting-user'
import type { Identity } from '../auth/identity'
import type { Actor, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import { bearerToken, type Identify } from '../http/bearer'
import { type ApiKey, looksLikeKey } from './api-keys'
import type { ApiKeys } from './key-file'

/** Who asks for an operation, and what they may. */
export type Caller = {
  /** For the rate. */
  readonly id: string
  readonly actor: Actor
  readonly scopes: ApiKey['scopes']
  /** Of the user of an admin token, about whom the app's own rules are asked. Absent: the backend, by a key. */
  readonly identity?: Identity
}

/** `detail`: what the code's own text does not say. */
export type RefusedCaller = { readonly refusal: Refusal; readonly detail?: string }
export type FindCaller = (c: Context) => Promise<Caller | RefusedCaller>

/** `identify`: users whose token has the claim `admin` may do all that a key may. Absent: only keys are taken. */
export function callers({
  keys,
  identify,
}: {
  readonly keys?: ApiKeys
  readonly identify?: Identify
}): FindCaller {
  return async (c) => {
    const shown = bearerToken(c)
    // Never by a cookie alone: another site could send that.
    if (shown === undefined)
      return { refusal: refuse('UNAUTHENTICATED'), detail: 'Send `Authorization: Bearer` and an API key' }
    if (identify === undefined || looksLikeKey(shown)) {
      const key = await keys?.find(shown)
      if (key) return { id: key.id, actor: SERVER_ACTOR, scopes: key.scopes }
      return { refusal: refuse('TOKEN_INVALID'), detail: 'The API key is not known, or was revoked' }
    }
    const identity = await identify(c)
    if ('ok' in identity) return { refusal: identity }
    const { id, admin } = identity
    if (!admin)
      return { refusal: refuse('FORBIDDEN'), detail: 'The token of a user needs the claim `admin` here' }
    return { id: `user ${id}`, actor: { ...userOf(identity), admin, byApi: true }, scopes: ['*'], identity }
  }
}
