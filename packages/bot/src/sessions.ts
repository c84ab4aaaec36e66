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

export type Sessions<S extends object> = {
  /**
   * Runs `work` with the session of the message, and before any later one of that session: what `work` has stored when it
   * ends is what the next one begins with. What the app's `sessionKey` throws, `fresh` does.
   */
  use<T>(message: BotMessage, work: (session: OpenSession<S>) => Promise<T>): Promise<T>
}

export function createSessions<S extends object>(
  keeper: Keeper,
  initial: () => S,
  keyOf: (message: BotMessage) => string,
): Sessions<S> {
  let written = 0
  /** The last work with each session that is in use. */
  const lasts = new Map<string, Promise<unknown>>()

  async function open(key: string): Promise<OpenSession<S>> {
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
  }

  return {
    async use(message, work) {
      let key: string
      try {
        key = keyOf(message)
      } catch (error) {
        const fresh = (): never => {
          throw error
        }
        return work({ fresh, writes: () => [] })
      }
      const before = lasts.get(key) ?? Promise.resolve()
      const mine = before.then(() => open(key)).then(work)
      const last = mine.then(
        () => {},
        () => {},
      )
      lasts.set(key, last)
      try {
        return await mine
      } finally {
        if (lasts.get(key) === last) lasts.delete(key)
      }
    },
  }
}
