import type { Message } from '@roomful/protocol'
import type { LocalSnapshot, LocalWrite, StoredEntry, StoredMeta, StoredRoom } from '../ports/local-store'

/** What one user keeps of one server, in memory. Maps: a room may be called `__proto__`. */
export type StoredSpace = {
  meta: StoredMeta | null
  rooms: Map<string, StoredRoom>
  chunks: Map<string, Map<number, readonly Message[]>>
  entries: Map<string, StoredEntry>
}

export const emptySpace = (): StoredSpace => ({
  meta: null,
  rooms: new Map(),
  chunks: new Map(),
  entries: new Map(),
})

/** Applies one write whole, in the order that the port promises. */
export function applyWrite(space: StoredSpace, write: LocalWrite): void {
  if (write.meta) space.meta = write.meta
  for (const roomId of write.clearRooms ?? []) {
    space.rooms.delete(roomId)
    space.chunks.delete(roomId)
  }
  for (const room of write.rooms ?? []) space.rooms.set(room.roomId, room)
  for (const { roomId, index, messages } of write.chunks ?? []) {
    const chunks = space.chunks.get(roomId) ?? new Map<number, readonly Message[]>()
    space.chunks.set(roomId, chunks)
    if (messages.length > 0) chunks.set(index, messages)
    else chunks.delete(index)
  }
  for (const entry of write.putEntries ?? []) space.entries.set(entry.clientId, entry)
  for (const clientId of write.deleteEntries ?? []) space.entries.delete(clientId)
}

export const snapshotOf = (space: Omit<StoredSpace, 'chunks'>): LocalSnapshot => ({
  meta: space.meta,
  rooms: [...space.rooms.values()],
  entries: inOrder([...space.entries.values()]),
})

export const inOrder = (entries: readonly StoredEntry[]): StoredEntry[] =>
  [...entries].sort((a, b) => a.order - b.order)

/** One name for one server: `https://x` and `https://x/` are the same place. */
export const serverName = (url: string): string => url.replace(/\/+$/, '')

/** The room as if none of its messages had ever been loaded: the next sync asks for a first page. */
export const withoutRows = (room: StoredRoom): StoredRoom => ({ ...room, cursor: 0, ranges: [] })
