import type { StoredEntry, StoredMeta, StoredRoom } from '../../ports/local-store'
import { isStoredEntry, isStoredMeta, isStoredRoom } from '../stored-shape'
import { withoutRows } from '../stored-space'
import { isMissing } from './failure'
import { type Disk, FILE_MODE, inFolder, namesIn, readText, replaceFile } from './files'
import { applyLine, parseJournal, type Recent } from './journal'

export const snapshotPath = (folder: string): string => inFolder(folder, 'snapshot.json')
export const journalPath = (folder: string, generation: number): string =>
  inFolder(folder, `journal.${generation}.ndjson`)
export const chunksPath = (folder: string): string => inFolder(folder, 'chunks')

export type Loaded = {
  readonly recent: Recent
  readonly generation: number
  /** Of the journal, up to its last whole line. */
  readonly journalSize: number
  readonly snapshotSize: number
  readonly damage: string[]
}

/** The snapshot and what its journal says on top of it. */
export async function load(disk: Disk, folder: string): Promise<Loaded> {
  const damage: string[] = []
  const text = await readText(disk, snapshotPath(folder))
  const parsed = text === null ? undefined : parseSnapshot(text)
  if (parsed === null) damage.push('the snapshot was unreadable')
  const recent = recentOf(parsed ?? null, damage)
  const generation = parsed?.generation ?? (await newestJournal(disk, folder))
  const journal = await readBytes(disk, journalPath(folder, generation))
  const { lines, size, damaged } = parseJournal(journal)
  for (const line of lines) applyLine(recent, line)
  if (damaged) damage.push('a part of the journal was unreadable')
  if (damage.length > 0) {
    // Both are written so that no crash does this. What is unsent may be saved from the copies by hand.
    await disk.writeFile(inFolder(folder, 'snapshot.damaged'), text ?? '', { mode: FILE_MODE })
    await disk.writeFile(inFolder(folder, 'journal.damaged'), journal, { mode: FILE_MODE })
    // The outbox stays; rows that may have holes now are given up, for they can be had again.
    recent.chunks.clear()
    for (const room of recent.rooms.values()) {
      recent.cleared.add(room.roomId)
      recent.rooms.set(room.roomId, withoutRows(room))
    }
    await disk.rm(chunksPath(folder), { recursive: true, force: true })
  }
  return { recent, generation, journalSize: size, snapshotSize: text?.length ?? 0, damage }
}

export async function saveSnapshot(
  disk: Disk,
  folder: string,
  generation: number,
  recent: Recent,
): Promise<number> {
  const { meta, rooms, entries } = recent
  const snapshot = { generation, meta, rooms: [...rooms.values()], entries: [...entries.values()] }
  const text = JSON.stringify(snapshot)
  await replaceFile(disk, snapshotPath(folder), text)
  return text.length
}

type Snapshot = { generation: number; meta: unknown; rooms: unknown[]; entries: unknown[] }

function parseSnapshot(text: string): Snapshot | null {
  try {
    const { generation, meta, rooms, entries }: Record<string, unknown> = JSON.parse(text)
    if (typeof generation !== 'number' || !Array.isArray(rooms) || !Array.isArray(entries)) return null
    return { generation, meta, rooms, entries }
  } catch {
    return null
  }
}

function recentOf(snapshot: Snapshot | null, damage: string[]): Recent {
  const rooms = snapshot?.rooms.filter((room): room is StoredRoom => isStoredRoom(room)) ?? []
  const entries = snapshot?.entries.filter((entry): entry is StoredEntry => isStoredEntry(entry)) ?? []
  const meta: StoredMeta | null = isStoredMeta(snapshot?.meta) ? snapshot.meta : null
  const lost = (snapshot?.rooms.length ?? 0) - rooms.length
  if (lost > 0) damage.push(`${lost} rooms were unreadable and are loaded again`)
  const lostEntries = (snapshot?.entries.length ?? 0) - entries.length
  if (lostEntries > 0) damage.push(`${lostEntries} unsent entries are unreadable`)
  return {
    meta,
    rooms: new Map(rooms.map((room) => [room.roomId, room])),
    entries: new Map(entries.map((entry) => [entry.clientId, entry])),
    chunks: new Map(),
    cleared: new Set(),
  }
}

async function newestJournal(disk: Disk, folder: string): Promise<number> {
  const numbers = (await namesIn(disk, folder)).map((name) =>
    Number(/^journal\.(\d+)\.ndjson$/.exec(name)?.[1] ?? 0),
  )
  return Math.max(0, ...numbers)
}

async function readBytes(disk: Disk, path: string): Promise<Buffer> {
  try {
    return await disk.readFile(path)
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
}
