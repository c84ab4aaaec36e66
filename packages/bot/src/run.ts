import type { Chat, Clock } from '@roomful/client'
import type { OnBotError } from './bot-error'
import type { DefaultSession, EventContext } from './context'
import type { Handlers } from './handlers'
import type { Keeper } from './keeper'
import type { Scheduler } from './scheduler'
import type { Sender } from './sender'
import type { Sessions } from './sessions'

/**
 * One stretch of time in which this process runs the bot: from the lease to the end, or to the loss of the lease.
 *
 * `closing`: no new message is taken. `signal`: handlers end too. `ends`: one of the two.
 */
export type Term = {
  readonly lease: number
  readonly closing: AbortSignal
  readonly signal: AbortSignal
  readonly ends: AbortSignal
  /** Ends it: with the error of a lost lease, or with what ends the bot. */
  end(reason: unknown): void
}

/** What all parts of a running bot share. */
export type Run<S extends object = DefaultSession> = {
  readonly chat: Chat
  readonly clock: Clock
  readonly handlers: Handlers<S>
  readonly send: Sender
  readonly report: OnBotError
  readonly keeper: Keeper
  readonly sessions: Sessions<S>
  readonly scheduler: Scheduler
  readonly term: Term
  readonly prefix: string
  /** How often a message is tried. */
  readonly attempts: number
  readonly handlerTimeoutMs: number
}

/** `eventKey` names the event: what is sent in it is keyed by that. */
export function eventContext(
  { chat, send }: Pick<Run, 'chat' | 'send'>,
  roomId: string,
  eventKey: string,
  signal: AbortSignal,
): EventContext {
  let sends = 0
  return {
    chat,
    room: chat.room(roomId),
    signal,
    send: (message, key) =>
      send({ roomId, message, signal, key: `${eventKey} send ${key ?? String(sends++)}` }),
  }
}
