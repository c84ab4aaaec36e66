import { LIMITS } from '@roomful/protocol'
import type { Fold } from './fold'
import { isoTime } from './iso-time'
import { answerRetry, changed, find, unchanged } from './on-message'
import type { Op, Outcome } from './ops'
import { refuse } from './refusal'

export function decidePin(fold: Fold, op: Extract<Op, { kind: 'pin' }>): Outcome {
  const found = find(fold, op, () => 'pin')
  if ('ok' in found) return found
  const { room, message } = found
  const known = answerRetry(fold, op, message)
  if (known) return known
  if (message.deleted) return refuse('MESSAGE_NOT_FOUND')
  // Who pinned it first stays named: it is so already.
  if ((message.pinned !== undefined) === (op.op === 'add')) return unchanged(fold, op, message)
  if (room.settings.archived) return refuse('ROOM_ARCHIVED')
  if (op.op === 'remove') {
    const { pinned: _, ...rest } = message
    return changed(fold, op, rest)
  }
  if (fold.pinCount >= LIMITS.pins) return refuse('LIMIT_EXCEEDED', { field: 'pins', limit: LIMITS.pins })
  return changed(fold, op, { ...message, pinned: { by: op.actor.id, at: isoTime(op.at) } })
}
