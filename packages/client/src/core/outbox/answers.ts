import { ChatError } from '../chat-error'
import { longerHold, NO_HOLD } from '../hold'
import { onChanges } from '../room/changes'
import { movedRead } from '../room/members'
import { stale } from '../room/preview'
import { amended, type RoomCore } from '../room/room-core'
import type { EntryAnswer, RoomEvent } from '../room/room-event'
import { type Entry, INFLIGHT, isTargeted, isUntouched, READY, STORING } from './entry'
import { mapped } from './entry-list'
import { ended, entryOf, failSend, type Outbox, put, withoutRefusal, withRefusal } from './outbox'

type Answered = Extract<RoomEvent, { type: 'answered' }>
type Unanswered = Extract<RoomEvent, { type: 'unanswered' }>

export const onPicked = (outbox: Outbox, ids: readonly string[]): Outbox =>
  changed(outbox, ids, (entry) => ({ ...entry, state: INFLIGHT, attempts: entry.attempts + 1 }))

export function onHurried(outbox: Outbox): Outbox {
  const entries = mapped(
    outbox.entries,
    ({ reads }) => reads > 0,
    (entry) => (entry.kind === 'read' && entry.dueAt > 0 ? { ...entry, dueAt: 0 } : entry),
  )
  return entries === outbox.entries ? outbox : { ...outbox, entries }
}

/** On disk: it may go out. An entry that was changed since is waiting for its own write. */
export const onStored = (outbox: Outbox, ids: readonly string[]): Outbox =>
  changed(outbox, ids, (entry) => (entry.state.at === 'storing' ? { ...entry, state: READY } : entry))

/** They end here, visibly, and without what may be at fault: what went out from memory would be gone with a crash (I10). */
export function onUnstorable(outbox: Outbox, ids: readonly string[]): Outbox {
  let next = outbox
  for (const id of ids) {
    const entry = entryOf(next, id)
    if (entry === undefined || entry.state.at === 'failed' || !isUntouched(entry)) continue
    const error = new ChatError('INVALID_PAYLOAD', 'The local copy cannot keep it')
    if (entry.kind !== 'send') next = ended(next, id, { error })
    else {
      const { metadata: _, ...rest } = entry
      next = failSend(next, { ...rest, incomplete: true }, error)
    }
  }
  return next
}

export function onAnswered(core: RoomCore, event: Answered): RoomCore {
  let next = core
  let late: ChatError | undefined
  let progress = false
  for (const answer of event.answers) {
    if (!('error' in answer) || answer.error.retry === 'never') progress = true
    // NOT_ATTEMPTED only says that an earlier one of the batch has the reason.
    else if (late === undefined || answer.error.retry === 'after') late = answer.error
    next = onAnswer(next, answer)
  }
  const before = progress ? NO_HOLD : core.outbox.hold
  const hold = late ? longerHold(before, late, event) : NO_HOLD
  const { entries, sendOneByOne } = next.outbox
  const waits = entries.size > entries.totals.failed
  return amended(next, { outbox: { ...next.outbox, hold, sendOneByOne: sendOneByOne && waits } })
}

function onAnswer(core: RoomCore, answer: EntryAnswer): RoomCore {
  const entry = entryOf(core.outbox, answer.id)
  if ('error' in answer)
    return entry ? amended(core, { outbox: refuse(core.outbox, entry, answer.error) }) : core
  if ('read' in answer) {
    const next = entry ? amended(core, { outbox: ended(core.outbox, answer.id, {}) }) : core
    const moved = movedRead(next, answer.read.seq)
    // Without changes of its own to carry it on, a room that is not live takes the server's figure; but what was told
    // of this read already is no older than the answer.
    if (moved === next || moved.joined === 'yes') return moved
    return amended(moved, { figure: answer.read.unread, doubt: false })
  }
  const { row } = answer
  // An answer is a change like any other: it may come before its broadcast, or alone (I17).
  const next = row === null ? core : onChanges(core, [{ rev: row.rev, kind: 'message', message: row }])
  const { outbox } = next
  const done = entryOf(outbox, answer.id) ? ended(outbox, answer.id, row ? { row } : {}) : outbox
  const messageId = entry && targetIdOf(entry)
  const allowed = messageId === undefined ? done : withoutRefusal(done, messageId)
  return allowed === outbox ? next : amended(next, { outbox: allowed })
}

/** `never`: it ends here, visibly. Everything else stays in its place in the queue. */
function refuse(outbox: Outbox, entry: Entry, error: ChatError): Outbox {
  if (error.retry !== 'never') return put(outbox, { ...entry, state: READY })
  if (entry.kind === 'send') return failSend(outbox, entry, error)
  const gone = ended(outbox, entry.id, { error })
  const messageId = targetIdOf(entry)
  return messageId === undefined ? gone : withRefusal(gone, messageId, error)
}

/** The id of the confirmed message that this entry changes. */
const targetIdOf = (entry: Entry): string | undefined =>
  isTargeted(entry) && 'id' in entry.target ? entry.target.id : undefined

/**
 * No answer: unknown, never failed (I10). The same ids go out again, after a sync that may settle them. An oversized or
 * ill-formed batch is taken apart instead, to find the one at fault.
 */
export function onUnanswered(core: RoomCore, event: Unanswered): RoomCore {
  const outbox = changed(core.outbox, event.ids, (entry) => ({ ...entry, state: READY }))
  if (event.error?.retry === 'never') return amended(core, { outbox: { ...outbox, sendOneByOne: true } })
  const hold = longerHold(core.outbox.hold, event.error, event)
  return amended(core, { ...(event.error === null ? stale(core) : {}), outbox: { ...outbox, hold } })
}

/** The line is gone: what was in flight is unknown. */
export function onLineLost(outbox: Outbox): Outbox {
  const entries = mapped(
    outbox.entries,
    ({ inflight }) => inflight > 0,
    (entry) => (entry.state.at === 'inflight' ? { ...entry, state: READY } : entry),
  )
  return entries === outbox.entries ? outbox : { ...outbox, entries }
}

/** The line is there: from now on anything may be emitted, and the disk hears of it first. */
export function onLineUp(outbox: Outbox, hasStore: boolean): Outbox {
  const entries = mapped(
    outbox.entries,
    ({ unemitted }) => unemitted > 0,
    (entry) => {
      if (entry.maybe) return entry
      const state = hasStore && entry.state.at === 'ready' ? STORING : entry.state
      return { ...entry, maybe: true, state }
    },
  )
  return entries === outbox.entries ? outbox : { ...outbox, entries }
}

/** Changes those of the entries that are there. */
function changed(outbox: Outbox, ids: readonly string[], change: (entry: Entry) => Entry): Outbox {
  let next = outbox
  for (const id of ids) {
    const entry = entryOf(next, id)
    const other = entry && change(entry)
    if (other && other !== entry) next = put(next, other)
  }
  return next
}
