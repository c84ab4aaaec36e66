import { createHash } from 'node:crypto'
import { type Chat, ChatError, type ClientId, type Clock, type MessageId, type OkAck } from '@roomful/client'
import type { SendInput, SentMessage } from './context'
import { fullBucket, type Rate, take } from './model/token-bucket'
import { sleep } from './timing'

/** Between two tries if the server named no time. */
const RETRY_MS = 500

export type Outgoing = {
  readonly roomId: string
  readonly message: SendInput
  /** The message that it answers. */
  readonly replyTo?: MessageId
  /** However often it is sent under this key, it is there once. */
  readonly key: string
  readonly signal: AbortSignal
}

export type Sender = (outgoing: Outgoing) => Promise<SentMessage>

/** The same key always gives the same clientId: by I4 any number of tries makes one message. */
export const clientIdOf = (key: string): ClientId =>
  `bot-${createHash('sha256').update(key).digest('base64url')}` as ClientId

/**
 * Sends outside the outbox: the key, not a queue, makes a repeat harmless, and a bot that stops before the answer handles
 * the message again at its next start. No faster than `rate`; where the server asks to wait, as long as it says.
 */
export function createSender(chat: Chat, clock: Clock, rate: Rate | undefined): Sender {
  let bucket = rate && fullBucket(rate, clock.now())

  async function turn(signal: AbortSignal): Promise<void> {
    if (rate === undefined || bucket === undefined) return
    const taken = take(bucket, rate, clock.now())
    bucket = taken.bucket
    if (taken.waitMs > 0) await sleep(clock, taken.waitMs, signal)
  }

  return async ({ roomId, message, replyTo, key, signal }) => {
    const { content, metadata, type } = typeof message === 'string' ? { content: message } : message
    const payload = {
      roomId,
      clientId: clientIdOf(key),
      content,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(type !== undefined ? { type } : replyTo === undefined ? {} : { type: 'reply' }),
      ...(metadata === undefined ? {} : { metadata }),
    }
    signal.throwIfAborted()
    await turn(signal)
    for (;;) {
      signal.throwIfAborted()
      try {
        return sentOf(await chat.request('send-message', payload, { signal }))
      } catch (error) {
        if (!(error instanceof ChatError)) throw error
        // An earlier run sent other words (the time, a die): they stand.
        if (error.code === 'CLIENT_ID_CONFLICT') return { id: undefined, seq: undefined }
        if (error.retry === 'never') throw error
        await sleep(clock, error.retryAfterMs ?? RETRY_MS, signal)
      }
    }
  }
}

const sentOf = ({ message }: OkAck<'send-message'>): SentMessage => ({ id: message.id, seq: message.seq })
