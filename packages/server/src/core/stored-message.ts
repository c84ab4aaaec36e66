import { LIMITS, type Message, type Reaction, type UserId } from '@roomful/protocol'
import type { StoredMessage } from './ops'
import { merged } from './reactions'
import { whole } from './whole'

/**
 * The wire's row of a kept message. With a viewer, each reaction says whether it is also his; without one the row is
 * the same for everybody, as a broadcast needs it.
 */
export function toWire(stored: StoredMessage, viewer?: UserId): Message {
  return {
    ...stored,
    reactions: merged(stored.reactions).map((reaction) => toWireReaction(reaction, viewer)),
  }
}

function toWireReaction(
  { emoji, users }: StoredMessage['reactions'][number],
  viewer: UserId | undefined,
): Reaction {
  return {
    emoji,
    count: users.length,
    users: users.slice(0, LIMITS.reactionUsers),
    ...(viewer === undefined ? {} : { mine: users.includes(viewer) }),
  }
}

/**
 * What is left of a deleted message (I12): its place, its sender, and its clientId, so that a late retry of the send
 * still finds it (I4) and does not post the text again.
 */
export function tombstoneOf(stored: StoredMessage): StoredMessage {
  const { id, roomId, seq, rev, senderId, senderName, clientId, type, replyTo, createdAt, editedAt } = stored
  // Of what a message may have, only its metadata is not there any more: a new field is named here, or left out there.
  return whole<Omit<StoredMessage, 'metadata'>>()({
    ...{ id, roomId, seq, rev, senderId, senderName, type, replyTo, createdAt, editedAt },
    ...(clientId === undefined ? {} : { clientId }),
    ...{ content: '', deleted: true, reactions: [] },
  })
}
