import { asRoomId } from '@roomful/protocol'
import type { Identity } from '../auth/identity'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Services } from '../handlers/handler'
import { moderateUserName } from '../moderation/moderate-name'
import { StoreError } from '../stores/port'
import type { LateJoins } from './late-joins'

/**
 * Stores the user, so that others can invite them, and adds them to the default rooms.
 *
 * The user's row is written last: it marks the first sign-in as complete. Without it a join that fails for now refuses
 * the handshake, and the client retries: a new user without rooms would see nothing, and their first message would be
 * refused permanently. A known user is let in all the same (a room that cannot be written must not stop them from
 * reading the others), and the join is retried while they are connected.
 */
export async function ensureUser(
  { store, hooks, clock, log, names }: Services,
  joins: LateJoins,
  signedIn: Identity,
  defaultRooms: readonly string[],
): Promise<Identity | Refusal> {
  const { id } = signedIn
  try {
    const { known, fresh } = await store.read(async (reader) => {
      const rooms = defaultRooms.map(asRoomId)
      const found = rooms.length === 0 ? [] : await reader.memberships(id, rooms)
      // Only the first time: a user who left such a room, or was removed, has a row in it and stays outside.
      const fresh = found.flatMap(({ room, member }) => (member === undefined ? [room.id] : []))
      return { known: await reader.user(id), fresh }
    })
    const identity = await moderateUserName({ hooks, clock, log }, signedIn, known)
    if ('ok' in identity) return identity
    // A known user joins under the name that counts, which an older token need not have.
    const named = known ? await names.signedIn(identity, known) : identity
    const failed = await joins.join(named, fresh)
    const [refusal] = failed.values()
    if (refusal)
      log.warn({ roomIds: [...failed.keys()], code: refusal.code }, 'a join of a default room failed')
    if (refusal && known === undefined) return refusal
    joins.retry(named, failed.keys())
    return known ? named : await names.signedIn(identity, undefined)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log.warn({ err: error }, 'a user could not be welcomed')
    return refuse(error.code)
  }
}
