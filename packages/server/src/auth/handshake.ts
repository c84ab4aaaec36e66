import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { type Store, StoreError } from '../stores/port'
import { credentialsOf, type RequestSource } from './credentials'
import { isEnded } from './ended'
import { AuthError, type Authenticate, type Identity } from './identity'
import { type Provisioning, provisioned } from './provisioning'

/** Longer tokens are refused; the same limit as of `refresh-token`. */
const TOKEN_MAX_LENGTH = 8_192

export type Handshake = {
  readonly identity: Identity
  readonly protocol: 1 | 2
  readonly source: RequestSource
}

type Deps = {
  authenticate: Authenticate
  store: Pick<Store, 'isSessionRevoked' | 'sessionsEnded' | 'read'>
  provisioning: Provisioning
  /** Has revocations that the store does not have yet. */
  hub: { isRevoked(sid: string | undefined): boolean }
  clock: Clock
  log: Log
}

/** Checks a handshake: its identity and protocol. `auth` is the handshake's, as it arrived. */
export async function checkHandshake(
  deps: Deps,
  auth: unknown,
  source: RequestSource,
): Promise<Handshake | Refusal> {
  const { token: shown, protocol } = fieldsOf(auth)
  const token = shown ?? ''
  if (protocol !== undefined && protocol !== 1 && protocol !== 2) return refuse('PROTOCOL_UNSUPPORTED')
  if (typeof token !== 'string' || token.length > TOKEN_MAX_LENGTH) return refuse('TOKEN_INVALID')
  try {
    const signedIn = await deps.authenticate(credentialsOf(token, source))
    if (isOver(signedIn, deps.clock.now())) return refuse('TOKEN_EXPIRED')
    if (deps.hub.isRevoked(signedIn.sid)) return refuse('SESSION_REVOKED')
    if (signedIn.sid !== undefined && (await deps.store.isSessionRevoked(signedIn.sid)))
      return refuse('SESSION_REVOKED')
    if (isEnded(signedIn, (await deps.store.sessionsEnded([signedIn.id])).get(signedIn.id)))
      return refuse('SESSION_REVOKED')
    const identity = await provisioned(deps, signedIn)
    if ('ok' in identity) return identity
    return { identity, protocol: protocol ?? 1, source }
  } catch (error) {
    if (error instanceof AuthError) return refusalOfToken(error)
    if (error instanceof StoreError) return refuse(error.code)
    deps.log.error({ err: error }, 'a handshake failed')
    return refuse('INTERNAL')
  }
}

/** Some checks accept a token past its time, for clocks that differ; a connection would end at once. */
export const isOver = ({ expiresAt }: Pick<Identity, 'expiresAt'>, nowMs: number): boolean =>
  expiresAt !== undefined && expiresAt <= nowMs

/** The error of an `authenticate`, as a refusal. */
export const refusalOfToken = ({ code, retryAfterMs, field }: AuthError): Refusal =>
  refuse(code, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(field === undefined ? {} : { field }),
  })

function fieldsOf(auth: unknown): { token?: unknown; protocol?: unknown } {
  return typeof auth === 'object' && auth !== null ? auth : {}
}
