import { LIMITS, type Member, type MessageId, type Room } from '@roomful/protocol'
import { type Action, denialOf, PERMISSIONS } from './authorise'
import { closedToWriting, contentRefusal, speechRefusal } from './decide-send'
import type { Fold } from './fold'
import { isoTime, msOfIso } from './iso-time'
import type { Actor, Op, Outcome, Refusal, StoredMessage } from './ops'
import { merged, withoutReaction, withReaction } from './reactions'
import { refuse } from './refusal'
import { isWebAddress, showsAddress } from './shown-file'
import { tombstoneOf, toWire } from './stored-message'

type Edit = Extract<Op, { kind: 'edit' }>
type Delete = Extract<Op, { kind: 'delete' }>
type React = Extract<Op, { kind: 'react' }>
type OnMessage = { readonly actor: Actor; readonly messageId: MessageId; readonly opId?: string }

export function decideEdit(fold: Fold, op: Edit): Outcome {
  const found = find(fold, op, (own) => (own ? 'edit-own' : 'edit-other'))
  if ('ok' in found) return found
  const { room, member, message } = found
  const known = answerRetry(fold, op, message)
  if (known) return known
  if (message.deleted || !member) return refuse('MESSAGE_NOT_FOUND')
  // Before the rules that could refuse it: the message already is as asked for.
  if (message.content === op.content) return unchanged(fold, op, message)

  const refusal =
    speechRefusal(fold, { room, member, op }) ??
    editWindowRefusal(room, message, op.at) ??
    versionRefusal(message, op) ??
    contentRefusal(op.content) ??
    // A picture that is shown by its address stays one.
    (showsAddress(message) && !isWebAddress(op.content)
      ? refuse('INVALID_CONTENT', { field: 'content' })
      : undefined)
  if (refusal) return refusal
  const edited = { ...message, content: op.content, editedAt: isoTime(op.at) }
  return unchanged(fold, op, fold.editMessage(edited, op.actor, op.at))
}

export function decideDelete(fold: Fold, op: Delete): Outcome {
  const found = find(fold, op, (own) => (own ? 'delete-own' : 'delete-other'))
  if ('ok' in found) return found
  const { message, own } = found
  const known = answerRetry(fold, op, message)
  if (known) return known
  if (message.deleted) return unchanged(fold, op, message)
  const outcome = changed(fold, op, tombstoneOf(message))
  if (!own) fold.addAudit(op.actor, op.at, 'delete-message', op.messageId)
  return outcome
}

export function decideReact(fold: Fold, op: React): Outcome {
  const found = find(fold, op, () => 'react')
  if ('ok' in found) return found
  const { room, member, message } = found
  const known = answerRetry(fold, op, message)
  if (known) return known
  if (message.deleted || !member) return refuse('MESSAGE_NOT_FOUND')
  const change = op.op === 'add' ? withReaction : withoutReaction
  const before = merged(message.reactions)
  const reactions = change(before, op.emoji, op.actor.id)
  if (reactions === before) return unchanged(fold, op, message)
  // A muted member may still remove a reaction, just as they may delete a message.
  const closed =
    op.op === 'add' ? closedToWriting(room, member, op.at) : room.settings.archived && refuse('ROOM_ARCHIVED')
  if (closed) return closed
  if (reactions.length > LIMITS.reactionEmojis) {
    return refuse('LIMIT_EXCEEDED', { field: 'emoji', limit: LIMITS.reactionEmojis })
  }
  return changed(fold, op, { ...message, reactions })
}

type Found = {
  readonly room: Room
  readonly member: Member | undefined
  readonly message: StoredMessage
  readonly own: boolean
}

/** The message, if the actor may know of it: otherwise the same answer for missing and hidden (P9). */
function find(fold: Fold, op: OnMessage, actionOn: (own: boolean) => Action): Found | Refusal {
  const { room } = fold
  const message = fold.message(op.messageId)
  const member = fold.member(op.actor.id)
  if (!room || !message) return refuse('MESSAGE_NOT_FOUND')
  // A system message reports what its sender did, not their words: it belongs to no user.
  const own = message.senderId === op.actor.id && message.type !== 'system'
  const action = actionOn(own)
  const denial = denialOf(action, { room, member, serverAdmin: op.actor.admin })
  if (denial === 'ROOM_NOT_FOUND') return refuse('MESSAGE_NOT_FOUND')
  const moderates = op.actor.admin && PERMISSIONS[action]['server-admin']
  const hidden = member !== undefined && message.seq < member.fromSeq
  if (hidden && !moderates) return refuse('MESSAGE_NOT_FOUND')
  return denial ? refuse(denial) : { room, member, message, own }
}

/**
 * An op that was done before is answered with the row as it is now, and not repeated: between the first try and this
 * retry another device may have changed the message, and the later change stands.
 */
function answerRetry(fold: Fold, op: OnMessage, message: StoredMessage): Outcome | undefined {
  const about = op.opId === undefined ? undefined : fold.doneOp(op.actor.id, op.opId)
  if (about === undefined) return undefined
  if (about !== op.messageId) return refuse('CLIENT_ID_CONFLICT', { field: 'opId' })
  return { ok: true, kind: 'message', message: toWire(message, op.actor.id) }
}

function unchanged(fold: Fold, op: OnMessage, message: StoredMessage): Outcome {
  fold.rememberOp(op.actor, op.opId, op.messageId)
  return { ok: true, kind: 'message', message: toWire(message, op.actor.id) }
}

function changed(fold: Fold, op: OnMessage, message: StoredMessage): Outcome {
  return unchanged(fold, op, fold.changeMessage(message, op.actor))
}

function editWindowRefusal(room: Room, message: StoredMessage, at: number): Refusal | undefined {
  const { editWindowSeconds } = room.settings
  if (editWindowSeconds === undefined) return undefined
  const isOpen = at - msOfIso(message.createdAt) <= editWindowSeconds * 1_000
  return isOpen ? undefined : refuse('EDIT_WINDOW_CLOSED', { limit: editWindowSeconds })
}

function versionRefusal(message: StoredMessage, op: Edit): Refusal | undefined {
  if (op.baseRev === undefined || op.baseRev >= message.rev) return undefined
  return refuse('VERSION_CONFLICT', { message: toWire(message, op.actor.id) })
}
