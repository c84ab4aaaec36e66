import { emojiKey } from '@roomful/protocol/plain'
import { assertNever } from '../assert-never'
import { ChatError } from '../chat-error'
import { onViewed } from '../room/anchor'
import { reactionLike } from '../room/reactions'
import { amended, type RoomCore } from '../room/room-core'
import { at, seqOf } from '../timeline'
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
import { dropSend, ended, entryOf, failSend, type Outbox, put, unsentReply, withOutcome } from './outbox'

/** Puts a command at the end of the outbox, or folds it into what waits there: what was never emitted can still change. */
export function enqueue(core: RoomCore, command: Command, order: number, problem?: ChatError): RoomCore {
  switch (command.kind) {
    case 'send':
      return enqueueSend(core, command, order, problem)
    case 'edit':
      return enqueueEdit(core, command, order)
    case 'delete':
      return enqueueDelete(core, command, order)
    case 'react':
      return enqueueReact(core, command, order)
    case 'read':
      return enqueueRead(core, command, order)
    default:
      return assertNever(command)
  }
}

type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>

function append<C extends Command>(core: RoomCore, command: C, order: number): RoomCore {
  const state = core.durable ? STORING : READY
  const entry = { ...command, order, state, attempts: 0, maybe: core.line === 'up' }
  return withOutbox(core, put(core.outbox, entry))
}

const withOutbox = (core: RoomCore, outbox: Outbox): RoomCore =>
  outbox === core.outbox ? core : amended(core, { outbox })

const done = (core: RoomCore, command: Command, outcome: Outcome = {}): RoomCore =>
  withOutbox(core, withOutcome(core.outbox, command.id, outcome))

function enqueueSend(
  core: RoomCore,
  command: CommandOf<'send'>,
  order: number,
  problem?: ChatError,
): RoomCore {
  const next = onViewed(append(core, command, order), null)
  const entry = entryOf(next.outbox, command.id)
  if (entry?.kind !== 'send') return core
  const { replyTo } = command
  const target = replyTo !== null && 'clientId' in replyTo ? entryOf(core.outbox, replyTo.clientId) : null
  const error = problem ?? (target?.state.at === 'failed' ? unsentReply() : undefined)
  return error ? withOutbox(next, failSend(next.outbox, entry, error)) : next
}

/** The send that this op is about, if it can still be changed here: never emitted, or refused for good. */
function openSend(outbox: Outbox, target: Target): SendEntry | undefined {
  const send = 'clientId' in target ? entryOf(outbox, target.clientId) : undefined
  return send?.kind === 'send' && isUntouched(send) ? send : undefined
}

/** One that expired may be known to the server; if it is, it is confirmed in the end, whatever became of it here. */
const isIdle = (entry: SendEntry): boolean => isUntouched(entry) || entry.state.at === 'failed'

const idOf = (target: Target): string =>
  'id' in target ? target.id : 'clientId' in target ? target.clientId : ''

/** Ops about this message, in the order in which they were made. */
const opsAbout = ({ entries }: Outbox, id: string): readonly TargetedEntry[] =>
  entriesAbout(entries, id).filter(isTargeted)

/** Ops about the same message that were never emitted. */
const waiting = (outbox: Outbox, target: Target): readonly TargetedEntry[] =>
  opsAbout(outbox, idOf(target)).filter(isUntouched)

function enqueueEdit(core: RoomCore, command: CommandOf<'edit'>, order: number): RoomCore {
  const send = openSend(core.outbox, command.target)
  if (send !== undefined) {
    // The changed text must be on disk too before it is emitted (I10).
    const state = core.durable && send.state.at !== 'failed' ? STORING : send.state
    return done(withOutbox(core, put(core.outbox, { ...send, content: command.content, state })), command)
  }
  const next = append(core, command, order)
  const older = waiting(core.outbox, command.target).findLast((entry) => entry.kind === 'edit')
  return older ? withOutbox(next, ended(next.outbox, older.id, {})) : next
}

function enqueueDelete(core: RoomCore, command: CommandOf<'delete'>, order: number): RoomCore {
  const { target } = command
  const send = 'clientId' in target ? entryOf(core.outbox, target.clientId) : undefined
  if (send?.kind === 'send' && isIdle(send))
    return done(withOutbox(core, dropSend(core.outbox, send)), command)
  let { outbox } = core
  for (const entry of waiting(outbox, target)) outbox = ended(outbox, entry.id, {})
  return append(withOutbox(core, outbox), command, order)
}

/** Add and remove of one emoji cancel each other; what is so already changes nothing. */
function enqueueReact(core: RoomCore, command: CommandOf<'react'>, order: number): RoomCore {
  const key = emojiKey(command.emoji)
  const about = idOf(command.target)
  if (entryOf(core.outbox, about)?.state.at === 'failed')
    return done(core, command, { error: unsentTarget() })
  const last = opsAbout(core.outbox, about).findLast(
    (entry) => entry.kind === 'react' && emojiKey(entry.emoji) === key,
  )
  const row = at(core.timeline, seqOf(core.timeline, about) ?? 0)
  const held = row && reactionLike(row.reactions, command.emoji)
  const pending = last?.kind === 'react' ? last : undefined
  const mine = pending ? pending.op === 'add' : row && (held?.mine ?? false)
  if (mine === (command.op === 'add')) return done(core, command)
  // As it is spelled there: an older server compares byte for byte.
  if (last === undefined || !isUntouched(last))
    return append(core, { ...command, emoji: (held ?? pending ?? command).emoji }, order)
  const next = done(core, command)
  return withOutbox(next, ended(next.outbox, last.id, {}))
}

const unsentTarget = () => new ChatError('MESSAGE_NOT_FOUND', 'The message was not sent')

/** Only the highest goes out; what is already read needs no request (I6). */
function enqueueRead(core: RoomCore, command: CommandOf<'read'>, order: number): RoomCore {
  if (command.seq <= readSeqOf(core)) return core
  const { entries } = core.outbox
  const reads = entries.chunks.flatMap((chunk) =>
    chunk.totals.reads > 0 ? chunk.entries.filter((entry) => entry.kind === 'read') : [],
  )
  const older = reads.find((entry) => entry.state.at !== 'inflight')
  if (older === undefined) return append(core, command, order)
  return withOutbox(core, put(core.outbox, { ...older, seq: command.seq }))
}

/** My read cursor as the user sees it: confirmed, or on its way. */
export const readSeqOf = ({ lastReadSeq, outbox }: RoomCore): number =>
  Math.max(lastReadSeq, highestRead(outbox.entries))

/** Gives up a send that nothing sends any more, or not yet. The same core when it is too late. */
export function cancel(core: RoomCore, id: string): RoomCore {
  const entry = entryOf(core.outbox, id)
  return entry?.kind === 'send' && isIdle(entry) ? withOutbox(core, dropSend(core.outbox, entry)) : core
}

/** Sends a failed message again. A reply whose target was cancelled goes as a plain message: that was asked for now. */
export function retry(core: RoomCore, id: string, wanted: Wanted): RoomCore {
  const entry = entryOf(core.outbox, id)
  if (entry?.kind !== 'send' || entry.state.at !== 'failed' || entry.incomplete) return core
  const replyTo = entry.replyTo !== null && 'lost' in entry.replyTo ? null : entry.replyTo
  const target =
    replyTo !== null && 'clientId' in replyTo ? entryOf(core.outbox, replyTo.clientId) : undefined
  if (target?.state.at === 'failed') return core
  const maybe = core.line === 'up'
  const state = core.durable ? STORING : READY
  return withOutbox(core, put(core.outbox, { ...entry, ...wanted, replyTo, maybe, state }))
}
