import type { RoomId, UserId } from '@roomful/protocol'
import { isEphemeralId } from '../ephemeral/room-id'
import { type Membership, type Reader, StoreError } from '../stores/port'

/** `away`: rooms that cannot be read now. Their absence from `found` means nothing. */
type Readable = { readonly found: readonly Membership[]; readonly away: ReadonlySet<RoomId> }

/**
 * The user's memberships of these rooms, the ephemeral ones if they can be read: while their Redis is down the other
 * rooms work as before (P16).
 */
export async function readableMemberships(
  reader: Reader,
  userId: UserId,
  roomIds: readonly RoomId[],
): Promise<Readable> {
  const ephemeral = new Set(roomIds.filter(isEphemeralId))
  if (roomIds.length === 0) return { found: [], away: ephemeral }
  if (ephemeral.size === 0) return { found: await reader.memberships(userId, roomIds), away: ephemeral }
  const kept = roomIds.filter((roomId) => !ephemeral.has(roomId))
  const found = kept.length === 0 ? [] : await reader.memberships(userId, kept)
  try {
    return { found: [...found, ...(await reader.memberships(userId, [...ephemeral]))], away: new Set() }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { found, away: ephemeral }
  }
}
