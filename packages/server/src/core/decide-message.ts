import { LIMITS, type Room } from '@roomful/protocol'
import { closedToWriting, contentRefusal, speechRefusal } from './decide-send'
import type { Fold } from './fold'
import { growingRefusal } from './growing'
import { isoTime, msOfIso } from './iso-time'
import { answerRetry, changed, find, unchanged } from './on-message'
import type { Op, Outcome, Refusal, StoredMessage } from './ops'
import { merged, withoutReaction, withReaction } from './reactions'
import { refuse } from './refusal'
import { isWebAddress, showsAddress } from './shown-file'
import { tombstoneOf, toWire } from './stored-message'

type Edit = Extract<Op, { kind: 'edit' }>
type Delete = Extract<Op, { kind: 'delete' }>
type React = Extract<Op, { kind: 'react' }>

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
    growingRefusal(message) ??
    speechRefusal(fold, { room, member, op }) ??
    editWindowRefusal(room, message, op.at) ??
    versionRefusal(message, op) ??
    contentRefusal({ ...message, content: op.content }) ??
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
