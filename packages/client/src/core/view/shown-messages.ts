import type { Message } from '@roomful/protocol'
import type { SendEntry, TargetedEntry } from '../outbox/entry'
import type { RoomCore } from '../room/room-core'
import type { ShownMessage } from '../room-shape'
import { type Range, rangeAround, rowsIn } from '../timeline'
import { opsByTarget, shownEntry, shownRow } from './overlay'

/** The seqs that are shown: the loaded stretch around what is looked at. Undefined: none is loaded. */
export function shownRange(core: RoomCore): Range | undefined {
  const place = core.anchor ?? core.tail
  return place === null ? undefined : rangeAround(core.timeline, place)
}

/** Are the newest messages shown? Only there do unsent ones stand behind them. */
export const isAtTail = (core: RoomCore): boolean =>
  core.anchor === null || shownRange(core)?.to === core.tail

const NO_OPS: readonly TargetedEntry[] = []

/**
 * Messages as shown: the overlay of confirmed rows and the outbox. Each keeps its reference until something of it
 * changed, and so does the list; what is held is looked at only where it is shown.
 */
export function createShownMessages(): (core: RoomCore, userName: string) => readonly ShownMessage[] {
  const plain = new WeakMap<Message, ShownMessage>()
  let overlaid = new Map<
    string,
    { row: Message | SendEntry; ops: readonly TargetedEntry[]; shown: ShownMessage }
  >()
  let last: { core: RoomCore; name: string; list: readonly ShownMessage[] } | undefined

  return (core, name) => {
    if (last && last.name === name && sameInput(last.core, core)) return last.list
    // Who I am, and what was refused, touches rows that are themselves unchanged.
    const keep = last?.core.me === core.me && last.core.refused === core.refused && last.name === name
    const before = keep ? overlaid : new Map<string, never>()
    overlaid = new Map()
    const ops = opsByTarget(core.entries)

    const row = (message: Message): ShownMessage => {
      const key = core.keys.get(message.id) ?? message.id
      const own = ops.get(message.id) ?? NO_OPS
      if (own.length === 0 && !core.refused.has(message.id)) {
        const held = plain.get(message)
        if (held) return held
        const shown = shownRow(message, key, own, core)
        plain.set(message, shown)
        return shown
      }
      return laidOver(message.id, message, own, () => shownRow(message, key, own, core))
    }
    const laidOver = (
      id: string,
      subject: Message | SendEntry,
      own: readonly TargetedEntry[],
      make: () => ShownMessage,
    ): ShownMessage => {
      const held = before.get(id)
      const same = held && held.row === subject && sameList(held.ops, own)
      const shown = same ? held.shown : make()
      overlaid.set(id, { row: subject, ops: own, shown })
      return shown
    }

    const range = shownRange(core)
    const list = range ? rowsIn(core.timeline, range).map(row) : []
    if (isAtTail(core)) {
      list.push(...core.afloat.map(row))
      for (const entry of core.entries) {
        if (entry.kind !== 'send') continue
        const own = ops.get(entry.id) ?? NO_OPS
        list.push(laidOver(entry.id, entry, own, () => shownEntry(entry, own, core, name)))
      }
    }
    const stable = last && sameList(last.list, list) ? last.list : list
    last = { core, name, list: stable }
    return stable
  }
}

function sameInput(a: RoomCore, b: RoomCore): boolean {
  return (
    a.timeline === b.timeline &&
    a.entries === b.entries &&
    a.afloat === b.afloat &&
    a.anchor === b.anchor &&
    a.tail === b.tail &&
    a.refused === b.refused &&
    a.me === b.me
  )
}

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
