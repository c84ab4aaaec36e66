import type { BotMessage } from './context'
import type { Keeper } from './keeper'
import type { BotWrite } from './store/port'

/** In UTF-16 units of its JSON. */
const SESSION_MOST = 16_384
/** Of a bot; those that were changed longest ago go first. */
const SESSIONS_KEPT = 10_000
const TRIM_EVERY = 256

/** The session of one message, as its handlers begin with it; a copy each time. */
export type OpenSession<S extends object> = {
  fresh(): S
  /** What of it has to be stored. Throws for what is no JSON, or too much. */
  writes(value: S): BotWrite[]
}

export type Sessions<S extends object> = { open(message: BotMessage): Promise<OpenSession<S>> }

export function createSessions<S extends object>(
  keeper: Keeper,
  initial: () => S,
  keyOf: (message: BotMessage) => string,
): Sessions<S> {
  let written = 0
  return {
    async open(message) {
      const key = keyOf(message)
      const stored = await keeper.get('sessions', key)
      const text = stored === undefined ? undefined : JSON.stringify(stored)
      return {
        // It was an S when it was stored.
        fresh: () => (text === undefined ? initial() : (JSON.parse(text) as S)),
        writes(value) {
          const next = JSON.stringify(value)
          if (next === (text ?? JSON.stringify(initial()))) return []
          if (next === undefined || next.length > SESSION_MOST)
            throw new RangeError(`A session is JSON of at most ${SESSION_MOST} characters`)
          if (++written % TRIM_EVERY === 0) void keeper.trim('sessions', SESSIONS_KEPT).catch(() => {})
          return [{ table: 'sessions', key, value: JSON.parse(next) }]
        },
      }
    },
  }
}
