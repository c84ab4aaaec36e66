import { refuse } from '../core/refusal'
import type { Handler } from './handler'

/** No token is expected to live longer. */
const ENDED_FOR_MS = 400 * 24 * 3_600_000

/** Also for a user who has never signed in: their tokens may be in use elsewhere, or arrive later. */
export const endSessions: Handler<'end-sessions'> = async (services, device, { userId }) => {
  const { store, bus, clock, log, rules } = services
  if (!device.identity.admin) return refuse('FORBIDDEN')
  const refused = await rules.refusalOf(device.identity, 'end-sessions', { target: userId })
  if (refused) return refused
  const atMs = clock.now()
  await store.endSessions(userId, atMs, atMs + ENDED_FOR_MS)
  log.info({ userId, by: device.userId }, 'all sessions of a user were ended')
  bus.publish({ type: 'sessions-ended', userId, atMs })
  return { ok: true }
}
