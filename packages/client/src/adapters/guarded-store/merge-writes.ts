import type { LocalWrite, StoredChunk, StoredRoom } from '../../ports/local-store'
import { withoutRows } from '../stored-space'

/** One write with the effect of `first` and then `second`: what waits for the disk is never more than one write. */
export function mergeWrites(first: LocalWrite, second: LocalWrite): LocalWrite {
  const cleared = new Set(second.clearRooms)
  const meta = second.meta ?? first.meta
  const clearRooms = [...new Set([...(first.clearRooms ?? []), ...cleared])]
  const rooms = new Map<string, StoredRoom>()
  for (const room of first.rooms ?? []) if (!cleared.has(room.roomId)) rooms.set(room.roomId, room)
  for (const room of second.rooms ?? []) rooms.set(room.roomId, room)
  const chunks = new Map<string, StoredChunk>()
  for (const chunk of first.chunks ?? []) if (!cleared.has(chunk.roomId)) chunks.set(placeOf(chunk), chunk)
  for (const chunk of second.chunks ?? []) chunks.set(placeOf(chunk), chunk)
  const entries = new Map((first.putEntries ?? []).map((entry) => [entry.clientId, entry]))
  const deleted = new Set<string>()
  for (const clientId of first.deleteEntries ?? []) {
    entries.delete(clientId)
    deleted.add(clientId)
  }
  for (const entry of second.putEntries ?? []) {
    entries.set(entry.clientId, entry)
    deleted.delete(entry.clientId)
  }
  for (const clientId of second.deleteEntries ?? []) {
    entries.delete(clientId)
    deleted.add(clientId)
  }
  return {
    ...(meta && { meta }),
    ...(clearRooms.length > 0 && { clearRooms }),
    ...(rooms.size > 0 && { rooms: [...rooms.values()] }),
    ...(chunks.size > 0 && { chunks: [...chunks.values()] }),
    ...(entries.size > 0 && { putEntries: [...entries.values()] }),
    ...(deleted.size > 0 && { deleteEntries: [...deleted] }),
  }
}

const placeOf = ({ roomId, index }: StoredChunk): string => `${index} ${roomId}`

export const rowsOf = (write: LocalWrite): number =>
  (write.chunks ?? []).reduce((sum, chunk) => sum + chunk.messages.length, 0)

/** The rooms whose record or rows a write holds. */
export const roomsOf = (write: LocalWrite): Set<string> =>
  new Set([...(write.rooms ?? []), ...(write.chunks ?? [])].map(({ roomId }) => roomId))

/**
 * The same write without messages: its rooms become as if never loaded, on the disk too, where older rows of theirs
 * would be stale. Drafts, list items and the outbox stay.
 */
export function withoutMessages(write: LocalWrite, known: ReadonlyMap<string, StoredRoom>): LocalWrite {
  const touched = [...roomsOf(write)]
  const { chunks: _, ...rest } = write
  return mergeWrites(rest, {
    clearRooms: touched,
    rooms: touched.flatMap((roomId) => {
      const room = write.rooms?.find((room) => room.roomId === roomId) ?? known.get(roomId)
      return room ? [withoutRows(room)] : []
    }),
  })
}
