import { asUserId, type Change, type Head, type RoomId } from '@roomful/protocol'
import { toWire } from '../core/stored-message'
import type { Reader } from '../stores/port'
import type { CommittedBatch } from './port'

/** Rows of one page: its frame stays far below the size that cuts a slow socket off. */
const PAGE_ROWS = 200
/** Stands for a user whose row is not needed. */
const NOBODY = asUserId('nobody')

/**
 * What was committed in a room after `delivered`, reconstructed from the rows as they are now, in the shape of the lost
 * batches. A rev whose row has changed since is covered by the later one, and skipped. Returns only the first page;
 * undefined if there is nothing.
 */
export async function readMissed(
  reader: Reader,
  roomId: RoomId,
  delivered: Head,
): Promise<CommittedBatch | undefined> {
  const [found] = await reader.memberships(NOBODY, [roomId])
  const room = found?.room
  if (!room || room.rev <= delivered.rev) return undefined
  const query = {
    roomId,
    afterRev: delivered.rev,
    includeDeleted: true,
    take: 'rev',
    limit: PAGE_ROWS,
  } as const
  const messages = await reader.messages(query)
  // Each changed row takes one rev, so there are no more than this.
  const members = await reader.members(roomId, { afterRev: delivered.rev, limit: room.rev - delivered.rev })
  const isWhole = messages.length < PAGE_ROWS
  const upTo = isWhole ? room.rev : (messages.at(-1)?.rev ?? room.rev)

  // The present count, perhaps of a later page: the count with the highest rev is the one that stays.
  const counted = room.memberCount === undefined ? {} : { memberCount: room.memberCount }
  const byRev = new Map<number, Change>()
  for (const row of messages) byRev.set(row.rev, { rev: row.rev, kind: 'message', message: toWire(row) })
  for (const member of members) byRev.set(member.rev, { rev: member.rev, kind: 'member', member, ...counted })
  // The rev of the room's own row is not stored; the last one that no other row has is late enough.
  const last = lastUnknown(byRev, delivered.rev, upTo)
  if (last !== undefined) byRev.set(last, { rev: last, kind: 'room', room: { ...room, rev: last } })
  const lastSeq = isWhole ? room.lastSeq : Math.max(delivered.lastSeq, ...messages.map(({ seq }) => seq))
  return {
    roomId,
    previous: delivered,
    head: { rev: upTo, lastSeq },
    changes: inOrder(byRev, delivered.rev, upTo),
  }
}

function lastUnknown(byRev: ReadonlyMap<number, Change>, after: number, upTo: number): number | undefined {
  for (let rev = upTo; rev > after; rev--) if (!byRev.has(rev)) return rev
  return undefined
}

/** One change a rev, the unknown ones counted together. */
function inOrder(byRev: ReadonlyMap<number, Change>, after: number, upTo: number): Change[] {
  const changes: Change[] = []
  for (let rev = after + 1; rev <= upTo; rev++) {
    const last = changes.at(-1)
    const change = byRev.get(rev)
    if (change) changes.push(change)
    else if (last?.kind === 'skip') changes[changes.length - 1] = { ...last, count: last.count + 1 }
    else changes.push({ rev, kind: 'skip', count: 1 })
  }
  return changes
}
