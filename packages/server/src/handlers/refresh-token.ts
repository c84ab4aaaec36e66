import { userOf } from '../auth/acting-user'
import { credentialsOf } from '../auth/credentials'
import { isEnded } from '../auth/ended'
import { isOver, refusalOfToken } from '../auth/handshake'
import { AuthError } from '../auth/identity'
import { provisioned } from '../auth/provisioning'
import { refuse } from '../core/refusal'
import { moderateUserName } from '../moderation/moderate-name'
import type { Handler } from './handler'

/** Takes a fresh token on an open connection. It must belong to the same user; the name and rights may be new. */
export const refreshToken: Handler<'refresh-token'> = async (services, device, { token }) => {
  const { authenticate, hub, store, names } = services
  try {
    const identity = await authenticate(credentialsOf(token, device.source))
    if (identity.id !== device.userId) return refuse('TOKEN_INVALID')
    if (isOver(identity, services.clock.now())) return refuse('TOKEN_EXPIRED')
    if (identity.sid !== undefined && (await store.isSessionRevoked(identity.sid)))
      return refuse('SESSION_REVOKED')
    if (isEnded(identity, (await store.sessionsEnded([identity.id])).get(identity.id)))
      return refuse('SESSION_REVOKED')
    const known = await provisioned(services, identity)
    if ('ok' in known) return known
    const named = await moderateUserName(services, known, userOf(device.identity))
    if ('ok' in named) return named
    if (!hub.renew(device, await names.refreshed(named))) return refuse('SESSION_REVOKED')
    const { expiresAt } = identity
    return { ok: true, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() }
  } catch (error) {
    if (error instanceof AuthError) return refusalOfToken(error)
    throw error
  }
}
