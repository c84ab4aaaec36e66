import type { MessageId, SystemAction, SystemMetadata, UserId } from '@roomful/protocol'
import type { Fold } from './fold'
import { isoTime } from './iso-time'
import type { Actor } from './ops'

type SystemAct = {
  readonly actor: Actor
  readonly at: number
  readonly messageId: MessageId
  readonly action: SystemAction
  readonly content: string
  readonly userId?: UserId
}

/**
 * The system message about an act. It follows the act's own row, so that a removed member's membership has ended before
 * the room can discuss it (I14).
 */
export function addSystemMessage(
  fold: Fold,
  { actor, at, messageId, action, content, userId }: SystemAct,
): void {
  const { room } = fold
  if (!room) return
  const metadata: SystemMetadata = { action, ...(userId === undefined ? {} : { userId }) }
  fold.addMessage(
    {
      id: messageId,
      senderId: actor.id,
      senderName: actor.name,
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
}
