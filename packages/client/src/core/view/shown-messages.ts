import type { Message } from '@roomful/protocol'
import type { SendEntry, TargetedEntry } from '../outbox/entry'
import type { RoomCore } from '../room/room-core'
import type { ShownMessage } from '../room-shape'
import { changedChunks, chunkAt, chunkOf, type Range, rangeAround, seqOf } from '../timeline'
import { opsByTarget, shownEntry, shownRow } from './overlay'

/** The seqs that are shown: the loaded stretch around what is looked at. Undefined: none is loaded. */
export function shownRange(core: RoomCore): Range | undefined {
  const place = core.anchor ?? core.tail
  return place === null ? undefined : rangeAround(core.timeline, place)
}

/** Are the newest messages shown? Only there do unsent ones stand behind them. */
export const isAtTail = (core: RoomCore): boolean =>
  core.anchor === null || shownRange(core)?.to === core.tail

type Shown = readonly ShownMessage[]
type Ops = ReadonlyMap<string, readonly TargetedEntry[]>
const NO_OPS: readonly TargetedEntry[] = []

/** What one row, or one entry, was made into, and of what. */
type Made = { ops: readonly TargetedEntry[]; error: unknown; shown: ShownMessage }

/**
 * Messages as shown: the overlay of confirmed rows and the outbox. A message keeps its reference until something of it
 * changed, and so does the list. Made chunk by chunk like the timeline, so that one change looks at one chunk.
 */
export function createShownMessages(): (core: RoomCore) => Shown {
  let chunks = new Map<number, Shown>()
  let made = new WeakMap<Message | SendEntry, Made>()
  let last: { core: RoomCore; ops: Ops; parts: readonly Shown[]; list: Shown } | undefined

  return (core) => {
    if (last && sameInput(last.core, core)) return last.list
    if (last && (last.core.me !== core.me || last.core.myName !== core.myName)) {
      chunks = new Map()
      made = new WeakMap()
    }
    const ops = last?.core.entries === core.entries ? last.ops : opsByTarget(core.entries)
    if (last) for (const index of touched(last.core, last.ops, core, ops)) chunks.delete(index)

    const range = shownRange(core)
    const parts = range ? chunksIn(range).map((index) => partOf(core, ops, index, range)) : []
    parts.push(isAtTail(core) ? pendingOf(core, ops) : [])
    const before = last?.parts ?? []
    const stable = parts.map((part, i) => kept(before[i], part))
    const list = last && sameList(before, stable) ? last.list : joined(stable)
    last = { core, ops, parts: stable, list }
    return list
  }

  /** The chunk's messages; of the first and the last only what is in the range. */
  function partOf(core: RoomCore, ops: Ops, index: number, { from, to }: Range): Shown {
    const whole = chunks.get(index) ?? chunkAt(core.timeline, index).map((row) => rowShown(core, ops, row))
    chunks.set(index, whole)
    const isWhole = chunkOf(from) !== index && chunkOf(to) !== index
    return isWhole ? whole : whole.filter((message) => message.seq >= from && message.seq <= to)
  }

  function pendingOf(core: RoomCore, ops: Ops): Shown {
    return [
      ...core.afloat.map((row) => rowShown(core, ops, row)),
      ...core.entries.flatMap((entry) => {
        if (entry.kind !== 'send') return []
        const own = ops.get(entry.id) ?? NO_OPS
        return once(entry, own, undefined, () => shownEntry(entry, own, core))
      }),
    ]
  }

  function rowShown(core: RoomCore, ops: Ops, row: Message): ShownMessage {
    const own = ops.get(row.id) ?? NO_OPS
    const key = core.keys.get(row.id) ?? row.id
    return once(row, own, core.refused.get(row.id), () => shownRow(row, key, own, core))
  }

  function once(
    subject: Message | SendEntry,
    own: readonly TargetedEntry[],
    error: unknown,
    make: () => ShownMessage,
  ): ShownMessage {
    const held = made.get(subject)
    if (held && held.error === error && sameList(held.ops, own)) return held.shown
    const shown = make()
    made.set(subject, { ops: own, error, shown })
    return shown
  }
}

const chunksIn = ({ from, to }: Range): number[] =>
  Array.from({ length: chunkOf(to) - chunkOf(from) + 1 }, (_, i) => chunkOf(from) + i)

/** Chunks with a row that changed, or about which something is on its way, or not any more. */
function touched(before: RoomCore, opsBefore: Ops, after: RoomCore, ops: Ops): ReadonlySet<number> {
  const indexes = new Set(changedChunks(before.timeline, after.timeline))
  const note = (ids: Iterable<string>): void => {
    for (const id of ids) {
      const seq = seqOf(after.timeline, id)
      if (seq !== undefined) indexes.add(chunkOf(seq))
    }
  }
  if (ops !== opsBefore) {
    note(opsBefore.keys())
    note(ops.keys())
  }
  if (before.refused !== after.refused) {
    note(before.refused.keys())
    note(after.refused.keys())
  }
  return indexes
}

function sameInput(a: RoomCore, b: RoomCore): boolean {
  return (
    a.timeline === b.timeline &&
    a.entries === b.entries &&
    a.afloat === b.afloat &&
    a.anchor === b.anchor &&
    a.tail === b.tail &&
    a.refused === b.refused &&
    a.me === b.me &&
    a.myName === b.myName
  )
}

// Not `flat()`, which visits every element: `concat` copies whole lists, and is thirty times as fast.
const joined = (parts: readonly Shown[]): Shown => ([] as ShownMessage[]).concat(...parts)

const kept = (before: Shown | undefined, after: Shown): Shown =>
  before && sameList(before, after) ? before : after

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]))
}
