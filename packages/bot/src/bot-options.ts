import type { Auth, Chat, ChatPorts, Clock, RoomSummary } from '@roomful/client'
import type { OnBotError } from './bot-error'
import type { BotMessage, DefaultSession } from './context'
import type { AcceptRule } from './invitations'
import type { Rate } from './model/token-bucket'
import type { BotStore } from './store/port'

/** How the bot reaches the server: by its own client, or by one that the app has made, and closes itself. */
export type BotConnection =
  | {
      readonly url: string
      /** The bot's token, or a function that gets one. */
      readonly auth: Auth
      /** The `http.Agent` of the connection. Default: `proxyAgent(url)`, by `HTTPS_PROXY` and the like. */
      readonly agent?: object
      /** For tests. */
      readonly ports?: ChatPorts
      readonly chat?: undefined
    }
  | {
      readonly chat: Chat
      readonly url?: undefined
      readonly auth?: undefined
      readonly ports?: undefined
      readonly agent?: undefined
    }

export type BotSettings<S extends object = DefaultSession> = {
  /**
   * Where it listens: in all rooms that it is in, direct ones and those it comes into later too (`all`, the default); in
   * the rooms that a rule answers true for; or in these, whether it is in them yet or not.
   */
  readonly rooms?: 'all' | readonly string[] | ((room: RoomSummary) => boolean)
  /** Which invitations it accepts, after the handlers of `invitation`. Default `none`. */
  readonly acceptInvitations?: AcceptRule
  /** Default `/`. */
  readonly prefix?: string
  /**
   * What it remembers: how far it has read, sessions, jobs, dead letters. Processes with the same store have one leader.
   * Default: memory, so that each start begins with the next message.
   */
  readonly store?: BotStore
  /** Where to begin in a room without a cursor: with the `next` message (the default), or at its `first`. */
  readonly begin?: 'next' | 'first'
  /** How often to try a message whose handler throws. Default 3; a reply that was sent is not sent again. */
  readonly attempts?: number
  /** How long a handler may take, in ms; then it has failed with TIMEOUT. Default 60,000. */
  readonly handlerTimeoutMs?: number
  /** A session that was not stored yet. Default `{}`. */
  readonly session?: () => S
  /** Whose session a message has. Default: that of the sender in the room. */
  readonly sessionKey?: (message: BotMessage) => string
  /**
   * How fast it sends. What is too fast waits. Default: as fast as the server lets it; RATE_LIMITED is waited for in any
   * case.
   */
  readonly rate?: Rate
  /** Gets all errors that no promise carries; see `BotErrorContext`. Default: a line on standard error. */
  readonly onError?: OnBotError
  /**
   * How long the lease of the running process lasts without being renewed, in ms. A process that is killed is replaced
   * after so long, or at once where the store sees it. Default 15,000.
   */
  readonly leaseMs?: number
  /** For tests. Default: the system's. */
  readonly clock?: Clock
}

export type BotOptions<S extends object = DefaultSession> = BotConnection & BotSettings<S>
