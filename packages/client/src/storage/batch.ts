import type { ChatStore } from '../engine/chat-store'
import { chunkAt } from '../model/rows/timeline'
import type { RunClock } from '../platform/steady-clock'
import type { Dirt } from './dirt'
import { type LocalWrite, type StoredChunk, type StoredRoom, withoutRows } from './local-copy'
import { toStored } from './stored-entries'
import { storedRoom } from './stored-rooms'

type RoomOf = (roomId: string) => ReturnType<ChatStore['room']>['model']

/** What is dirty, as it is at this moment. */
export function compose(dirt: Dirt, roomOf: RoomOf, clock: Pick<RunClock, 'now' | 'wall'>): LocalWrite {
  const rooms: StoredRoom[] = []
  const chunks: StoredChunk[] = []
  const clearRooms: string[] = []
  for (const [roomId, dirty] of dirt.rooms) {
    const model = roomOf(roomId)
    if (dirty.clear) clearRooms.push(roomId)
    for (const [index, rows] of dirty.chunks)
      chunks.push({ roomId, index, messages: rows === 'live' ? chunkAt(model.rows.timeline, index) : rows })
    const room = storedRoom(model)
    if (room) rooms.push(room)
  }
  return { rooms, chunks, clearRooms, ...composeEntries(dirt, clock) }
}

export function composeEntries(
  { entries }: Dirt,
  clock: Pick<RunClock, 'now' | 'wall'>,
): Pick<LocalWrite, 'putEntries' | 'deleteEntries'> {
  return {
    putEntries: [...entries.values()].flatMap(({ roomId, entry }) =>
      entry ? toStored(roomId, entry, clock) : [],
    ),
    deleteEntries: [...entries].flatMap(([id, { entry }]) => (entry ? [] : id)),
  }
}

/** The rooms whose record or rows a write holds. */
export const roomsOf = ({ rooms = [], chunks = [] }: LocalWrite): Set<string> =>
  new Set([...rooms, ...chunks].map(({ roomId }) => roomId))

/**
 * The same write without messages: its rooms become as if never loaded, on the disk too, where older rows of theirs
 * would be stale. Drafts, list items and the outbox stay.
 */
export function withoutMessages(write: LocalWrite): LocalWrite {
  const { chunks: _, rooms = [], ...rest } = write
  return {
    ...rest,
    rooms: rooms.map(withoutRows),
    clearRooms: [...new Set([...(write.clearRooms ?? []), ...roomsOf(write)])],
  }
}

/**
 * A write in parts, of which each holds together by itself: a room with its rows, one entry. In an order in which a crash
 * between two of them does no harm: nothing is written under a new epoch before the rows of the old one are gone (I16).
 */
function partsOf(write: LocalWrite): readonly LocalWrite[] {
  const { meta, rooms = [], chunks = [], clearRooms = [], putEntries = [], deleteEntries = [] } = write
  return [
    ...(clearRooms.length > 0 ? [{ clearRooms }] : []),
    ...(meta ? [{ meta }] : []),
    ...[...roomsOf(write)].map((id) => ({
      rooms: rooms.filter(({ roomId }) => roomId === id),
      chunks: chunks.filter(({ roomId }) => roomId === id),
    })),
    ...putEntries.map((entry) => ({ putEntries: [entry] })),
    ...(deleteEntries.length > 0 ? [{ deleteEntries }] : []),
  ]
}

/** A value in this write can never be kept. What is left to try: its parts, or less of it; null: nothing. */
export function lesserWrites(write: LocalWrite): readonly LocalWrite[] | null {
  const parts = partsOf(write)
  if (parts.length > 1) return parts
  // Older rows of the room on the disk would be stale.
  if (write.chunks?.some(({ messages }) => messages.length > 0)) return [withoutMessages(write)]
  return write.rooms?.length ? [{ clearRooms: [...roomsOf(write)] }] : null
}
