import type { MessageId, MessageMetadata, Room, StreamSource } from '@roomful/client'
import { messageIdOf, type SentMessage } from './context'
import { clientIdOf } from './sender'

type Options = {
  readonly replyTo: MessageId
  /** However often it is written under this key, it is one message. */
  readonly key: string
  readonly metadata?: MessageMetadata<'reply'>
  /** The bot ends, or the handler has taken too long: it is continued when the message is handled again. */
  readonly signal: AbortSignal
}

export async function replyStream(
  room: Room,
  source: StreamSource | ((soFar: string) => StreamSource),
  { replyTo, key, metadata, signal }: Options,
): Promise<SentMessage> {
  signal.throwIfAborted()
  const { done, interrupt } = room.sendStream(source, {
    ...{ type: 'reply', replyTo, clientId: clientIdOf(key) },
    ...(metadata === undefined ? {} : { metadata }),
  })
  signal.addEventListener('abort', interrupt)
  try {
    const message = await done
    return { id: messageIdOf(message), seq: message.seq }
  } finally {
    signal.removeEventListener('abort', interrupt)
  }
}
