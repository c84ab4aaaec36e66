import type { Message, MessageId, Metadata, RoomId } from '@roomful/protocol'
import type { ActingUser } from '../auth/acting-user'

/**
 * What a user wants others to see, on its way: a new message, the new text of an old one, a reaction to one, the name of
 * a room, or their own name.
 */
export type Draft =
  | {
      readonly kind: 'send' | 'edit' | 'react'
      readonly roomId: RoomId
      readonly user: ActingUser
      /** For a reaction, the emoji. */
      readonly content: string
      /** For an edit `text`, for a reaction `reaction`. */
      readonly type: string
      readonly metadata?: Metadata
      /** The message that is edited or reacted to. */
      readonly messageId?: MessageId
    }
  /** A new room, under the id that it will have, or the new name of one. */
  | {
      readonly kind: 'room-name'
      readonly roomId: RoomId
      readonly user: ActingUser
      readonly content: string
      readonly type: 'name'
    }
  /** At the first sign-in of a user, and at one under a new name. */
  | {
      readonly kind: 'user-name'
      readonly roomId?: never
      readonly user: ActingUser
      readonly content: string
      readonly type: 'name'
    }

/**
 * Undefined: accept it. `content`: replace the content; a reaction cannot be replaced, and is refused. `refuse`:
 * answered with REFUSED, and with this reason, which the user may see: one line of at most 500 characters, more is cut.
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
