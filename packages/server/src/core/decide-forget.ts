import type { Member } from '@roomful/protocol'
import { dmNameOf } from './dm-name'
import type { Fold } from './fold'
import type { Outcome, Renaming, ServerOp, StoredMessage } from './ops'
import { isSameProfile, withProfile } from './profile'
import { refuse } from './refusal'
import { tombstoneOf, toWire } from './stored-message'

// A deleted user's traces in a room. Each is decided as often as it is asked for: what is done already changes nothing.

/** The user's own message, or a system message that has their name in its text. */
export function decideAnonymise(fold: Fold, op: Extract<ServerOp, { kind: 'anonymise' }>): Outcome {
  const message = fold.message(op.messageId)
  if (!fold.room || !message) return refuse('MESSAGE_NOT_FOUND')
  const own = message.senderId === op.userId
  const named = own ? { ...message, senderName: op.names.now } : message
  const nameless = withoutName(named, op.names)
  const isBlanked = op.blank && own && message.type !== 'system' && !message.deleted
  const wanted = isBlanked ? tombstoneOf(nameless) : nameless
  const isSame = !isBlanked && wanted.senderName === message.senderName && wanted.content === message.content
  const changed = isSame ? message : fold.changeMessage(wanted, op.actor)
  return { ok: true, kind: 'message', message: toWire(changed) }
}

/** Texts of the server itself are made of names: "Ann joined". */
function withoutName(message: StoredMessage, { was, now }: Renaming): StoredMessage {
  if (message.type !== 'system' || was === undefined || was === '') return message
  return { ...message, content: message.content.split(was).join(now) }
}

/** Their picture goes with their name. Also the last owner, and of a dm, whose name has the names of its users. */
export function decideForgetMember(
  fold: Fold,
  { userId, name }: Extract<ServerOp, { kind: 'forget-member' }>,
): Outcome {
  const { room } = fold
  const before = fold.member(userId)
  if (!room || !before) return refuse('ROOM_NOT_FOUND')
  if (isSameProfile(before, { name }) && before.removed !== undefined) return done(before)
  const member = fold.putMember({ ...withProfile(before, { name }), removed: before.removed ?? 'left' })
  const parts = room.name.split(', ')
  if (room.type === 'dm' && parts.includes(before.name))
    fold.putRoom({ ...room, name: dmNameOf(parts.map((part) => (part === before.name ? name : part))) })
  return done(member)
}

const done = (member: Member): Outcome => ({ ok: true, kind: 'member', member })
