import type { ChatError, Room, ShownMessage } from '@roomful/client'

/** What the composer is about: a new message, maybe a reply, or an edit of one that is there. */
export type ComposerState = {
  readonly room: Room
  /** The new message; kept in the room as its draft, also while another is edited. */
  readonly draft: string
  readonly replyTo: ShownMessage | null
  readonly edit: { readonly message: ShownMessage; readonly text: string } | null
  /** Why the last edit was refused. A refused send is shown on the message itself. */
  readonly error: ChatError | null
}

export function openComposer(room: Room, draft = ''): ComposerState {
  return { room, draft, replyTo: null, edit: null, error: null }
}

/** The last message of `userId` that can be edited. */
export function lastEditable(
  messages: readonly ShownMessage[],
  userId: string | undefined,
): ShownMessage | undefined {
  return messages.findLast(
    (message) =>
      message.senderId === userId &&
      !message.deleted &&
      message.type !== 'system' &&
      message.status !== 'failed',
  )
}
