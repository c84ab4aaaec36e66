import type { Room } from '../room'

/**
 * Rooms that other tabs have open are open at the owner too: it alone writes rows to disk, and it sends the other tabs
 * the unread counts. Counted by tab.
 */
export function createMirroredRooms(room: (id: string) => Room) {
  const openBy = new Map<string, Set<string>>()

  const close = (tab: string, roomIds: readonly string[]): void => {
    for (const id of roomIds) if (openBy.get(tab)?.delete(id)) room(id).close()
  }

  return {
    open: (tab: string, roomIds: readonly string[]): void => {
      const rooms = openBy.get(tab) ?? new Set()
      openBy.set(tab, rooms)
      for (const id of roomIds) {
        if (rooms.has(id)) continue
        rooms.add(id)
        void room(id).open()
      }
    },
    close,
    clear: (): void => {
      for (const [tab, rooms] of openBy) close(tab, [...rooms])
    },
  }
}
