import type { Member, MessageId, Room } from '@roomful/protocol'
import { type Action, denialOf, PERMISSIONS } from './authorise'
import type { Fold } from './fold'
import type { Actor, Outcome, Refusal, StoredMessage } from './ops'
import { refuse } from './refusal'
import { toWire } from './stored-message'

/** What every op on one message has. */
type OnMessage = { readonly actor: Actor; readonly messageId: MessageId; readonly opId?: string }

type Found = {
  readonly room: Room
  readonly member: Member | undefined
  readonly message: StoredMessage
  readonly own: boolean
}

/** A system message is about what its sender did, and not what they say: it is no user's own. */
export const isOwn = ({ senderId, type }: StoredMessage, actor: Pick<Actor, 'id'>): boolean =>
  senderId === actor.id && type !== 'system'

/** The message, if there is one that the actor may know of: otherwise the same answer for missing and hidden (P9). */
export function find(fold: Fold, op: OnMessage, actionOn: (own: boolean) => Action): Found | Refusal {
  const { room } = fold
  const message = fold.message(op.messageId)
  const member = fold.member(op.actor.id)
  if (!room || !message) return refuse('MESSAGE_NOT_FOUND')
  const own = isOwn(message, op.actor)
  const action = actionOn(own)
  const denial = denialOf(action, {
    room,
    member,
    serverAdmin: op.actor.admin,
    kinds: fold.kindsFor(op.actor),
  })
  if (denial === 'ROOM_NOT_FOUND') return refuse('MESSAGE_NOT_FOUND')
  const moderates = op.actor.admin && PERMISSIONS[action]['server-admin']
  const hidden = member !== undefined && message.seq < member.fromSeq
  if (hidden && !moderates) return refuse('MESSAGE_NOT_FOUND')
  return denial ? refuse(denial) : { room, member, message, own }
}

/**
 * An op that was done before is answered with the row as it is now, and not done again: between the first try and
 * this retry another device may have changed the message, and that change came later.
 */
export function answerRetry(fold: Fold, op: OnMessage, message: StoredMessage): Outcome | undefined {
  const about = op.opId === undefined ? undefined : fold.doneOp(op.actor.id, op.opId)
  if (about === undefined) return undefined
  if (about !== op.messageId) return refuse('CLIENT_ID_CONFLICT', { field: 'opId' })
  return { ok: true, kind: 'message', message: toWire(message, op.actor.id) }
}

export function unchanged(fold: Fold, op: OnMessage, message: StoredMessage): Outcome {
  fold.rememberOp(op.actor, op.opId, op.messageId)
  return { ok: true, kind: 'message', message: toWire(message, op.actor.id) }
}

export function changed(fold: Fold, op: OnMessage, message: StoredMessage): Outcome {
  return unchanged(fold, op, fold.changeMessage(message, op.actor))
}
