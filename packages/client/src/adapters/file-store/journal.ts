import type { Message } from '@roomful/protocol'
import type { LocalWrite, StoredChunk, StoredEntry, StoredMeta, StoredRoom } from '../../ports/local-store'
import { isChunk, isStoredEntry, isStoredMeta, isStoredRoom } from '../stored-shape'

/** What changed in a chunk since the journal's last word on it: a live message costs its own bytes, not 128 rows. */
type ChunkDelta = {
  readonly roomId: string
  readonly index: number
  readonly put: readonly Message[]
  readonly drop: readonly number[]
}
export type Line = Omit<LocalWrite, 'chunks'> & {
  readonly chunks?: readonly StoredChunk[]
  readonly deltas?: readonly ChunkDelta[]
}

/**
 * The state at the end of the journal. `chunks` has only those that the journal speaks of, an empty list for a deleted
 * one: the others lie in files of their own, so memory does not grow with what is stored.
 */
export type Recent = {
  meta: StoredMeta | null
  readonly rooms: Map<string, StoredRoom>
  readonly entries: Map<string, StoredEntry>
  readonly chunks: Map<string, Map<number, readonly Message[]>>
  /** Rooms whose chunk files do not count any more. */
  readonly cleared: Set<string>
}

/** The line of a write, given the state before it. Rows are immutable: the same reference is the same row. */
export function lineOf(recent: Recent, write: LocalWrite): Line {
  const { chunks: all = [], ...rest } = write
  // The last one of a place counts.
  const written = new Map(all.map((chunk) => [`${chunk.index} ${chunk.roomId}`, chunk])).values()
  const cleared = new Set(write.clearRooms)
  const chunks: StoredChunk[] = []
  const deltas: ChunkDelta[] = []
  for (const chunk of written) {
    const { roomId, index, messages } = chunk
    const before = cleared.has(roomId) ? undefined : recent.chunks.get(roomId)?.get(index)
    if (before === undefined) {
      chunks.push(chunk)
      continue
    }
    const known = new Set(before)
    const seqs = new Set(messages.map((row) => row.seq))
    deltas.push({
      roomId,
      index,
      put: messages.filter((row) => !known.has(row)),
      drop: before.filter((row) => !seqs.has(row.seq)).map((row) => row.seq),
    })
  }
  return { ...rest, ...(chunks.length > 0 && { chunks }), ...(deltas.length > 0 && { deltas }) }
}

export function applyLine(recent: Recent, line: Line): void {
  if (line.meta) recent.meta = line.meta
  for (const roomId of line.clearRooms ?? []) {
    recent.rooms.delete(roomId)
    recent.chunks.delete(roomId)
    recent.cleared.add(roomId)
  }
  for (const room of line.rooms ?? []) recent.rooms.set(room.roomId, room)
  for (const { roomId, index, messages } of line.chunks ?? []) chunksOf(recent, roomId).set(index, messages)
  for (const { roomId, index, put, drop } of line.deltas ?? []) {
    const rows = new Map((chunksOf(recent, roomId).get(index) ?? []).map((row) => [row.seq, row]))
    for (const seq of drop) rows.delete(seq)
    for (const row of put) rows.set(row.seq, row)
    chunksOf(recent, roomId).set(
      index,
      [...rows.values()].sort((a, b) => a.seq - b.seq),
    )
  }
  for (const entry of line.putEntries ?? []) recent.entries.set(entry.clientId, entry)
  for (const clientId of line.deleteEntries ?? []) recent.entries.delete(clientId)
}

function chunksOf(recent: Recent, roomId: string): Map<number, readonly Message[]> {
  const chunks = recent.chunks.get(roomId) ?? new Map<number, readonly Message[]>()
  recent.chunks.set(roomId, chunks)
  return chunks
}

const NEWLINE = 10

/**
 * The whole lines of a journal, and how many bytes they take. What follows the last newline was torn by a crash, was
 * never confirmed to anybody, and goes. `damaged`: a line before the end is unreadable, which no crash does.
 */
export function parseJournal(bytes: Buffer): { lines: Line[]; size: number; damaged: boolean } {
  const lines: Line[] = []
  let damaged = false
  let size = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, size)) {
    const line = parseLine(bytes.toString('utf8', size, end))
    size = end + 1
    if (line === null) damaged = true
    else lines.push(line)
  }
  return { lines, size, damaged }
}

function parseLine(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text)
    return isLine(line) ? line : null
  } catch {
    return null
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isText = (value: unknown): boolean => typeof value === 'string'
const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isItem))

const isLine = (value: unknown): value is Line =>
  isFields(value) &&
  (value.meta === undefined || isStoredMeta(value.meta)) &&
  isList(value.rooms, isStoredRoom) &&
  isList(value.putEntries, isStoredEntry) &&
  isList(value.deleteEntries, isText) &&
  isList(value.clearRooms, isText) &&
  isList(
    value.chunks,
    (part) => isFields(part) && isText(part.roomId) && isPart(part.messages, part.index),
  ) &&
  isList(
    value.deltas,
    (part) =>
      isFields(part) &&
      isText(part.roomId) &&
      isPart(part.put, part.index) &&
      isList(part.drop ?? null, Number.isSafeInteger),
  )

const isPart = (rows: unknown, index: unknown): boolean => typeof index === 'number' && isChunk(rows, index)
