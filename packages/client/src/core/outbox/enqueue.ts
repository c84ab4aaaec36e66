import { emojiKey } from '@roomful/protocol/plain'
import { assertNever } from '../assert-never'
import { ChatError } from '../chat-error'
import { onViewed } from '../room/anchor'
import { reactionLike } from '../room/reactions'
import { amended, type RoomCore } from '../room/room-core'
import { at, seqOf } from '../timeline'
import {
  type Entry,
  isAbout,
  isTargeted,
  isUntouched,
  READY,
  type SendEntry,
  STORING,
  type Target,
  type Wanted,
  type Wish,
} from './entry'
import { dropSend, entryOf, failSend, replaced, unsentReply, withOutcome, without } from './settle'

/** Puts a wish at the end of the outbox, or folds it into what waits there: what was never emitted can still change. */
export function enqueue(core: RoomCore, wish: Wish, order: number, problem?: ChatError): RoomCore {
  switch (wish.kind) {
    case 'send':
      return enqueueSend(core, wish, order, problem)
    case 'edit':
      return enqueueEdit(core, wish, order)
    case 'delete':
      return enqueueDelete(core, wish, order)
    case 'react':
      return enqueueReact(core, wish, order)
    case 'read':
      return enqueueRead(core, wish, order)
    default:
      return assertNever(wish)
  }
}

type WishOf<K extends Wish['kind']> = Extract<Wish, { kind: K }>

function append<W extends Wish>(core: RoomCore, wish: W, order: number): RoomCore {
  const state = core.durable ? STORING : READY
  return amended(core, {
    entries: [...core.entries, { ...wish, order, state, attempts: 0, maybe: core.line === 'up' }],
  })
}

function enqueueSend(core: RoomCore, wish: WishOf<'send'>, order: number, problem?: ChatError): RoomCore {
  const next = onViewed(append(core, wish, order), null)
  const entry = entryOf(next, wish.id)
  if (entry?.kind !== 'send') return core
  const target =
    wish.replyTo !== null && 'clientId' in wish.replyTo ? entryOf(core, wish.replyTo.clientId) : null
  const error = problem ?? (target?.state.at === 'failed' ? unsentReply() : undefined)
  return error ? failSend(next, entry, error) : next
}

/** The send that this op is about, if it can still be changed here: never emitted, or refused for good. */
function openSend(core: RoomCore, target: Target): SendEntry | undefined {
  const send = 'clientId' in target ? entryOf(core, target.clientId) : undefined
  return send?.kind === 'send' && isUntouched(send) ? send : undefined
}

/** One that expired may be known to the server; if it is, it is settled in the end whatever became of it here. */
const isIdle = (entry: SendEntry): boolean => isUntouched(entry) || entry.state.at === 'failed'

const idOf = (target: Target): string =>
  'id' in target ? target.id : 'clientId' in target ? target.clientId : ''

/** Ops about the same message that were never emitted. */
function waiting(core: RoomCore, target: Target): readonly Entry[] {
  const about = idOf(target)
  return core.entries.filter(
    (entry) => isTargeted(entry) && isUntouched(entry) && isAbout(entry.target, about),
  )
}

function enqueueEdit(core: RoomCore, wish: WishOf<'edit'>, order: number): RoomCore {
  const send = openSend(core, wish.target)
  if (send !== undefined) {
    // The changed text must be on disk too before it is emitted (I10).
    const state = core.durable && send.state.at !== 'failed' ? STORING : send.state
    return withOutcome(replaced(core, { ...send, content: wish.content, state }), wish.id, {})
  }
  const next = append(core, wish, order)
  const older = waiting(core, wish.target).findLast((entry) => entry.kind === 'edit')
  return older ? without(next, older.id, {}) : next
}

function enqueueDelete(core: RoomCore, wish: WishOf<'delete'>, order: number): RoomCore {
  const send = 'clientId' in wish.target ? entryOf(core, wish.target.clientId) : undefined
  if (send?.kind === 'send' && isIdle(send)) return withOutcome(dropSend(core, send), wish.id, {})
  let next = core
  for (const entry of waiting(core, wish.target)) next = without(next, entry.id, {})
  return append(next, wish, order)
}

/** Add and remove of one emoji cancel each other; what is so already changes nothing. */
function enqueueReact(core: RoomCore, wish: WishOf<'react'>, order: number): RoomCore {
  const key = emojiKey(wish.emoji)
  const same = (entry: Entry): boolean => entry.kind === 'react' && emojiKey(entry.emoji) === key
  const about = idOf(wish.target)
  if (entryOf(core, about)?.state.at === 'failed')
    return withOutcome(core, wish.id, { error: unsentTarget() })
  const last = core.entries.findLast(
    (entry) => same(entry) && isTargeted(entry) && isAbout(entry.target, about),
  )
  const row = at(core.timeline, seqOf(core.timeline, about) ?? 0)
  const held = row && reactionLike(row.reactions, wish.emoji)
  const pending = last?.kind === 'react' ? last : undefined
  const mine = pending ? pending.op === 'add' : row && (held?.mine ?? false)
  if (mine === (wish.op === 'add')) return withOutcome(core, wish.id, {})
  // As it is spelled there: an older server compares byte for byte.
  if (last === undefined || !isUntouched(last))
    return append(core, { ...wish, emoji: (held ?? pending ?? wish).emoji }, order)
  return without(withOutcome(core, wish.id, {}), last.id, {})
}

const unsentTarget = () => new ChatError('MESSAGE_NOT_FOUND', 'The message was not sent')

/** Only the highest goes out; what is already read needs no request (I6). */
function enqueueRead(core: RoomCore, wish: WishOf<'read'>, order: number): RoomCore {
  if (wish.seq <= readSeqOf(core)) return core
  const older = core.entries.find((entry) => entry.kind === 'read' && entry.state.at !== 'inflight')
  if (older?.kind !== 'read') return append(core, wish, order)
  return replaced(core, { ...older, seq: wish.seq })
}

/** My read cursor as the user sees it: confirmed, or on its way. */
export function readSeqOf(core: RoomCore): number {
  let seq = core.lastReadSeq
  for (const entry of core.entries) if (entry.kind === 'read' && entry.seq > seq) seq = entry.seq
  return seq
}

/** Gives up a send that nothing sends any more, or not yet. The same core when it is too late. */
export function cancel(core: RoomCore, id: string): RoomCore {
  const entry = entryOf(core, id)
  return entry?.kind === 'send' && isIdle(entry) ? dropSend(core, entry) : core
}

/** Sends a failed message again. A reply whose target was cancelled goes as a plain message: that was asked for now. */
export function retry(core: RoomCore, id: string, wanted: Wanted): RoomCore {
  const entry = entryOf(core, id)
  if (entry?.kind !== 'send' || entry.state.at !== 'failed' || entry.incomplete) return core
  const replyTo = entry.replyTo !== null && 'lost' in entry.replyTo ? null : entry.replyTo
  const target = replyTo !== null && 'clientId' in replyTo ? entryOf(core, replyTo.clientId) : undefined
  if (target?.state.at === 'failed') return core
  const maybe = core.line === 'up'
  return replaced(core, { ...entry, ...wanted, replyTo, maybe, state: core.durable ? STORING : READY })
}
