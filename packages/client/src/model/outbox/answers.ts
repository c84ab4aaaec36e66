import { ChatError } from '../chat-error'
import { longerHold, NO_HOLD } from '../hold'
import type { EntryAnswer, RoomEvent } from '../room/room-event'
import { type RoomModel, withOutbox } from '../room/room-model'
import { unsynced } from '../room-list/preview'
import { onChanges } from '../sync/changes'
import { isSubscribed } from '../sync/sync-state'
import { movedRead } from '../unread/unread'
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

export function onAnswered(model: RoomModel, event: Answered): RoomModel {
  let next = model
  let late: ChatError | undefined
  let progress = false
  for (const answer of event.answers) {
    if (!('error' in answer) || answer.error.retry === 'never') progress = true
    // NOT_ATTEMPTED only means that an earlier one of the batch has the reason.
    else if (late === undefined || answer.error.retry === 'after') late = answer.error
    next = onAnswer(next, answer)
  }
  const before = progress ? NO_HOLD : model.outbox.hold
  const hold = late ? longerHold(before, late, event) : NO_HOLD
  const { entries, sendOneByOne } = next.outbox
  const waits = entries.size > entries.totals.failed
  return { ...next, outbox: { ...next.outbox, hold, sendOneByOne: sendOneByOne && waits } }
}

function onAnswer(model: RoomModel, answer: EntryAnswer): RoomModel {
  const { outbox } = model
  const entry = entryOf(outbox, answer.id)
  if ('error' in answer) return entry ? { ...model, outbox: refuse(outbox, entry, answer.error) } : model
  if ('read' in answer)
    return onRead(entry ? { ...model, outbox: ended(outbox, answer.id, {}) } : model, answer.read)
  const { row } = answer
  // An answer is a change like any other: it may come before its broadcast, or alone (I17).
  const next = row === null ? model : onChanges(model, [{ rev: row.rev, kind: 'message', message: row }])
  const isOpen = entryOf(next.outbox, answer.id) !== undefined
  const done = isOpen ? ended(next.outbox, answer.id, row ? { row } : {}) : next.outbox
  const messageId = entry && targetIdOf(entry)
  return withOutbox(next, messageId === undefined ? done : withoutRefusal(done, messageId))
}

/**
 * Without own changes to update it, a room that is not live uses the server's count; but the effect of this read
 * already is no older than the answer.
 */
function onRead(model: RoomModel, read: { readonly seq: number; readonly unread: number }): RoomModel {
  const unread = movedRead(model.unread, read.seq)
  if (unread === model.unread) return model
  const next = isSubscribed(model.sync) ? unread : { ...unread, serverUnread: read.unread, stale: false }
  return { ...model, unread: next }
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
 * No answer: unknown, never failed (I10). The same ids go out again, after a sync that may confirm them. An oversized or
 * ill-formed batch is taken apart instead, to find the one at fault.
 */
export function onUnanswered(model: RoomModel, event: Unanswered): RoomModel {
  const outbox = changed(model.outbox, event.ids, (entry) => ({ ...entry, state: READY }))
  if (event.error?.retry === 'never') return { ...model, outbox: { ...outbox, sendOneByOne: true } }
  const hold = longerHold(outbox.hold, event.error, event)
  return { ...(event.error === null ? unsynced(model) : model), outbox: { ...outbox, hold } }
}

/** The connection is gone: what was in flight is unknown. */
export function onConnectionLost(outbox: Outbox): Outbox {
  const entries = mapped(
    outbox.entries,
    ({ inflight }) => inflight > 0,
    (entry) => (entry.state.at === 'inflight' ? { ...entry, state: READY } : entry),
  )
  return entries === outbox.entries ? outbox : { ...outbox, entries }
}

/** The connection is there: from now on anything may be emitted, and the disk has that first. */
export function onConnectionUp(outbox: Outbox, hasStore: boolean): Outbox {
  const entries = mapped(
    outbox.entries,
    ({ unemitted }) => unemitted > 0,
    (entry) => {
      if (entry.mayHaveBeenEmitted) return entry
      const state = hasStore && entry.state.at === 'ready' ? STORING : entry.state
      return { ...entry, mayHaveBeenEmitted: true, state }
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
