import { type Chat, ChatError, type Clock } from '@roomful/client'
import { exitCodeOf } from '@roomful/client/node'
import type { OnBotError } from './bot-error'
import type { BotStore } from './store/port'
import { newEnding, sleep } from './timing'

const STOP_MS = 8_000
/** Of the time to stop, what handlers may use: the rest is for what they have sent. */
const HANDLERS_SHARE = 0.6

type Life = {
  start(): Promise<void>
  stop(options?: { timeoutMs?: number }): Promise<void>
  done(): Promise<void>
}

/** How a bot begins and ends, and how that is known. See `Bot` for the machine. */
export function createLife(parts: {
  readonly chat: Chat
  readonly isOwnChat: boolean
  readonly store: BotStore
  readonly clock: Clock
  readonly report: OnBotError
  /** All its work. `closing`: nothing new is begun; `ending`: what is under way ends too. */
  work(closing: AbortSignal, ending: AbortSignal, started: () => void): Promise<void>
}): Life {
  const { chat, clock, report, store } = parts
  const closing = newEnding()
  const ending = newEnding()
  const started = deferred()
  const done = deferred()
  let isLookedAt = false
  let working: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  /** It ended by itself. */
  function failed(error: unknown): void {
    report(error, { source: 'connection' })
    if (!isLookedAt) process.exitCode ??= exitCodeOf(error)
    started.reject(error)
    done.reject(error)
    void leave(0)
  }

  async function work(): Promise<void> {
    const unsubscribe = chat.subscribe(() => {
      const { connection } = chat.getState()
      if (connection.status !== 'stopped' || closing.signal.aborted) return
      ending.abort(connection.error ?? new ChatError('ABORTED', 'The chat was closed'))
    })
    try {
      await parts.work(closing.signal, ending.signal, started.resolve)
    } catch (error) {
      if (!closing.signal.aborted) failed(ending.signal.aborted ? ending.signal.reason : error)
    } finally {
      unsubscribe()
    }
  }

  /** Whatever it waits for, it waits no longer than that. */
  async function within(ms: number, run: () => Promise<unknown>): Promise<void> {
    const over = new AbortController()
    const ran = run().catch((error) => report(error, { source: 'connection' }))
    await Promise.race([ran, sleep(clock, ms, over.signal).catch(() => {})])
    over.abort()
  }

  /** What handlers sent by a room's outbox goes out too. */
  async function leave(timeoutMs: number): Promise<void> {
    const flush = { timeoutMs: timeoutMs / 2 }
    await within(timeoutMs, () =>
      parts.isOwnChat ? chat.close({ flush: timeoutMs > 0, ...flush }) : chat.flush(flush).catch(() => {}),
    )
    await within(timeoutMs, () => store.close())
  }

  async function stop(timeoutMs: number): Promise<void> {
    const now = (): number => clock.monotonic?.() ?? clock.now()
    const endAt = now() + timeoutMs
    const stopped = new ChatError('ABORTED', 'The bot was stopped')
    closing.abort(stopped)
    started.reject(stopped)
    await within(timeoutMs * HANDLERS_SHARE, async () => working)
    ending.abort(stopped)
    const left = (): number => Math.max(0, endAt - now())
    await within(left() / 4, async () => working)
    await leave(left())
    done.resolve()
  }

  return {
    start: () => {
      if (closing.signal.aborted) started.reject(new ChatError('ABORTED', 'The bot was stopped'))
      else working ??= work()
      return started.promise
    },
    stop: ({ timeoutMs = STOP_MS } = {}) => {
      stopping ??= stop(timeoutMs)
      return stopping
    },
    done: () => {
      isLookedAt = true
      return done.promise
    },
  }
}

/** It may be ignored: the error is reported, and decides the exit code. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve = (): void => {}
  let reject = (_error: unknown): void => {}
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}
