import type { StoredMeta, StoredRoom } from '../../ports/local-store'
import { jsonOf } from '../stored-json'
import { isStoredMeta, isStoredRoom } from '../stored-shape'

/**
 * What counts, by the generation in which each record was written. Records are never overwritten: a write makes new
 * ones under the next generation and then replaces this one record, which makes the whole write count at once (I16).
 */
export type Manifest = {
  readonly generation: number
  readonly meta: StoredMeta | null
  readonly rooms: ReadonlyMap<string, number>
  readonly entries: ReadonlyMap<string, number>
  /** Keys that do not count any more and may still be there. */
  readonly garbage: readonly string[]
}

/** One room, and the generation of each of its chunks. `room` is null while only rows have been written. */
export type RoomRecord = { readonly room: StoredRoom | null; readonly chunks: ReadonlyMap<number, number> }

export const emptyManifest: Manifest = {
  generation: 0,
  meta: null,
  rooms: new Map(),
  entries: new Map(),
  garbage: [],
}

export const manifestText = (manifest: Manifest): string =>
  JSON.stringify({ ...manifest, rooms: [...manifest.rooms], entries: [...manifest.entries] })

export const roomText = (record: RoomRecord): string =>
  jsonOf({ room: record.room, chunks: [...record.chunks] })

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isText = (value: unknown): value is string => typeof value === 'string'

function mapOf<K>(pairs: unknown, isKey: (value: unknown) => value is K): ReadonlyMap<K, number> | undefined {
  if (!Array.isArray(pairs)) return undefined
  const map = new Map<K, number>()
  for (const pair of pairs) {
    if (!Array.isArray(pair) || !isKey(pair[0]) || !isNumber(pair[1])) return undefined
    map.set(pair[0], pair[1])
  }
  return map
}

export function readManifest(value: unknown): Manifest | undefined {
  if (!isFields(value) || !isNumber(value.generation) || !Array.isArray(value.garbage)) return undefined
  const rooms = mapOf(value.rooms, isText)
  const entries = mapOf(value.entries, isText)
  if (rooms === undefined || entries === undefined) return undefined
  const meta = isStoredMeta(value.meta) ? value.meta : null
  return { generation: value.generation, meta, rooms, entries, garbage: value.garbage.filter(isText) }
}

export function readRoom(value: unknown): RoomRecord | undefined {
  if (!isFields(value)) return undefined
  const chunks = mapOf(value.chunks, isNumber)
  if (chunks === undefined || (value.room !== null && !isStoredRoom(value.room))) return undefined
  return { room: value.room, chunks }
}
