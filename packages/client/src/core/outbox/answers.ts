import { ChatError } from '../chat-error'
import { longerHold, NO_HOLD } from '../hold'
import { onChanges } from '../room/changes'
import { movedRead } from '../room/members'
import { stale } from '../room/preview'
import { amended, type RoomCore } from '../room/room-core'
import type { EntryAnswer, RoomEvent } from '../room/room-event'
import { type Entry, INFLIGHT, isTargeted, isUntouched, READY, STORING } from './entry'
import { entryOf, failSend, replaced, without } from './settle'

type Answered = Extract<RoomEvent, { type: 'answered' }>
type Unanswered = Extract<RoomEvent, { type: 'unanswered' }>

export function onPicked(core: RoomCore, ids: readonly string[]): RoomCore {
  return mapEntries(core, ids, (entry) => ({ ...entry, state: INFLIGHT, attempts: entry.attempts + 1 }))
}

export function onHurried(core: RoomCore): RoomCore {
  const reads = core.entries.flatMap((entry) => (entry.kind === 'read' && entry.dueAt > 0 ? entry.id : []))
  return mapEntries(core, reads, (entry) => (entry.kind === 'read' ? { ...entry, dueAt: 0 } : entry))
}

/** On disk: it may go out. An entry that was changed since is waiting for its own write. */
export function onStored(core: RoomCore, ids: readonly string[]): RoomCore {
  return mapEntries(core, ids, (entry) => (entry.state.at === 'storing' ? { ...entry, state: READY } : entry))
}

/** They end here, visibly, and without what may be at fault: what went out from memory would be gone with a crash (I10). */
export function onUnstorable(core: RoomCore, ids: readonly string[]): RoomCore {
  let next = core
  for (const id of ids) {
    const entry = entryOf(next, id)
    if (entry === undefined || entry.state.at === 'failed' || !isUntouched(entry)) continue
    const error = new ChatError('INVALID_PAYLOAD', 'The local copy cannot keep it')
    if (entry.kind !== 'send') next = without(next, id, { error })
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
  const hold = progress ? NO_HOLD : core.outboxHold
  const outboxHold = late ? longerHold(hold, late, event) : NO_HOLD
  const waits = next.entries.some((entry) => entry.state.at !== 'failed')
  return amended(next, { outboxHold, single: core.single && waits })
}

function onAnswer(core: RoomCore, answer: EntryAnswer): RoomCore {
  const entry = entryOf(core, answer.id)
  if ('error' in answer) return entry ? refuse(core, entry, answer.error) : core
  if ('read' in answer) {
    const next = entry ? without(core, answer.id, {}) : core
    const moved = movedRead(next, answer.read.seq)
    // Without changes of its own to carry it on, a room that is not live takes the server's figure; but what was told
    // of this read already is no older than the answer.
    if (moved === next || moved.joined === 'yes') return moved
    return amended(moved, { figure: answer.read.unread, doubt: false })
  }
  const { row } = answer
  // An answer is a change like any other: it may come before its broadcast, or alone (I17).
  const next = row === null ? core : onChanges(core, [{ rev: row.rev, kind: 'message', message: row }])
  const done = entryOf(next, answer.id) ? without(next, answer.id, row ? { row } : {}) : next
  return entry && isTargeted(entry) ? withoutRefusal(done, entry) : done
}

/** `never`: it ends here, visibly. Everything else stays in its place in the queue. */
function refuse(core: RoomCore, entry: Entry, error: ChatError): RoomCore {
  if (error.retry !== 'never') return replaced(core, { ...entry, state: READY })
  if (entry.kind === 'send') return failSend(core, entry, error)
  const gone = without(core, entry.id, { error })
  if (!isTargeted(entry) || !('id' in entry.target)) return gone
  return amended(gone, { refused: new Map(gone.refused).set(entry.target.id, error) })
}

function withoutRefusal(core: RoomCore, entry: Entry): RoomCore {
  if (!isTargeted(entry) || !('id' in entry.target) || !core.refused.has(entry.target.id)) return core
  const refused = new Map(core.refused)
  refused.delete(entry.target.id)
  return amended(core, { refused })
}

/**
 * No answer: unknown, never failed (I10). The same ids go out again, after a sync that may settle them. An oversized or
 * ill-formed batch is taken apart instead, to find the one at fault.
 */
export function onUnanswered(core: RoomCore, event: Unanswered): RoomCore {
  const next = mapEntries(core, event.ids, (entry) => ({ ...entry, state: READY }))
  if (event.error?.retry === 'never') return amended(next, { single: true })
  const fresh = event.error === null ? stale(next) : {}
  return amended(next, { ...fresh, outboxHold: longerHold(core.outboxHold, event.error, event) })
}

/** The line is gone: what was in flight is unknown. */
export function onLineLost(core: RoomCore): RoomCore {
  const ids = core.entries.filter((entry) => entry.state.at === 'inflight').map((entry) => entry.id)
  return ids.length === 0 ? core : mapEntries(core, ids, (entry) => ({ ...entry, state: READY }))
}

/** The line is there: from now on anything may be emitted, and the disk hears of it first. */
export function onLineUp(core: RoomCore): RoomCore {
  if (core.entries.every((entry) => entry.maybe)) return core
  const entries = core.entries.map((entry): Entry => {
    if (entry.maybe) return entry
    const state = core.durable && entry.state.at === 'ready' ? STORING : entry.state
    return { ...entry, maybe: true, state }
  })
  return amended(core, { entries })
}

function mapEntries(core: RoomCore, ids: readonly string[], change: (entry: Entry) => Entry): RoomCore {
  const named = new Set<string>(ids)
  const entries = core.entries.map((entry) => (named.has(entry.id) ? change(entry) : entry))
  return entries.every((entry, i) => entry === core.entries[i]) ? core : amended(core, { entries })
}
