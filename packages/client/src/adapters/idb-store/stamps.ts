import { nanoid } from 'nanoid'
import { CHUNK_SIZE, chunkOf, withoutRange } from '../../core/timeline'
import type { LocalWrite, StoredChunk, StoredRoom } from '../../ports/local-store'
import { withoutRows } from '../stored-space'

/** A room's record as it is on the disk: `stamp` is another one after each write of its rows. */
export type StampedRoom = StoredRoom & { readonly stamp?: string }

/** What is on the disk at this moment: the epoch of its cursors, and the records of the rooms in question. */
export type OnDisk = { readonly epoch: string | undefined; readonly rooms: readonly StampedRoom[] }

/** `cursor`: this tab has kept account of all changes after it. */
type Known = { readonly stamp: string | undefined; readonly cursor: number }

/**
 * What this tab takes the rows on the disk for. Tabs that are each on their own (no Web Locks, `separate`) write to one
 * database without knowing of each other: chunks of the one under cursor and ranges of the other would be stale or have
 * holes (I5, I7). Each write leaves a stamp, by which the next one sees that somebody else has written since.
 */
export class Stamps {
  #epoch: string | undefined
  #known = new Map<string, Known>()

  opened({ epoch, rooms }: OnDisk): void {
    this.#epoch = epoch
    this.#known = new Map(rooms.map(({ roomId, stamp, cursor }) => [roomId, { stamp, cursor }]))
  }

  /** Whether the rows of this room are no older than this tab takes them for. Newer ones do no harm. */
  mayRead(roomId: string, disk: OnDisk): boolean {
    const record = recordOf(disk, roomId)
    const isNewer = (record?.cursor ?? 0) >= (this.#known.get(roomId)?.cursor ?? 0)
    return disk.epoch === this.#epoch && (isNewer || this.#isOwn(roomId, record))
  }

  /**
   * The write as it can stand beside what is on the disk; `kept` is to be called when it does. Of a tab that has not
   * heard of the disk's epoch yet only the outbox is kept.
   */
  fitted(write: LocalWrite, disk: OnDisk | null): { write: LocalWrite; kept(): void } {
    const { meta, rooms = [], clearRooms = [], putEntries = [], deleteEntries = [] } = write
    if (disk === null) return { write, kept: () => {} }
    if (!meta && disk.epoch !== this.#epoch) return { write: { putEntries, deleteEntries }, kept: () => {} }
    const stamp = nanoid()
    let chunks = write.chunks ?? []
    const replaced: string[] = []
    const records = rooms.map((room): StampedRoom => {
      const { roomId } = room
      const record = recordOf(disk, roomId)
      if (clearRooms.includes(roomId) || this.#isOwn(roomId, record)) return { ...room, stamp }
      const own = chunks.filter((chunk) => chunk.roomId === roomId)
      // Without rows of its own it goes on speaking of the other's.
      if (own.length === 0 && record) return { ...room, ...rowPartOf(record) }
      replaced.push(roomId)
      const from = newestRun(room, own)
      chunks = chunks.filter((chunk) => chunk.roomId !== roomId || chunk.index >= from)
      return { ...(from === Infinity ? withoutRows(room) : since(room, from)), stamp }
    })
    const kept = (): void => {
      if (meta) this.#epoch = meta.epoch
      for (const roomId of clearRooms) this.#known.delete(roomId)
      for (const [i, { roomId, cursor }] of rooms.entries())
        if (records[i]?.stamp === stamp)
          this.#known.set(roomId, { stamp, cursor: Math.max(cursor, this.#known.get(roomId)?.cursor ?? 0) })
    }
    return { write: { ...write, rooms: records, chunks, clearRooms: [...clearRooms, ...replaced] }, kept }
  }

  #isOwn(roomId: string, record: StampedRoom | undefined): boolean {
    return record?.stamp === this.#known.get(roomId)?.stamp
  }
}

const recordOf = ({ rooms }: OnDisk, roomId: string): StampedRoom | undefined =>
  rooms.find((room) => room.roomId === roomId)

/** What a record says of the rows beside it. */
const rowPartOf = ({ cursor, lastSeq, ranges, stamp }: StampedRoom) => ({
  cursor,
  lastSeq,
  ranges,
  ...(stamp !== undefined && { stamp }),
})

/** From which chunk on these are all that the room holds, up to its newest; Infinity: the newest is not among them. */
function newestRun({ ranges }: StoredRoom, chunks: readonly StoredChunk[]): number {
  const last = ranges.at(-1)
  const indexes = new Set(chunks.flatMap(({ index, messages }) => (messages.length > 0 ? index : [])))
  let from = last ? chunkOf(last.to) : 0
  if (!indexes.has(from)) return Infinity
  while (indexes.has(from - 1)) from--
  return from
}

const since = (room: StoredRoom, chunk: number): StoredRoom => ({
  ...room,
  ranges: withoutRange(room.ranges, { from: 0, to: chunk * CHUNK_SIZE - 1 }),
})
