import { type Entry, isAbout, isUploading, subjectOf } from './entry'

/** Entries that are copied when one of them changes. */
const CHUNK_SIZE = 64
/** Ids in the memo that are tolerated beyond twice the entries. */
const SPARE_IDS = 256

/** Facts about some entries without a check of each. */
export type Totals = {
  readonly failed: number
  readonly inflight: number
  readonly reads: number
  readonly pins: number
  /** Sends whose file is not uploaded yet. */
  readonly uploads: number
  /** Entries that the disk has as not emitted. */
  readonly unemitted: number
}

/** Neighbouring entries, with facts about all of them. */
export type Chunk = {
  readonly entries: readonly Entry[]
  readonly totals: Totals
  /** The highest seq of the read entries; 0: none. */
  readonly readSeq: number
  /** The oldest of the sends that were never emitted and have not failed, by the clock of this run and by the server's. */
  readonly wantedAt: number
  readonly serverAt: number
}

/**
 * Entries of one outbox by their order, as an immutable value: a change copies one chunk and the list of chunks, however
 * many entries wait. All versions share `memo`, which may hold more than is true of one of them: each look is checked
 * against the entries. It is replaced when most of it is of entries long gone, or when an entry gets another order.
 */
export type EntryList = {
  readonly chunks: readonly Chunk[]
  readonly size: number
  readonly totals: Totals
  readonly memo: Memo
}

/** `orders`: id → order. `about`: id or clientId of a message → ids of the entries that are about it. */
type Memo = {
  readonly orders: Map<string, number>
  readonly about: Map<string, Set<string>>
}

const NONE: readonly Entry[] = []
const NO_TOTALS: Totals = { failed: 0, inflight: 0, reads: 0, pins: 0, uploads: 0, unemitted: 0 }
const newMemo = (): Memo => ({ orders: new Map(), about: new Map() })
export const emptyList = (): EntryList => ({ chunks: [], size: 0, totals: NO_TOTALS, memo: newMemo() })

export const listOf = (entries: readonly Entry[]): EntryList => entries.reduce(withEntry, emptyList())

/** Ascending by order. */
export const allEntries = (list: EntryList): readonly Entry[] => list.chunks.flatMap(({ entries }) => entries)

/** Entries that have not failed, ascending from this order on; chunks in which all have failed are passed over whole. */
export function* openEntries(list: EntryList, from = Number.NEGATIVE_INFINITY): Iterable<Entry> {
  for (let i = chunkAt(list, from); i < list.chunks.length; i++) {
    const { entries = [], totals } = list.chunks[i] ?? {}
    if (totals?.failed === entries.length) continue
    for (const entry of entries) if (entry.order >= from && entry.state.at !== 'failed') yield entry
  }
}

export const entryIn = (list: EntryList, id: string): Entry | undefined =>
  chunkWith(list, id)?.entries.find((held) => held.id === id)

/** The chunk that has the entry with this id, if there is one. */
export function chunkWith(list: EntryList, id: string): Chunk | undefined {
  const order = list.memo.orders.get(id)
  return order === undefined ? undefined : list.chunks[chunkAt(list, order)]
}

/** Entries about the message with this id or clientId, ascending by order. */
export function entriesAbout(list: EntryList, id: string): readonly Entry[] {
  const ids = list.memo.about.get(id)
  // Of most messages nothing is on its way, and each row of a changed chunk is looked up.
  if (ids === undefined) return NONE
  return [...ids]
    .flatMap((own) => entryIn(list, own) ?? [])
    .filter((entry) => isAbout(subjectOf(entry), id))
    .sort((a, b) => a.order - b.order)
}

/** Adds an entry in the place of its order, or replaces the one with its id. */
export function withEntry(list: EntryList, entry: Entry): EntryList {
  const { chunks, memo } = list
  const order = memo.orders.get(entry.id)
  if (order !== undefined && order !== entry.order) return withEntry(rebuilt(without(list, entry.id)), entry)
  note(memo, entry)
  const last = chunks.at(-1)?.entries ?? []
  const isFull = last.length >= CHUNK_SIZE && (last.at(-1)?.order ?? 0) < entry.order
  const index = isFull ? chunks.length : chunkAt(list, entry.order)
  const entries = [...(chunks[index]?.entries ?? [])]
  const place = entries.findIndex((held) => held.order >= entry.order)
  if (place < 0) entries.push(entry)
  else entries.splice(place, entries[place]?.id === entry.id ? 1 : 0, entry)
  return withChunk(list, index, entries)
}

export function without(list: EntryList, id: string): EntryList {
  const entry = entryIn(list, id)
  if (entry === undefined) return list
  const index = chunkAt(list, entry.order)
  return withChunk(list, index, list.chunks[index]?.entries.filter((held) => held !== entry) ?? [])
}

/** Changes the entries of the chunks that pass; `change` keeps id, order and subject. The same list when it changes none. */
export function mapped(
  list: EntryList,
  passes: (totals: Totals) => boolean,
  change: (entry: Entry) => Entry,
): EntryList {
  let next = list
  for (const [index, { entries, totals }] of list.chunks.entries()) {
    if (!passes(totals)) continue
    const changed = entries.map(change)
    if (changed.some((entry, i) => entry !== entries[i])) next = withChunk(next, index, changed)
  }
  return next
}

/** The highest seq that a read entry has; 0: none. */
export const highestRead = ({ totals, chunks }: EntryList): number =>
  totals.reads === 0 ? 0 : chunks.reduce((seq, chunk) => Math.max(seq, chunk.readSeq), 0)

/** What differs between two versions: entries that are new or changed, and those that are gone or were replaced. */
export function changedEntries(
  before: EntryList,
  after: EntryList,
): { readonly put: readonly Entry[]; readonly old: readonly Entry[] } {
  if (before === after) return { put: [], old: [] }
  const [beforeChunks, afterChunks] = [new Set(before.chunks), new Set(after.chunks)]
  const had = before.chunks.filter((chunk) => !afterChunks.has(chunk)).flatMap(({ entries }) => entries)
  const has = after.chunks.filter((chunk) => !beforeChunks.has(chunk)).flatMap(({ entries }) => entries)
  const [was, is] = [new Set(had), new Set(has)]
  return { put: has.filter((entry) => !was.has(entry)), old: had.filter((entry) => !is.has(entry)) }
}

function chunkOf(entries: readonly Entry[]): Chunk {
  const totals = { ...NO_TOTALS }
  let readSeq = 0
  let [wantedAt, serverAt] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const entry of entries) {
    const { at } = entry.state
    if (at === 'failed') totals.failed++
    if (at === 'inflight') totals.inflight++
    if (!entry.mayHaveBeenEmitted) totals.unemitted++
    if (entry.kind === 'pin') totals.pins++
    if (isUploading(entry)) totals.uploads++
    if (entry.kind === 'read') {
      totals.reads++
      readSeq = Math.max(readSeq, entry.seq)
    }
    if (entry.kind !== 'send' || at === 'failed' || at === 'inflight' || entry.attempts > 0) continue
    wantedAt = Math.min(wantedAt, entry.wantedAt)
    serverAt = Math.min(serverAt, entry.serverAt ?? Number.POSITIVE_INFINITY)
  }
  return { entries, totals, readSeq, wantedAt, serverAt }
}

/** The chunk that has this order, or would have it. */
function chunkAt({ chunks }: EntryList, order: number): number {
  let low = 0
  let high = chunks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((chunks[middle]?.entries[0]?.order ?? 0) <= order) low = middle
    else high = middle - 1
  }
  return Math.max(low, 0)
}

function withChunk(list: EntryList, index: number, entries: readonly Entry[]): EntryList {
  const before = list.chunks[index]
  const chunk = chunkOf(entries)
  const chunks = [...list.chunks]
  chunks.splice(index, 1, ...(entries.length > 0 ? [chunk] : []))
  const size = list.size + entries.length - (before?.entries.length ?? 0)
  const totals = sum(sum(list.totals, chunk.totals, 1), before?.totals ?? NO_TOTALS, -1)
  const next = { chunks, size, totals, memo: list.memo }
  return list.memo.orders.size > 2 * size + SPARE_IDS ? rebuilt(next) : next
}

function rebuilt(list: EntryList): EntryList {
  const memo = newMemo()
  for (const { entries } of list.chunks) for (const entry of entries) note(memo, entry)
  return { ...list, memo }
}

function note({ orders, about }: Memo, entry: Entry): void {
  orders.set(entry.id, entry.order)
  const subject = subjectOf(entry)
  if (subject === null || 'lost' in subject) return
  const id = 'id' in subject ? subject.id : subject.clientId
  const ids = about.get(id)
  if (ids) ids.add(entry.id)
  else about.set(id, new Set([entry.id]))
}

const sum = (a: Totals, b: Totals, sign: 1 | -1): Totals => ({
  failed: a.failed + sign * b.failed,
  inflight: a.inflight + sign * b.inflight,
  reads: a.reads + sign * b.reads,
  pins: a.pins + sign * b.pins,
  uploads: a.uploads + sign * b.uploads,
  unemitted: a.unemitted + sign * b.unemitted,
})
