import { emojiKey } from '@roomful/protocol/plain'
import { assertNever } from '../assert-never'
import { ChatError } from '../chat-error'
import { type RoomModel, withOutbox } from '../room/room-model'
import { reactionLike } from '../rows/reactions'
import { at, seqOf } from '../rows/timeline'
import { onViewed } from '../sync/anchor'
import {
  type Command,
  isTargeted,
  isUntouched,
  type Outcome,
  READY,
  type SendEntry,
  STORING,
  type Target,
  type TargetedEntry,
  type Wanted,
} from './entry'
import { entriesAbout, highestRead } from './entry-list'
import { dropSend, ended, entryOf, failSend, type Outbox, put, unsentReplyError, withOutcome } from './outbox'

/** Puts a command at the end of the outbox, or folds it into what waits there: what was never emitted can still change. */
export function enqueue(model: RoomModel, command: Command, order: number, problem?: ChatError): RoomModel {
  switch (command.kind) {
    case 'send':
      return enqueueSend(model, command, order, problem)
    case 'edit':
      return enqueueEdit(model, command, order)
    case 'delete':
      return enqueueDelete(model, command, order)
    case 'react':
      return enqueueReact(model, command, order)
    case 'pin':
      return enqueuePin(model, command, order)
    case 'write-stream':
      return enqueueWrite(model, command, order)
    case 'read':
      return enqueueRead(model, command, order)
    default:
      return assertNever(command)
  }
}

type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>

function append<C extends Command>(model: RoomModel, command: C, order: number): RoomModel {
  const state = model.hasStore ? STORING : READY
  const entry = { ...command, order, state, attempts: 0, mayHaveBeenEmitted: model.connection === 'up' }
  return withOutbox(model, put(model.outbox, entry))
}

const done = (model: RoomModel, command: Command, outcome: Outcome = {}): RoomModel =>
  withOutbox(model, withOutcome(model.outbox, command.id, outcome))

function enqueueSend(
  model: RoomModel,
  command: CommandOf<'send'>,
  order: number,
  problem?: ChatError,
): RoomModel {
  const next = onViewed(append(model, command, order), null)
  const entry = entryOf(next.outbox, command.id)
  if (entry?.kind !== 'send') return model
  const { replyTo } = command
  const target = replyTo !== null && 'clientId' in replyTo ? entryOf(model.outbox, replyTo.clientId) : null
  const error = problem ?? (target?.state.at === 'failed' ? unsentReplyError() : undefined)
  return error ? withOutbox(next, failSend(next.outbox, entry, error)) : next
}

/** The send that this op is about, if it can still be changed here: never emitted, or refused for good. */
function openSend(outbox: Outbox, target: Target): SendEntry | undefined {
  const send = 'clientId' in target ? entryOf(outbox, target.clientId) : undefined
  return send?.kind === 'send' && isUntouched(send) ? send : undefined
}

/** One that expired may be known to the server; if it is, it is confirmed in the end, even if it was changed here. */
const isIdle = (entry: SendEntry): boolean => isUntouched(entry) || entry.state.at === 'failed'

const idOf = (target: Target): string =>
  'id' in target ? target.id : 'clientId' in target ? target.clientId : ''

/** Ops about this message, in the order in which they were made. */
const opsAbout = ({ entries }: Outbox, id: string): readonly TargetedEntry[] =>
  entriesAbout(entries, id).filter(isTargeted)

/** Ops about the same message that were never emitted. */
const waiting = (outbox: Outbox, target: Target): readonly TargetedEntry[] =>
  opsAbout(outbox, idOf(target)).filter(isUntouched)

function enqueueEdit(model: RoomModel, command: CommandOf<'edit'>, order: number): RoomModel {
  const send = openSend(model.outbox, command.target)
  if (send !== undefined) {
    // The changed text must be on disk too before it is emitted (I10).
    const state = model.hasStore && send.state.at !== 'failed' ? STORING : send.state
    return done(withOutbox(model, put(model.outbox, { ...send, content: command.content, state })), command)
  }
  const next = append(model, command, order)
  const older = waiting(model.outbox, command.target).findLast((entry) => entry.kind === 'edit')
  return older ? withOutbox(next, ended(next.outbox, older.id, {})) : next
}

function enqueueDelete(model: RoomModel, command: CommandOf<'delete'>, order: number): RoomModel {
  const { target } = command
  const send = 'clientId' in target ? entryOf(model.outbox, target.clientId) : undefined
  if (send?.kind === 'send' && isIdle(send))
    return done(withOutbox(model, dropSend(model.outbox, send)), command)
  let { outbox } = model
  for (const entry of waiting(outbox, target)) outbox = ended(outbox, entry.id, {})
  return append(withOutbox(model, outbox), command, order)
}

/** Add and remove of one emoji cancel each other; what is so already changes nothing. */
function enqueueReact(model: RoomModel, command: CommandOf<'react'>, order: number): RoomModel {
  const key = emojiKey(command.emoji)
  const about = idOf(command.target)
  if (entryOf(model.outbox, about)?.state.at === 'failed')
    return done(model, command, { error: unsentTarget() })
  const last = opsAbout(model.outbox, about).findLast(
    (entry) => entry.kind === 'react' && emojiKey(entry.emoji) === key,
  )
  const row = at(model.rows.timeline, seqOf(model.rows.timeline, about) ?? 0)
  const held = row && reactionLike(row.reactions, command.emoji)
  const pending = last?.kind === 'react' ? last : undefined
  const mine = pending ? pending.op === 'add' : row && (held?.mine ?? false)
  if (mine === (command.op === 'add')) return done(model, command)
  // As it is spelled there: an older server compares byte for byte.
  if (last === undefined || !isUntouched(last))
    return append(model, { ...command, emoji: (held ?? pending ?? command).emoji }, order)
  const next = done(model, command)
  return withOutbox(next, ended(next.outbox, last.id, {}))
}

/** As of a reaction: what is so already is no request, and what was never emitted is taken back. */
function enqueuePin(model: RoomModel, command: CommandOf<'pin'>, order: number): RoomModel {
  const about = idOf(command.target)
  if (entryOf(model.outbox, about)?.state.at === 'failed')
    return done(model, command, { error: unsentTarget() })
  const last = opsAbout(model.outbox, about).findLast((entry) => entry.kind === 'pin')
  if ((last ? last.op === 'add' : isPinned(model, about)) === (command.op === 'add'))
    return done(model, command)
  if (last === undefined || !isUntouched(last)) return append(model, command, order)
  const next = done(model, command)
  return withOutbox(next, ended(next.outbox, last.id, {}))
}

/** Undefined: of a message that is not held only its pin is known. */
function isPinned({ rows }: RoomModel, id: string): boolean | undefined {
  const row = at(rows.timeline, seqOf(rows.timeline, id) ?? 0)
  if (row) return row.pinned !== undefined
  return rows.pins.some(({ messageId }) => messageId === id) || undefined
}

/** The last write of a message that was given up meanwhile has nothing to write. */
function enqueueWrite(model: RoomModel, command: CommandOf<'write-stream'>, order: number): RoomModel {
  const { target } = command
  const send = 'clientId' in target ? entryOf(model.outbox, target.clientId) : undefined
  const isGone = !('id' in target) && (send === undefined || send.state.at === 'failed')
  return isGone ? done(model, command, { error: unsentTarget() }) : append(model, command, order)
}

const unsentTarget = () => new ChatError('MESSAGE_NOT_FOUND', 'The message was not sent')

/** Only the highest goes out; what is already read needs no request (I6). */
function enqueueRead(model: RoomModel, command: CommandOf<'read'>, order: number): RoomModel {
  if (command.seq <= readSeqOf(model)) return model
  const { entries } = model.outbox
  const reads = entries.chunks.flatMap((chunk) =>
    chunk.totals.reads > 0 ? chunk.entries.filter((entry) => entry.kind === 'read') : [],
  )
  const older = reads.find((entry) => entry.state.at !== 'inflight')
  if (older === undefined) return append(model, command, order)
  return withOutbox(model, put(model.outbox, { ...older, seq: command.seq }))
}

/** My read cursor as the user sees it: confirmed, or on its way. */
export const readSeqOf = ({ unread, outbox }: RoomModel): number =>
  Math.max(unread.lastReadSeq, highestRead(outbox.entries))

/** Gives up a send that nothing sends any more, or not yet. The same model when it is too late. */
export function cancel(model: RoomModel, id: string): RoomModel {
  const entry = entryOf(model.outbox, id)
  return entry?.kind === 'send' && isIdle(entry) ? withOutbox(model, dropSend(model.outbox, entry)) : model
}

/** Sends a failed message again. A reply whose target was cancelled goes as a plain message: that was asked for now. */
export function retry(model: RoomModel, id: string, wanted: Wanted): RoomModel {
  const entry = entryOf(model.outbox, id)
  if (entry?.kind !== 'send' || entry.state.at !== 'failed' || entry.incomplete) return model
  const replyTo = entry.replyTo !== null && 'lost' in entry.replyTo ? null : entry.replyTo
  const target =
    replyTo !== null && 'clientId' in replyTo ? entryOf(model.outbox, replyTo.clientId) : undefined
  if (target?.state.at === 'failed') return model
  const mayHaveBeenEmitted = model.connection === 'up'
  const state = model.hasStore ? STORING : READY
  return withOutbox(model, put(model.outbox, { ...entry, ...wanted, replyTo, mayHaveBeenEmitted, state }))
}
