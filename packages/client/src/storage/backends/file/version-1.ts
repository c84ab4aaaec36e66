import { createHash } from 'node:crypto'
import type { Message } from '@roomful/protocol'
import type { LocalWrite, StoredChunk, StoredEntry, StoredMeta, StoredRoom } from '../../local-copy'
import { isChunk, isStoredEntry, isStoredMeta, isStoredRoom } from '../../stored-shape'
import { textOf } from '../records'
import { type Disk, inFolder, namesIn, readText } from './files'

/** What changed in a chunk since the journal's last line on it. */
type ChunkDelta = {
  readonly roomId: string
  readonly index: number
  readonly put: readonly Message[]
  readonly drop?: readonly number[]
}
type JournalRecord = Omit<LocalWrite, 'chunks'> & {
  readonly chunks?: readonly StoredChunk[]
  readonly deltas?: readonly ChunkDelta[]
}

type Copy = {
  meta: StoredMeta | null
  readonly rooms: Map<string, StoredRoom>
  readonly entries: Map<string, StoredEntry>
  /** The chunks that the journal names, an empty list for a deleted one: they override the files. */
  readonly chunks: Map<string, Map<number, readonly Message[]>>
  /** Rooms whose chunk files are obsolete. */
  readonly cleared: Set<string>
}

/**
 * The records of a folder that version 1 wrote: `snapshot.json`, a journal of what came after it, and chunks in
 * separate files. An unreadable line ends it: later ones may build on it, and the server has them.
 */
export async function* readVersion1(disk: Disk, folder: string): AsyncGenerator<readonly [string, string]> {
  const copy = await readCopy(disk, folder)
  if (copy === null) return
  if (copy.meta) yield [textOf(['meta', 'meta']), JSON.stringify(copy.meta)]
  for (const entry of copy.entries.values())
    yield [textOf(['entries', entry.clientId]), JSON.stringify(entry)]
  for (const room of copy.rooms.values()) {
    yield [textOf(['rooms', room.roomId]), JSON.stringify(room)]
    const chunks = copy.chunks.get(room.roomId) ?? new Map<number, readonly Message[]>()
    const path = inFolder(folder, 'chunks', hashOf(room.roomId))
    for (const name of copy.cleared.has(room.roomId) ? [] : await namesIn(disk, path)) {
      const index = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? -1)
      const text = await readText(disk, inFolder(path, name))
      if (index >= 0 && text !== null && !chunks.has(index))
        yield [textOf(['chunks', room.roomId, index]), text]
    }
    for (const [index, messages] of chunks)
      if (messages.length > 0) yield [textOf(['chunks', room.roomId, index]), JSON.stringify(messages)]
  }
}

/** Once all of it is in the new file. */
export async function removeVersion1(disk: Disk, folder: string): Promise<void> {
  for (const name of await namesIn(disk, folder))
    if (name === 'snapshot.json' || name === 'chunks' || JOURNAL.test(name))
      await disk.rm(inFolder(folder, name), { recursive: true, force: true })
}

const JOURNAL = /^journal\.(\d+)\.ndjson$/
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

async function readCopy(disk: Disk, folder: string): Promise<Copy | null> {
  const text = await readText(disk, inFolder(folder, 'snapshot.json'))
  const journals = (await namesIn(disk, folder)).flatMap((name) => JOURNAL.exec(name)?.[1] ?? [])
  if (text === null && journals.length === 0) return null
  const snapshot = parsed(text ?? 'null')
  const fields = isFields(snapshot) ? snapshot : {}
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  const rooms = listOf(fields.rooms).filter(isStoredRoom)
  const entries = listOf(fields.entries).filter(isStoredEntry)
  const copy: Copy = {
    meta: isStoredMeta(fields.meta) ? fields.meta : null,
    rooms: new Map(rooms.map((room) => [room.roomId, room])),
    entries: new Map(entries.map((entry) => [entry.clientId, entry])),
    chunks: new Map(),
    cleared: new Set(),
  }
  const generation = fields.generation ?? Math.max(0, ...journals.map(Number))
  const journal = (await readText(disk, inFolder(folder, `journal.${String(generation)}.ndjson`))) ?? ''
  // What follows the last line break was torn by a crash.
  for (const one of journal.split('\n').slice(0, -1)) {
    const record = parsed(one)
    if (!isJournalRecord(record)) break
    applyRecord(copy, record)
  }
  return copy
}

function applyRecord(copy: Copy, record: JournalRecord): void {
  if (record.meta) copy.meta = record.meta
  for (const roomId of record.clearRooms ?? []) {
    copy.rooms.delete(roomId)
    copy.chunks.delete(roomId)
    copy.cleared.add(roomId)
  }
  for (const room of record.rooms ?? []) copy.rooms.set(room.roomId, room)
  for (const { roomId, index, messages } of record.chunks ?? []) chunksOf(copy, roomId).set(index, messages)
  for (const { roomId, index, put, drop = [] } of record.deltas ?? []) {
    const rows = new Map((chunksOf(copy, roomId).get(index) ?? []).map((row) => [row.seq, row]))
    for (const seq of drop) rows.delete(seq)
    for (const row of put) rows.set(row.seq, row)
    const inOrder = [...rows.values()].sort((a, b) => a.seq - b.seq)
    chunksOf(copy, roomId).set(index, inOrder)
  }
  for (const entry of record.putEntries ?? []) copy.entries.set(entry.clientId, entry)
  for (const clientId of record.deleteEntries ?? []) copy.entries.delete(clientId)
}

function chunksOf(copy: Copy, roomId: string): Map<number, readonly Message[]> {
  const chunks = copy.chunks.get(roomId) ?? new Map<number, readonly Message[]>()
  copy.chunks.set(roomId, chunks)
  return chunks
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isText = (value: unknown): boolean => typeof value === 'string'
const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isItem))

const isJournalRecord = (value: unknown): value is JournalRecord =>
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
