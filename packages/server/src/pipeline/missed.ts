import { asUserId, type Change, type Head, type RoomId } from '@roomful/protocol'
import { toWire } from '../core/stored-message'
import type { Reader } from '../stores/port'
import type { CommittedBatch } from './port'

/** Rows of one page: a frame of it stays far below what cuts a slow socket off. */
const PAGE_ROWS = 200
/** Whose row in the room is of no interest. */
const NOBODY = asUserId('nobody')

/**
 * What was committed in a room after `told`, put together again from the rows as they are now, in the shape of the
 * batches that were lost. A rev whose row has changed since is told by the later one, and skipped. The first page of
 * it, where it is much; undefined where there is nothing.
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
  // Each changed row has a rev of its own, so there are no more than this.
  const members = await reader.members(roomId, { afterRev: delivered.rev, limit: room.rev - delivered.rev })
  const isWhole = messages.length < PAGE_ROWS
  const upTo = isWhole ? room.rev : (messages.at(-1)?.rev ?? room.rev)

  // As of now, and so perhaps of a later page: the count of the highest rev is the one that stays.
  const counted = room.memberCount === undefined ? {} : { memberCount: room.memberCount }
  const byRev = new Map<number, Change>()
  for (const row of messages) byRev.set(row.rev, { rev: row.rev, kind: 'message', message: toWire(row) })
  for (const member of members) byRev.set(member.rev, { rev: member.rev, kind: 'member', member, ...counted })
  // Which rev the room's own row took is written nowhere; the last one that no other row has is late enough.
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
