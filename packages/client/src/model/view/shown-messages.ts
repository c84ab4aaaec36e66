import type { Message } from '@roomful/protocol'
import { type Entry, isTargeted, type SendEntry, subjectOf, type TargetedEntry } from '../outbox/entry'
import { type Chunk, changedEntries, chunkWith, entriesAbout } from '../outbox/entry-list'
import type { RoomModel } from '../room/room-model'
import type { ShownMessage } from '../room-shape'
import { changedTexts, grownText, producedText } from '../rows/growing'
import { keyOf } from '../rows/own-rows'
import { changedChunks, chunkAt, chunkOf, type Range, rangeAround, seqOf } from '../rows/timeline'
import { sameAvatars, shownEntry, shownRow } from './overlay'

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

/** What one row, or one entry, was made into, and of what. `also`: why a change was refused, or how far an upload is;
 * `text`: what has grown. */
type Made = {
  ops: Ops
  also: unknown
  text: string | undefined
  avatarUrl: string | undefined
  shown: ShownMessage
}

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
    // Mostly the same map: then no picture can be another one.
    const isSamePeople =
      !last ||
      last.model.people.members === model.people.members ||
      sameAvatars(last.model.people.members, model.people.members)
    if (last && isSamePeople && sameInput(last.model, model)) return last.list
    if (last && (last.model.me !== model.me || last.model.myName !== model.myName)) {
      chunks = new Map()
      pending = new WeakMap()
      made = new WeakMap()
    }
    if (!isSamePeople) {
      // Only the messages of those with another picture are made anew.
      chunks = new Map()
      pending = new WeakMap()
    }
    if (last) forgetChanged(last.model, model)

    const range = shownRange(model)
    const parts = range ? chunksIn(range).map((index) => partOf(model, index, range)) : []
    if (isAtTail(model)) {
      // An answer after the removal confirms its entry, which others may refer to; it is not shown (I14).
      if (!isGone(model)) parts.push(model.rows.pastTail.map((row) => rowShown(model, row)))
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
    for (const id of changedTexts(before, after)) forgetMessage(after, id)
    for (const id of differences(before.outbox.refused, after.outbox.refused)) forgetMessage(after, id)
    for (const id of differences(before.outbox.uploads, after.outbox.uploads)) forgetMessage(after, id)
  }

  function forgetMessage(model: RoomModel, id: string | undefined): void {
    const seq = id === undefined ? undefined : seqOf(model.rows.timeline, id)
    if (seq !== undefined) chunks.delete(chunkOf(seq))
    else {
      const chunk = id === undefined ? undefined : chunkWith(model.outbox.entries, id)
      if (chunk) pending.delete(chunk)
    }
  }

  /** The chunk's messages, as far as they are in the range. */
  function partOf(model: RoomModel, index: number, { from, to }: Range): Shown {
    const whole = chunks.get(index) ?? chunkAt(model.rows.timeline, index).map((row) => rowShown(model, row))
    chunks.set(index, whole)
    // Ascending: mostly the two ends tell that all of it is.
    if ((whole[0]?.seq ?? from) >= from && (whole.at(-1)?.seq ?? to) <= to) return whole
    return whole.filter(({ seq }) => seq >= from && seq <= to)
  }

  function pendingPart(model: RoomModel, chunk: Chunk): Shown {
    const held = pending.get(chunk)
    if (held) return held
    const part = chunk.entries.flatMap((entry) => (entry.kind === 'send' ? [entryShown(model, entry)] : []))
    pending.set(chunk, part)
    return part
  }

  function entryShown(model: RoomModel, entry: SendEntry): ShownMessage {
    const own = opsOn(model, entry.id)
    const also = model.outbox.uploads.get(entry.id)
    const text = producedText(model, entry)
    const avatarUrl = model.people.members.get(model.me ?? '')?.avatarUrl
    return (
      heldOf(entry, own, also, text, avatarUrl) ??
      madeOf(entry, { ops: own, also, text, avatarUrl, shown: shownEntry(entry, own, model) })
    )
  }

  function rowShown(model: RoomModel, row: Message): ShownMessage {
    const own = opsOn(model, row.id)
    const also = model.outbox.refused.get(row.id)
    const text = row.stream && grownText(model, row)
    const avatarUrl = model.people.members.get(row.senderId)?.avatarUrl
    return (
      heldOf(row, own, also, text, avatarUrl) ??
      madeOf(row, { ops: own, also, text, avatarUrl, shown: shownRow(row, keyOf(row, model.me), own, model) })
    )
  }

  /** What was made of it, if that was of the same: most of a changed chunk. So nothing is allocated to find out. */
  function heldOf(
    subject: Message | SendEntry,
    ops: Ops,
    also: unknown,
    text: string | undefined,
    avatarUrl: string | undefined,
  ): ShownMessage | undefined {
    const held = made.get(subject)
    const isSame = held?.also === also && held?.text === text && held?.avatarUrl === avatarUrl
    return held && isSame && sameList(held.ops, ops) ? held.shown : undefined
  }

  function madeOf(subject: Message | SendEntry, now: Made): ShownMessage {
    made.set(subject, now)
    return now.shown
  }
}

function* differences<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Iterable<string> {
  if (before === after) return
  for (const map of [before, after])
    for (const id of map.keys()) if (before.get(id) !== after.get(id)) yield id
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

const isGone = ({ listing }: RoomModel): boolean => listing.removed !== null

function sameInput(a: RoomModel, b: RoomModel): boolean {
  return (
    a.rows.timeline === b.rows.timeline &&
    a.growing === b.growing &&
    a.outbox.entries === b.outbox.entries &&
    a.outbox.refused === b.outbox.refused &&
    a.outbox.uploads === b.outbox.uploads &&
    a.rows.pastTail === b.rows.pastTail &&
    isGone(a) === isGone(b) &&
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
