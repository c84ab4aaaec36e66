import { isGrowing, type Stream, type StreamState } from '@roomful/protocol'
import { contentRefusal, speechClosed } from './decide-send'
import type { Fold } from './fold'
import { runOf } from './growing'
import { find } from './on-message'
import type { Outcome, StoredMessage, StreamOp } from './ops'
import { isPresent } from './present'
import { refuse } from './refusal'
import { toWire } from './stored-message'

/**
 * A message that grows.
 *
 *   streaming ──write: finished, cancelled, interrupted──▶ that
 *       │  ▲                         │
 *       │  └── write, resume ── interrupted
 *       ├── nothing comes any more ──▶ interrupted
 *       └── cancelled by another ──▶ cancelled, closing ──write: cancelled, or nothing comes──▶ cancelled
 *
 * The text only grows: a write has all of it, and is taken where it begins with what is there. So a repeated, late or
 * reordered write changes nothing, and a lost one leaves no hole. Each resume begins a run, and writes of an earlier run
 * are refused: a message has one producer.
 */

type Write = Extract<StreamOp, { kind: 'write-stream' }>
type OnStream = Extract<StreamOp, { kind: 'resume-stream' | 'cancel-stream' }>
type Interrupt = Extract<StreamOp, { kind: 'interrupt-stream' }>

export function decideWriteStream(fold: Fold, op: Write): Outcome {
  const found = findStream(fold, op)
  if ('ok' in found) return found
  const { room, member, message, stream } = found
  if (!member) return refuse('MESSAGE_NOT_FOUND')
  if (op.run !== runOf(stream)) return refuse('STREAM_ENDED')
  const isOver = stream.state === 'finished' || (stream.state === 'cancelled' && !stream.closing)
  if (isRepeated(message, stream, op)) return unchanged(message, op)
  if (isOver) return refuse('STREAM_ENDED')
  const isShorter = message.content.startsWith(op.content)
  if (!isShorter && !op.content.startsWith(message.content))
    return refuse('VERSION_CONFLICT', { message: toWire(message, op.actor.id) })
  const content = isShorter ? message.content : op.content
  const refusal = speechClosed(fold, { room, member, op }) ?? contentRefusal({ ...message, content })
  if (refusal) return refusal
  return change(fold, op, { ...message, content, stream: written(stream, op.state) })
}

/** A retry, or a write that a later one has overtaken. What is there in full continues an interrupted message. */
function isRepeated({ content }: StoredMessage, stream: Stream, op: Write): boolean {
  if (!content.startsWith(op.content)) return false
  if (op.state !== 'streaming') return op.state === stream.state && !stream.closing
  return stream.state !== 'interrupted' || op.content !== content
}

/** One that another user has cancelled ends with the last write of its producer, whatever that says. */
function written(stream: Stream, state: StreamState): Stream {
  if (!stream.closing) return { ...stream, state }
  if (state === 'streaming') return stream
  const { closing: _, ...closed } = stream
  return closed
}

export function decideResumeStream(fold: Fold, op: OnStream): Outcome {
  const found = findStream(fold, op)
  if ('ok' in found) return found
  const { room, member, message, stream } = found
  if (!member) return refuse('MESSAGE_NOT_FOUND')
  // As it is: whoever would continue it learns that there is nothing to continue.
  if (stream.state === 'finished' || stream.state === 'cancelled') return unchanged(message, op)
  const refusal = speechClosed(fold, { room, member, op })
  if (refusal) return refusal
  return change(fold, op, { ...message, stream: { ...stream, state: 'streaming', run: runOf(stream) + 1 } })
}

export function decideCancelStream(fold: Fold, op: OnStream): Outcome {
  const isAsker =
    fold.message(op.messageId)?.stream?.for === op.actor.id && isPresent(fold.member(op.actor.id))
  const found = find(fold, op, (own) => (own ? 'delete-own' : isAsker ? 'read' : 'cancel-stream'))
  if ('ok' in found) return found
  const { message, own } = found
  if (message.deleted || !message.stream) return refuse('MESSAGE_NOT_FOUND')
  const { stream } = message
  if (stream.state === 'finished' || stream.state === 'cancelled') return unchanged(message, op)
  const closing = stream.state === 'streaming' ? ({ closing: true } as const) : {}
  const outcome = change(fold, op, { ...message, stream: { ...stream, state: 'cancelled', ...closing } })
  if (!own && !isAsker && found.room.type !== 'dm')
    fold.addAudit(op.actor, op.at, 'cancel-stream', op.messageId)
  return outcome
}

/** Nothing has come from the producer: whether that is so is decided here, where its last write is known. */
export function decideInterruptStream(fold: Fold, op: Interrupt): Outcome {
  const message = fold.message(op.messageId)
  if (!message?.stream) return refuse('MESSAGE_NOT_FOUND')
  const { stream } = message
  const hasGone = op.run === runOf(stream) && message.content.length <= op.length
  if (!hasGone || !isGrowing(message)) return unchanged(message, op)
  const { closing, ...kept } = stream
  return change(fold, op, { ...message, stream: closing ? kept : { ...kept, state: 'interrupted' } })
}

/** The actor's own growing message. */
function findStream(fold: Fold, op: Write | OnStream) {
  const found = find(fold, op, (own) => (own ? 'send' : 'edit-other'))
  if ('ok' in found) return found
  const { stream } = found.message
  if (found.message.deleted || !stream) return refuse('MESSAGE_NOT_FOUND')
  return { ...found, stream }
}

const answer = (message: StoredMessage, { actor }: StreamOp): Extract<Outcome, { kind: 'message' }> => ({
  ok: true,
  kind: 'message',
  message: toWire(message, actor.id),
})

const unchanged = (message: StoredMessage, op: StreamOp): Outcome => ({
  ...answer(message, op),
  duplicate: true,
})

const change = (fold: Fold, op: StreamOp, message: StoredMessage): Outcome =>
  answer(fold.changeMessage(message, op.actor), op)
