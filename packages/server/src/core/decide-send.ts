import { LIMITS, type Member, messageProblem, type Room } from '@roomful/protocol'
import { denialOf } from './authorise'
import { confirmMembership } from './confirm-membership'
import type { Fold } from './fold'
import { openedStream } from './growing'
import { isoTime, msOfIso } from './iso-time'
import type { Op, Outcome, Refusal } from './ops'
import { refuse } from './refusal'
import { isSameSend } from './same-content'
import { toWire } from './stored-message'

type Send = Extract<Op, { kind: 'send' }>

/** An ephemeral room remembers every send while it lives, so that none is doubled (P2): hence a limit. */
const EPHEMERAL_MESSAGES_MAX = 100_000

/**
 * Membership, then the retry, then the rules: a retry of an accepted send must be answered with its row even when the
 * sender has been muted since, or the room is in slow mode, or the message they reply to is gone.
 */
export function decideSend(fold: Fold, op: Send): Outcome {
  const { room } = fold
  const member = fold.member(op.actor.id)
  const asking = { room, member, serverAdmin: op.actor.admin, kinds: fold.kindsFor(op.actor) }
  const denial = denialOf('send', asking)
  if (!room || !member || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')

  const first = op.clientId === undefined ? undefined : fold.sentAs(op.actor.id, op.clientId)
  if (first) {
    if (!isSameSend(first, op)) return refuse('CLIENT_ID_CONFLICT', { field: 'clientId' })
    return { ok: true, kind: 'message', message: toWire(first, op.actor.id), duplicate: true }
  }

  const refusal =
    speechRefusal(fold, { room, member, op }) ??
    (isFull(room) ? refuse('LIMIT_EXCEEDED', { limit: EPHEMERAL_MESSAGES_MAX }) : undefined) ??
    contentRefusal(op) ??
    replyRefusal(fold, member, op)
  if (refusal) return refusal

  confirmMembership(fold, member)
  const message = fold.addMessage(
    {
      id: op.id,
      senderId: op.actor.id,
      senderName: op.actor.name,
      ...(op.clientId === undefined ? {} : { clientId: op.clientId }),
      type: op.type,
      content: op.content,
      replyTo: op.replyTo,
      ...(op.metadata === undefined ? {} : { metadata: op.metadata }),
      ...(op.stream ? { stream: openedStream(fold, op) } : {}),
      createdAt: isoTime(op.at),
      editedAt: null,
      deleted: false,
      reactions: [],
    },
    room.id,
    op.at,
  )
  return { ok: true, kind: 'message', message: toWire(message, op.actor.id) }
}

type Speaking = {
  readonly room: Room
  readonly member: Member
  readonly op: Pick<Send, 'actor' | 'at' | 'waits'>
}

/**
 * What stops a send also stops an edit: otherwise a member could speak through an old message where they are muted,
 * where only others may, or without limit in slow mode. Slow mode allows one send or edit per interval.
 */
export function speechRefusal(fold: Fold, { room, member, op }: Speaking): Refusal | undefined {
  const asking = { room, member, serverAdmin: op.actor.admin, kinds: fold.kindsFor(op.actor) }
  return (
    speechClosed(fold, { room, member, op }) ??
    (op.waits || denialOf('skip-slow-mode', asking) ? slowModeRefusal(fold, room, op) : undefined)
  )
}

/** All that stops speech but slow mode, which counts only the beginning of a growing message. */
export function speechClosed(
  fold: Fold,
  { room, member, op }: Omit<Speaking, 'op'> & { readonly op: Pick<Op, 'actor' | 'at'> },
): Refusal | undefined {
  const asking = { room, member, serverAdmin: op.actor.admin, kinds: fold.kindsFor(op.actor) }
  return (
    closedToWriting(room, member, op.at) ??
    (room.settings.readOnly ? refusalOf(denialOf('send-in-read-only', asking)) : undefined)
  )
}

const isFull = ({ type, lastSeq }: Room): boolean => type === 'ephemeral' && lastSeq >= EPHEMERAL_MESSAGES_MAX

export function closedToWriting(room: Room, member: Member, at: number): Refusal | undefined {
  if (room.settings.archived) return refuse('ROOM_ARCHIVED')
  return isMuted(member, at) ? refuse('MUTED') : undefined
}

export function isMuted(member: Member, at: number): boolean {
  return member.mutedUntil !== undefined && at < msOfIso(member.mutedUntil)
}

export function contentRefusal(message: Parameters<typeof messageProblem>[0]): Refusal | undefined {
  const problem = messageProblem(message)
  if (!problem) return undefined
  return problem === 'CONTENT_TOO_LONG'
    ? refuse(problem, { field: 'content', limit: LIMITS.contentCodePoints })
    : refuse(problem, { field: 'content' })
}

function refusalOf(denial: ReturnType<typeof denialOf>): Refusal | undefined {
  return denial && refuse(denial)
}

function slowModeRefusal(fold: Fold, room: Room, op: Pick<Send, 'actor' | 'at'>): Refusal | undefined {
  const waitMs = (room.settings.slowModeSeconds ?? 0) * 1_000
  const last = fold.lastSendAt(op.actor.id)
  if (waitMs === 0 || last === undefined) return undefined
  // Nodes' clocks differ: a last send in the future must not make a user wait longer than the rule says.
  const retryAfterMs = Math.min(last + waitMs - op.at, waitMs)
  return retryAfterMs > 0 ? refuse('SLOW_MODE', { retryAfterMs }) : undefined
}

/**
 * A reply needs an original of this room that its author may see; one of another room counts as missing. A tombstone is
 * a valid original: the delete may have crossed the reply, whose text must not be lost.
 */
function replyRefusal(fold: Fold, member: Member, op: Send): Refusal | undefined {
  if (op.replyTo === null) return undefined
  const original = fold.message(op.replyTo)
  if (original && original.seq >= member.fromSeq) return undefined
  return refuse('MESSAGE_NOT_FOUND', { field: 'replyTo' })
}
