import type { Message } from '@roomful/protocol'
import { ChatError } from '../chat-error'
import { amended, type RoomCore } from '../room/room-core'
import { type Entry, isAbout, isTargeted, type Outcome, type SendEntry, type Target } from './entry'

/** Outcomes that are remembered; a promise that waits for one settles with the event that brings it. */
export const OUTCOMES_MAX = 200

export const withOutcome = (core: RoomCore, id: string, outcome: Outcome): RoomCore =>
  amended(core, { outcomes: new Map(core.outcomes).set(id, outcome) })

/** Forgets the oldest outcomes (I15), but none of this event: a promise may wait for each. */
export function forgetOutcomes(before: RoomCore, after: RoomCore): RoomCore {
  const most = Math.max(OUTCOMES_MAX, after.outcomes.size - before.outcomes.size)
  if (before.outcomes === after.outcomes || after.outcomes.size <= most) return after
  return amended(after, { outcomes: new Map([...after.outcomes].slice(-most)) })
}

/** Takes an entry out of the outbox, with how it ended. */
export function without(core: RoomCore, id: string, outcome: Outcome): RoomCore {
  const entries = core.entries.filter((entry) => entry.id !== id)
  return withOutcome(amended(core, { entries }), id, outcome)
}

export const entryOf = (core: RoomCore, id: string): Entry | undefined =>
  core.entries.find((entry) => entry.id === id)

/**
 * An own message is confirmed: by ack, by changes, in a delta or page, from another tab; in any order and repeatedly.
 * Matched by (sender is me, clientId), and only the first has an effect (I8): then the entry is gone. The row is
 * afloat until the tail reaches it, so that it does not vanish in between (I19).
 */
export function settle(core: RoomCore, row: Message): RoomCore {
  if (row.senderId !== core.me) return core
  const { clientId } = row
  const renewed = renewAfloat(core, row)
  if (clientId === undefined || entryOf(core, clientId)?.kind !== 'send') return renewed
  const settled = without(retarget(renewed, clientId, { id: row.id }), clientId, { row })
  const keys = new Map(core.keys).set(row.id, clientId)
  const past = core.tail === null || row.seq > core.tail
  const afloat = past ? [...settled.afloat, row].sort((a, b) => a.seq - b.seq) : settled.afloat
  return amended(settled, { keys, afloat })
}

function renewAfloat(core: RoomCore, row: Message): RoomCore {
  if (!core.afloat.some((held) => held.id === row.id && held.rev < row.rev)) return core
  return amended(core, { afloat: core.afloat.map((held) => (held.id === row.id ? row : held)) })
}

/** Whatever spoke of the message by its clientId now speaks of it by `target`. */
function retarget(core: RoomCore, clientId: string, target: Target): RoomCore {
  if (!core.entries.some((entry) => isAbout(subjectOf(entry), clientId))) return core
  const entries = core.entries.map((entry) =>
    isAbout(subjectOf(entry), clientId) ? aimed(entry, target) : entry,
  )
  return amended(core, { entries })
}

export function aimed(entry: Entry, target: Target): Entry {
  if (isTargeted(entry)) return { ...entry, target }
  return entry.kind === 'send' ? { ...entry, replyTo: target } : entry
}

export function subjectOf(entry: Entry): Target | null {
  if (isTargeted(entry)) return entry.target
  return entry.kind === 'send' ? entry.replyTo : null
}

/** What goes out by itself: neither failed, nor about a message that is held back until the app decides. */
export function waitingEntries({ entries }: RoomCore): readonly Entry[] {
  const waiting = entries.filter((entry) => entry.state.at !== 'failed')
  if (waiting.length === entries.length) return entries
  const held = new Set<string>(entries.flatMap((entry) => (entry.state.at === 'failed' ? entry.id : [])))
  return waiting.filter(
    (entry) => !(isTargeted(entry) && 'clientId' in entry.target && held.has(entry.target.clientId)),
  )
}

/**
 * A send is refused for good: it stays, failed and visible (I10). Edits that waited for it fold into it, deletes and
 * reactions of it have no meaning any more, and replies to it cannot go either.
 */
export function failSend(core: RoomCore, entry: SendEntry, error: ChatError): RoomCore {
  let failed: SendEntry = { ...entry, state: { at: 'failed', error }, attempts: 0 }
  let next = withOutcome(core, entry.id, { error })
  for (const other of core.entries) {
    if (!isAbout(subjectOf(other), entry.id)) continue
    if (other.kind === 'edit') failed = { ...failed, content: other.content }
    if (other.kind === 'delete') return dropSend(core, entry)
    if (isTargeted(other)) next = without(next, other.id, { error })
    if (other.kind === 'send') next = failSend(next, other, unsentReply())
  }
  return replaced(next, failed)
}

/** A send that the server does not have is given up: what was about it goes along, replies to it lose their target. */
export function dropSend(core: RoomCore, entry: SendEntry): RoomCore {
  const error = new ChatError('ABORTED', 'The message was cancelled')
  let next = without(core, entry.id, { error })
  for (const other of core.entries)
    if (isTargeted(other) && isAbout(other.target, entry.id)) next = without(next, other.id, {})
  const replies = next.entries.filter((other) => isAbout(subjectOf(other), entry.id))
  next = retarget(next, entry.id, { lost: true })
  for (const reply of replies)
    if (reply.kind === 'send') next = failSend(next, { ...reply, replyTo: { lost: true } }, unsentReply())
  return next
}

export const unsentReply = (): ChatError =>
  new ChatError('MESSAGE_NOT_FOUND', 'The message it replies to was not sent')

export function replaced(core: RoomCore, entry: Entry): RoomCore {
  return amended(core, { entries: core.entries.map((held) => (held.id === entry.id ? entry : held)) })
}
