import { setTimeout as delay } from 'node:timers/promises'
import { type Chat, ChatError, type ShownMessage } from '@roomful/client'
import { type BotContext, messageIdOf, replyClientId } from './context'

/** Between two tries if the server named no time. */
const RETRY_MS = 500

/**
 * Sends outside the outbox: the key, not a queue, makes a repeat harmless, and a bot that stops before the answer
 * handles the message again at its next start.
 */
export function replyTo(chat: Chat, message: ShownMessage, signal: AbortSignal): BotContext['reply'] {
  let replies = 0
  return async (reply, key) => {
    const { content, metadata } = typeof reply === 'string' ? { content: reply, metadata: undefined } : reply
    const clientId = replyClientId(message.id, key ?? String(replies++))
    for (;;) {
      signal.throwIfAborted()
      try {
        await chat.request('send-message', {
          roomId: message.roomId,
          clientId,
          content,
          type: 'reply',
          replyTo: messageIdOf(message),
          ...(metadata === undefined ? {} : { metadata }),
        })
        return
      } catch (error) {
        if (!(error instanceof ChatError)) throw error
        // An earlier run replied with other words (the time, a die): that reply stands.
        if (error.code === 'CLIENT_ID_CONFLICT') return
        if (error.retry === 'never') throw error
        await delay(error.retryAfterMs ?? RETRY_MS, undefined, { signal })
      }
    }
  }
}
