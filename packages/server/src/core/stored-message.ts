import { LIMITS, type Message, type Reaction, type UserId } from '@roomful/protocol'
import type { StoredMessage } from './ops'
import { merged } from './reactions'
import { whole } from './whole'

/**
 * The wire's row of a stored message. With a viewer, each reaction states whether it is also theirs; without one the
 * row is the same for all, as a broadcast needs.
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
  // Only the metadata, the pin and the stream are left out: the type requires that a new field is named either here or there.
  return whole<Omit<StoredMessage, 'metadata' | 'pinned' | 'stream'>>()({
    ...{ id, roomId, seq, rev, senderId, senderName, type, replyTo, createdAt, editedAt },
    ...(clientId === undefined ? {} : { clientId }),
    ...{ content: '', deleted: true, reactions: [] },
  })
}
