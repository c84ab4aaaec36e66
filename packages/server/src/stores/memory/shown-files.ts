import type { RoomId } from '@roomful/protocol'
import { shows } from '../../core/shown-file'
import type { RoomRecord } from './room-record'
import { type Snapshot, valueAt } from './versions'

/** Which messages show a file, or did: by file and room, their seqs, ascending. */
export class ShownFiles {
  readonly #rooms = new Map<string, Map<RoomId, number[]>>()

  /** A message that is newer than all others of its room. */
  add(fileId: string, roomId: RoomId, seq: number): void {
    const rooms = this.#rooms.get(fileId) ?? new Map<RoomId, number[]>()
    const seqs = rooms.get(roomId)
    if (seqs) seqs.push(seq)
    else this.#rooms.set(fileId, rooms.set(roomId, [seq]))
  }

  forget(fileId: string, roomId: RoomId, seq: number): void {
    const rooms = this.#rooms.get(fileId)
    const seqs = rooms?.get(roomId)
    // Purges begin with the oldest, so that it is found at once.
    const index = seqs?.indexOf(seq) ?? -1
    if (index >= 0) seqs?.splice(index, 1)
    if (seqs?.length === 0) rooms?.delete(roomId)
    if (rooms?.size === 0) this.#rooms.delete(fileId)
  }

  roomsOf(fileId: string): readonly RoomId[] {
    return [...(this.#rooms.get(fileId)?.keys() ?? [])]
  }

  /** Whether a message from `fromSeq` on shows it. The newest first, so that older ones are not read. */
  isShownIn(record: RoomRecord | undefined, fromSeq: number, fileId: string, snapshot: Snapshot): boolean {
    if (!record) return false
    const seqs = this.#rooms.get(fileId)?.get(record.id) ?? []
    for (let index = seqs.length - 1; index >= 0; index--) {
      const seq = seqs[index] ?? 0
      if (seq < fromSeq) return false
      const row = valueAt(record.messages[seq - 1], snapshot)
      if (row && shows(row, fileId)) return true
    }
    return false
  }
}
