import type { Message } from '@roomful/protocol'
import { type Entry, isTargeted, type SendEntry, subjectOf, type TargetedEntry } from '../outbox/entry'
import { type Chunk, changedEntries, chunkWith, entriesAbout } from '../outbox/entry-list'
import type { RoomModel } from '../room/room-model'
import type { ShownMessage } from '../room-shape'
import { keyOf } from '../rows/own-rows'
import { changedChunks, chunkAt, chunkOf, type Range, rangeAround, seqOf } from '../rows/timeline'
import { shownEntry, shownRow } from './overlay'

/** The shown seqs: the loaded range around the viewed place. Undefined: none is loaded. */
export function shownRange(model: RoomModel): Range | undefined {
  const place = model.view.anchor ?? model.rows.tail
  return place === null ? undefined : rangeAround(model.rows.timeline, place)
}

/** Are the newest messages shown? Only then do unsent ones follow them. */
export const isAtTail = (model: RoomModel): boolean =>
  model.view.anchor === null || shownRange(model)?.to === model.rows.tail

type Shown = readonly ShownMessage[]
type Ops = readonly TargetedEntry[]

/** What one row, or one entry, was made into, and of what. */
type Made = { ops: Ops; error: unknown; shown: ShownMessage }

/**
 * Messages as shown: the overlay of confirmed rows and the outbox. A message keeps its reference until something of it
 * changes, and so does the list. Built chunk by chunk like the timeline and the outbox, so that one change reads one
 * chunk of either, and the list is assembled by copying whole parts.
 */
export function createShownMessages(): (model: RoomModel) => Shown {
  let chunks = new Map<number, Shown>()
  let pending = new WeakMap<Chunk, Shown>()
  let made = new WeakMap<Message | SendEntry, Made>()
  let last: { model: RoomModel; parts: readonly Shown[]; list: Shown } | undefined

  return (model) => {
    if (last && sameInput(last.model, model)) return last.list
    if (last && (last.model.me !== model.me || last.model.myName !== model.myName)) {
      chunks = new Map()
      pending = new WeakMap()
      made = new WeakMap()
    }
    if (last) forgetChanged(last.model, model)

    const range = shownRange(model)
    const parts = range ? chunksIn(range).map((index) => partOf(model, index, range)) : []
    if (isAtTail(model)) {
      parts.push(model.rows.pastTail.map((row) => rowShown(model, row)))
      for (const chunk of model.outbox.entries.chunks) parts.push(pendingPart(model, chunk))
    }
    const before = last?.parts ?? []
    const stable = parts.map((part, i) => kept(before[i], part))
    const list = last && sameList(before, stable) ? last.list : joined(stable)
    last = { model, parts: stable, list }
    return list
  }

  /** Drops the parts in which something changed, or about which something is on its way, or not any more. */
  function forgetChanged(before: RoomModel, after: RoomModel): void {
    for (const index of changedChunks(before.rows.timeline, after.rows.timeline)) chunks.delete(index)
    const { put, old } = changedEntries(before.outbox.entries, after.outbox.entries)
    for (const entry of [...put, ...old])
      forgetMessage(after, isTargeted(entry) ? subjectId(entry) : undefined)
    if (before.outbox.refused !== after.outbox.refused)
      for (const { outbox } of [before, after])
        for (const id of outbox.refused.keys())
          if (before.outbox.refused.get(id) !== after.outbox.refused.get(id)) forgetMessage(after, id)
  }

  function forgetMessage(model: RoomModel, id: string | undefined): void {
    const seq = id === undefined ? undefined : seqOf(model.rows.timeline, id)
    if (seq !== undefined) chunks.delete(chunkOf(seq))
    else {
      const chunk = id === undefined ? undefined : chunkWith(model.outbox.entries, id)
      if (chunk) pending.delete(chunk)
    }
  }

  /** The chunk's messages; of the first and the last only what is in the range. */
  function partOf(model: RoomModel, index: number, { from, to }: Range): Shown {
    const whole = chunks.get(index) ?? chunkAt(model.rows.timeline, index).map((row) => rowShown(model, row))
    chunks.set(index, whole)
    const isWhole = chunkOf(from) !== index && chunkOf(to) !== index
    return isWhole ? whole : whole.filter((message) => message.seq >= from && message.seq <= to)
  }

  function pendingPart(model: RoomModel, chunk: Chunk): Shown {
    const held = pending.get(chunk)
    if (held) return held
    const part = chunk.entries.flatMap((entry) => {
      if (entry.kind !== 'send') return []
      const own = opsOn(model, entry.id)
      return once(entry, own, undefined, () => shownEntry(entry, own, model))
    })
    pending.set(chunk, part)
    return part
  }

  function rowShown(model: RoomModel, row: Message): ShownMessage {
    const own = opsOn(model, row.id)
    return once(row, own, model.outbox.refused.get(row.id), () =>
      shownRow(row, keyOf(row, model.me), own, model),
    )
  }

  function once(
    subject: Message | SendEntry,
    own: Ops,
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

const NO_OPS: Ops = []

/** Ops on their way about this message. */
function opsOn({ outbox }: RoomModel, id: string): Ops {
  const about = entriesAbout(outbox.entries, id)
  return about.length === 0 ? NO_OPS : about.filter(isTargeted)
}

function subjectId(entry: Entry): string | undefined {
  const subject = subjectOf(entry)
  if (subject === null || 'lost' in subject) return undefined
  return 'id' in subject ? subject.id : subject.clientId
}

const chunksIn = ({ from, to }: Range): number[] =>
  Array.from({ length: chunkOf(to) - chunkOf(from) + 1 }, (_, i) => chunkOf(from) + i)

function sameInput(a: RoomModel, b: RoomModel): boolean {
  return (
    a.rows.timeline === b.rows.timeline &&
    a.outbox.entries === b.outbox.entries &&
    a.outbox.refused === b.outbox.refused &&
    a.rows.pastTail === b.rows.pastTail &&
    a.view.anchor === b.view.anchor &&
    a.rows.tail === b.rows.tail &&
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
