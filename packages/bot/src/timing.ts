import { setMaxListeners } from 'node:events'
import { ChatError, type Clock } from '@roomful/client'

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
}

/** Any number may wait for its end: a bot in a thousand rooms does. */
export function newEnding(): AbortController {
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  return ending
}

/** The end of whichever comes first. */
export function eitherEnds(a: AbortSignal, b: AbortSignal): AbortSignal {
  const either = AbortSignal.any([a, b])
  setMaxListeners(0, either)
  return either
}

/** The platform fires a longer timer at once. */
const TIMER_MOST_MS = 2 ** 31 - 1

/** Resolves after that time; rejects with the signal's reason. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = (): void => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.setTimer(Math.min(ms, TIMER_MOST_MS), () => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
    signal.addEventListener('abort', abort)
  })
}

/**
 * Runs a handler of the app. It settles after `timeoutMs` (TIMEOUT) and with the signal at the latest, even if the handler
 * never does; the handler's own signal is aborted then, and what it sends later is refused.
 */
export function runLimited<T>(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (outer.aborted) return reject(outer.reason)
    const own = newEnding()
    const end = (): void => {
      cancel()
      outer.removeEventListener('abort', stop)
    }
    const fail = (error: unknown): void => {
      end()
      reject(error)
    }
    const giveUp = (reason: unknown): void => {
      own.abort(reason)
      fail(reason)
    }
    const stop = (): void => giveUp(outer.reason)
    const late = (): void => giveUp(new ChatError('TIMEOUT', `A handler took longer than ${timeoutMs} ms`))
    const cancel = timeoutMs > TIMER_MOST_MS ? () => {} : clock.setTimer(timeoutMs, late)
    outer.addEventListener('abort', stop)
    Promise.resolve(own.signal)
      .then(run)
      .then((value) => {
        end()
        resolve(value)
      }, fail)
  })
}

const BACKOFF_BASE_MS = 250
const BACKOFF_CAP_MS = 30_000

/** Between two tries; `tries` counts from 0. One bot is no crowd: no jitter. */
export const backoffMs = (tries: number): number =>
  Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(tries, 10))

/**
 * Tries until it succeeds or the signal ends it; `onFailure` gets each one. An error for which `isFinal` is true is thrown.
 */
export async function persist<T>(
  clock: Clock,
  signal: AbortSignal,
  run: () => Promise<T>,
  onFailure: (error: unknown) => void,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted()
    try {
      return await run()
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error
      onFailure(error)
    }
    await sleep(clock, backoffMs(tries), signal)
  }
}

/** Resolves when the signal is aborted. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
