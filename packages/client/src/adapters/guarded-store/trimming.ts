import type { LocalWrite, StoredRoom } from '../../ports/local-store'
import { withoutRows } from '../stored-space'

/**
 * The write that makes room on a full disk: the messages of the quarter of the rooms that was viewed longest ago go,
 * at least of one. Their drafts and list items stay, and the outbox is never touched. Null: there is nothing to trim.
 */
export function trimOldest(rooms: Iterable<StoredRoom>, keep: ReadonlySet<string>): LocalWrite | null {
  const candidates = [...rooms]
    .filter((room) => room.ranges.length > 0 && !keep.has(room.roomId))
    .sort((a, b) => a.usedAt - b.usedAt)
  if (candidates.length === 0) return null
  const oldest = candidates.slice(0, Math.ceil(candidates.length / 4))
  return { clearRooms: oldest.map((room) => room.roomId), rooms: oldest.map(withoutRows) }
}
