import type { Member } from '@roomful/protocol'
import { arriving } from './decide-member'
import { contentRefusal } from './decide-send'
import type { Fold } from './fold'
import { growingRefusal } from './growing'
import { isoTime } from './iso-time'
import type { Outcome, ServerOp } from './ops'
import { refuse } from './refusal'
import { isSameSend } from './same-content'
import { textOfAct } from './server-actor'
import { isWebAddress, showsAddress } from './shown-file'
import { toWire } from './stored-message'
import { addSystemMessage } from './system-message'

type PutMember = Extract<ServerOp, { kind: 'put-member' }>
type System = Extract<ServerOp, { kind: 'system' }>
type Revise = Extract<ServerOp, { kind: 'revise' }>

/** Adds a user who need not have signed in. A dm is a fixed set, and a ban has to be lifted first, on purpose. */
export function decidePutMember(fold: Fold, op: PutMember): Outcome {
  const { room } = fold
  const { target, role } = op
  if (!room) return refuse('ROOM_NOT_FOUND')
  const before = fold.member(target.id)
  if (before && before.removed === undefined) return withRole(fold, op, before)
  if (room.type === 'dm') return refuse('FORBIDDEN', { field: 'roomId' })
  if (before?.removed === 'banned') return refuse('USER_BANNED', { field: 'userId' })
  const row = { ...arriving(room, before, target, op.at), ...(role === undefined ? {} : { role }) }
  const member = fold.putMember({ ...row, added: true })
  if (!op.silent) {
    const content = textOfAct(op.actor, {
      active: `added ${target.name}`,
      passive: `${target.name} was added`,
    })
    addSystemMessage(fold, { ...op, action: 'invite', content, userId: target.id })
  }
  return { ok: true, kind: 'member', member }
}

/** The backend may also take the role of the last owner: it can name another one at any time. */
function withRole(fold: Fold, { role, actor, at }: PutMember, before: Member): Outcome {
  if (role === undefined || role === before.role) return { ok: true, kind: 'member', member: before }
  if (fold.room?.type === 'dm') return refuse('FORBIDDEN', { field: 'role' })
  const member = fold.putMember({ ...before, role })
  fold.addAudit(actor, at, 'set-role', member.userId, role)
  return { ok: true, kind: 'member', member }
}

export function decideSystem(fold: Fold, op: System): Outcome {
  const { room } = fold
  const { actor, clientId, content, metadata, at } = op
  if (!room) return refuse('ROOM_NOT_FOUND')
  const first = clientId === undefined ? undefined : fold.sentAs(actor.id, clientId)
  if (first) {
    if (!isSameSend(first, { type: 'system', replyTo: null, content, metadata }))
      return refuse('CLIENT_ID_CONFLICT', { field: 'clientId' })
    return { ok: true, kind: 'message', message: toWire(first), duplicate: true }
  }
  const refusal = room.settings.archived ? refuse('ROOM_ARCHIVED') : contentRefusal({ content })
  if (refusal) return refusal
  const message = fold.addMessage(
    {
      id: op.id,
      senderId: actor.id,
      senderName: actor.name,
      ...(clientId === undefined ? {} : { clientId }),
      type: 'system',
      content,
      replyTo: null,
      metadata,
      createdAt: isoTime(at),
      editedAt: null,
      deleted: false,
      reactions: [],
    },
    room.id,
    at,
  )
  return { ok: true, kind: 'message', message: toWire(message) }
}

/** An edit, whoever sent the message. The content it has already is no change, so that a retry changes nothing. */
export function decideRevise(fold: Fold, { actor, at, messageId, content }: Revise): Outcome {
  const { room } = fold
  if (!room) return refuse('ROOM_NOT_FOUND')
  const message = fold.message(messageId)
  if (!message || message.deleted) return refuse('MESSAGE_NOT_FOUND')
  if (message.content === content) return { ok: true, kind: 'message', message: toWire(message) }
  const refusal =
    growingRefusal(message) ??
    (room.settings.archived ? refuse('ROOM_ARCHIVED') : undefined) ??
    contentRefusal({ ...message, content }) ??
    (showsAddress(message) && !isWebAddress(content)
      ? refuse('INVALID_CONTENT', { field: 'content' })
      : undefined)
  if (refusal) return refusal
  const changed = fold.changeMessage({ ...message, content, editedAt: isoTime(at) }, actor)
  fold.addAudit(actor, at, 'edit-message', messageId)
  return { ok: true, kind: 'message', message: toWire(changed) }
}
