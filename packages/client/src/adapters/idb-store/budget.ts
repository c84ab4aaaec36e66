import type { LocalWrite } from '../../ports/local-store'
import { withoutRows } from '../stored-space'
import type { Handle } from './handle'
import { chunksOf } from './records'
import type { Database } from './schema'
import { sizeOf } from './size'

/** So far below the budget a trim goes, so that not every write needs one. */
const TRIM_TO = 0.8

/**
 * Keeps the rows of one space below a number of bytes: the rooms that were viewed longest ago give theirs up, and keep
 * their record and draft. The outbox is not counted, and never touched.
 */
export function createBudget(handle: Handle, mostBytes: number) {
  let sizes: Map<string, number> | null = null
  let total = 0

  const set = (roomId: string, index: number, bytes: number): void => {
    const key = `${index}:${roomId}`
    total += bytes - (sizes?.get(key) ?? 0)
    sizes?.set(key, bytes)
  }

  async function load(): Promise<void> {
    const [keys, values] = await handle.use((database) =>
      Promise.all([database.getAllKeys('sizes'), database.getAll('sizes')]),
    )
    sizes = new Map()
    total = 0
    for (const [i, [roomId, index]] of keys.entries()) set(roomId, index, values[i] ?? 0)
  }

  return {
    /** After this write. Whatever fails here is looked at again after the next one. */
    async wrote({ chunks = [], clearRooms = [] }: LocalWrite): Promise<void> {
      // What a cleared room held is not known here by room, and clearing is rare.
      if (clearRooms.length > 0) sizes = null
      if (chunks.length === 0) return
      if (sizes === null) await load()
      for (const { roomId, index, messages } of chunks) set(roomId, index, sizeOf(messages))
      if (total <= mostBytes) return
      const busy = new Set(chunks.map(({ roomId }) => roomId))
      await handle.use((database) => trim(database, total - TRIM_TO * mostBytes, busy))
      sizes = null
    },
  }
}

/** Frees so many bytes, if the rooms that are not being written hold as much. */
async function trim(database: Database, bytes: number, busy: ReadonlySet<string>): Promise<void> {
  const transaction = database.transaction(['rooms', 'chunks', 'sizes'], 'readwrite')
  const sizes = transaction.objectStore('sizes')
  const rooms = await transaction.objectStore('rooms').getAll()
  const oldest = rooms
    .filter((room) => room.ranges.length > 0 && !busy.has(room.roomId))
    .sort((a, b) => a.usedAt - b.usedAt)
  let freed = 0
  for (const room of oldest) {
    if (freed >= bytes) break
    for (const size of await sizes.getAll(chunksOf(room.roomId))) freed += size
    void sizes.delete(chunksOf(room.roomId))
    void transaction.objectStore('chunks').delete(chunksOf(room.roomId))
    void transaction.objectStore('rooms').put(withoutRows(room))
  }
  await transaction.done
}
