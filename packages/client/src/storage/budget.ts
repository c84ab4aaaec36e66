import type { Message } from '@roomful/protocol'
import type { Range } from '../model/rows/timeline'
import type { LocalWrite, StoredChunk, StoredRoom } from './local-copy'

/** Some 100,000 messages. A browser gives an origin far more; what is older comes from the server. */
const BUDGET_BYTES = 64 * 2 ** 20
/** So far below the budget a trim goes, so that not every write needs one. */
const TRIM_TO = 0.8
/** Names and ids of a row, in bytes, about. */
const ROW_BYTES = 400
const REACTION_BYTES = 80
/** A row of a room whose messages were not measured yet. */
const USUAL_ROW_BYTES = 500

/** `rowBytes`: what one of its rows takes, about, by the last ones that were written. */
type MeasuredRoom = StoredRoom & { readonly rowBytes?: number }

/**
 * Counts what the rows of one space take, about: the rows that a room holds, times what its last ones took. It costs next to
 * nothing, and the budget is about as exact. The outbox is not counted.
 */
export function createBudget(mostBytes = BUDGET_BYTES) {
  const rowBytes = new Map<string, number>()
  const sizes = new Map<string, number>()
  let total = 0

  const set = (roomId: string, bytes: number): void => {
    total += bytes - (sizes.get(roomId) ?? 0)
    if (bytes > 0) sizes.set(roomId, bytes)
    else sizes.delete(roomId)
  }

  const count = (rooms: readonly MeasuredRoom[]): void => {
    for (const room of rooms) {
      if (room.rowBytes !== undefined) rowBytes.set(room.roomId, room.rowBytes)
      set(room.roomId, rowsIn(room.ranges) * (rowBytes.get(room.roomId) ?? USUAL_ROW_BYTES))
    }
  }

  return {
    reset: (rooms: readonly StoredRoom[]): void => {
      rowBytes.clear()
      sizes.clear()
      total = 0
      count(rooms)
    },
    /** The records as they are kept: with what the rows beside them take. */
    measured: (rooms: readonly StoredRoom[], chunks: readonly StoredChunk[]): readonly MeasuredRoom[] => {
      for (const { roomId, messages } of chunks) {
        if (messages.length === 0) continue
        const bytes = bytesOf(messages) / messages.length
        rowBytes.set(roomId, Math.round((bytes + (rowBytes.get(roomId) ?? bytes)) / 2))
      }
      return rooms.map((room) => {
        const bytes = rowBytes.get(room.roomId)
        return bytes === undefined ? room : { ...room, rowBytes: bytes }
      })
    },
    wrote: ({ rooms = [], clearRooms = [] }: LocalWrite): void => {
      for (const id of clearRooms) set(id, 0)
      count(rooms)
    },
    /** Too much is kept, and rooms other than these hold some of it. */
    isOver: (busy: ReadonlySet<string>): boolean =>
      busy.size > 0 && total > mostBytes && [...sizes.keys()].some((id) => !busy.has(id)),
    /** Of these rooms the first ones, as many as it takes. */
    choose: (oldestFirst: readonly StoredRoom[]): readonly StoredRoom[] => {
      let left = total - TRIM_TO * mostBytes
      return oldestFirst.filter(({ roomId }) => {
        if (left <= 0) return false
        left -= sizes.get(roomId) ?? 0
        return true
      })
    },
  }
}

export const withoutMeasure = ({ rowBytes: _, ...room }: MeasuredRoom): StoredRoom => room

const rowsIn = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)

function bytesOf(messages: readonly Message[]): number {
  let bytes = 0
  for (const { content, reactions, metadata } of messages) {
    bytes += ROW_BYTES + 2 * content.length + REACTION_BYTES * reactions.length
    if (metadata) bytes += 2 * JSON.stringify(metadata).length
  }
  return bytes
}
