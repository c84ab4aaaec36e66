import type { LocalWrite } from '../../ports/local-store'
import { roomsOf } from './merge-writes'

/**
 * A write in parts, of which each holds together by itself: a room with its rows, one entry. In an order in which a crash
 * between two of them does no harm: nothing is written under a new epoch before the rows of the old one are gone (I16).
 */
export function partsOf(write: LocalWrite): readonly LocalWrite[] {
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
