import type { Member, Message, Room } from '@roomful/protocol'
import type { Outcome, Refusal } from '../core/ops'

/** Turns the pipeline's outcome into the ack of an event about a message. */
export function messageAck(outcome: Outcome): { ok: true; message: Message; duplicate?: boolean } | Refusal {
  if (!outcome.ok) return outcome
  if (outcome.kind !== 'message') throw unexpected(outcome.kind)
  const { message, duplicate } = outcome
  return { ok: true, message, ...(duplicate ? { duplicate } : {}) }
}

export function memberAck(outcome: Outcome): { ok: true; member: Member } | Refusal {
  if (!outcome.ok) return outcome
  if (outcome.kind !== 'member') throw unexpected(outcome.kind)
  return { ok: true, member: outcome.member }
}

export function roomAck(outcome: Outcome): { ok: true; room: Room } | Refusal {
  if (!outcome.ok) return outcome
  if (outcome.kind !== 'room') throw unexpected(outcome.kind)
  return { ok: true, room: outcome.room }
}

const unexpected = (kind: string): Error => new Error(`the op was answered with a ${kind}`)
