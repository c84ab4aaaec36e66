import type { Message, MessageId, Metadata, RoomId, User } from '@roomful/protocol'

/** Content on its way into a room: a new message, the new text of an old one, or a reaction to one. */
export type Draft = {
  readonly kind: 'send' | 'edit' | 'react'
  readonly roomId: RoomId
  readonly user: User
  /** For a reaction, the emoji. */
  readonly content: string
  /** For an edit `text`, for a reaction `reaction`. */
  readonly type: string
  readonly metadata?: Metadata
  /** The message that is edited or reacted to. */
  readonly messageId?: MessageId
}

/**
 * Undefined: accept it. `content`: replace the content; a reaction cannot be replaced, and is refused. `refuse`:
 * answered with INVALID_CONTENT.
 */
export type Verdict = undefined | { content: string } | { refuse: string }

/**
 * An app's own rules. A hook is called before the room is locked and may be called again for a retry: with the same
 * draft it must give the same verdict, or the retry becomes a CLIENT_ID_CONFLICT.
 */
export type Hooks = {
  beforeSend?(draft: Draft): Verdict | Promise<Verdict>
  /** Called after the commit and the broadcast of a new message. Its errors are logged. */
  afterSend?(message: Message): void | Promise<void>
  /** The same for an edit: the message as it is now. */
  afterEdit?(message: Message): void | Promise<void>
}
