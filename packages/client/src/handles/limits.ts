import type { RoomSlot } from '../engine/chat-store'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import type { WaitOptions } from '../options'
import { type Clock, TIMER_MOST_MS } from '../platform/clock'

export const chatClosedError = (): ChatError => new ChatError('ABORTED', 'The chat was closed')
const abortedError = (cause: unknown): ChatError =>
  new ChatError('ABORTED', 'The call was aborted', { cause })
const timeoutError = (): ChatError => new ChatError('TIMEOUT', 'It was not done in time')

type Limits = WaitOptions & {
  /** The error at the time limit. */
  late?: () => ChatError
  onAbort?: () => void
}

/** As the app gave them, which is not always as they are typed: null is none, what cannot be used is refused (I25). */
export function readLimits<L extends Limits>(given: L | null | undefined): L | WaitOptions | ChatError {
  const refused = (field: string, cause?: unknown): ChatError =>
    new ChatError('INVALID_PAYLOAD', `${field} cannot be used`, { field, cause })
  try {
    const { signal, timeoutMs } = given ?? {}
    if (signal != null && typeof signal.addEventListener !== 'function') return refused('signal')
    return timeoutMs == null || typeof timeoutMs === 'number' ? (given ?? {}) : refused('timeoutMs')
  } catch (cause) {
    return refused('options', cause)
  }
}

/**
 * Every wait of the API. `start` begins it and answers what ends it: called once, however it ends, and then neither a
 * timer nor a listener on the signal is left. With a signal that is aborted already it is not begun.
 */
export function limited<T>(
  clock: Clock,
  given: Limits | null | undefined,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const limits: Limits | ChatError = readLimits(given)
    if (limits instanceof ChatError) return reject(limits)
    const { signal, timeoutMs, late = timeoutError, onAbort } = limits
    if (signal?.aborted) return reject(abortedError(signal.reason))
    let isOver = false
    let end: (() => void) | undefined
    const finish = (settle: () => void): void => {
      if (isOver) return
      isOver = true
      cancelTimer?.()
      signal?.removeEventListener('abort', abort)
      end?.()
      settle()
    }
    const abort = (): void =>
      finish(() => {
        reject(abortedError(signal?.reason))
        onAbort?.()
      })
    signal?.addEventListener('abort', abort)
    const isTimed = timeoutMs != null && timeoutMs <= TIMER_MOST_MS
    const cancelTimer = isTimed ? clock.setTimer(timeoutMs, () => finish(() => reject(late()))) : undefined
    end = start(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    )
    if (isOver) end?.()
  })
}

/** The outcome of what `run` begins and what ends by itself, no later than the limits. */
export const limitedRun = <T>(clock: Clock, limits: Limits, run: () => Promise<T>): Promise<T> =>
  limited(clock, limits, (resolve, reject) => {
    run().then(resolve, reject)
    return () => {}
  })

/**
 * Waits until `look` answers something: on every change of the chat, or of the room and the connection. Rejects with an
 * error that it answers, with the reason when the chat is stopped, and when a limit is reached. `also` begins what else
 * may change the answer, and ends it.
 */
export function waitFor<T>(
  { store, clock, over }: Pick<EngineContext, 'store' | 'clock' | 'over'>,
  limits: Limits,
  look: () => T | ChatError | undefined,
  room?: RoomSlot,
  also?: (check: () => void) => () => void,
): Promise<T> {
  return limited(clock, limits, (resolve, reject) => {
    const check = (): void => {
      const found = over() ?? look()
      if (found instanceof ChatError) reject(found)
      else if (found !== undefined) resolve(found)
    }
    const topics = room ? [store.connectionTopic, room.topic] : [store.chatTopic]
    for (const { observers } of topics) observers.add(check)
    check()
    const end = also?.(check)
    return () => {
      for (const { observers } of topics) observers.delete(check)
      end?.()
    }
  })
}

/** Why a call is not even begun; null: it may be. */
export function refusalOf({ over }: Pick<EngineContext, 'over'>, given: WaitOptions): ChatError | null {
  const limits = readLimits(given)
  if (limits instanceof ChatError) return limits
  return over() ?? (limits.signal?.aborted ? abortedError(limits.signal.reason) : null)
}

/** The same promise; ignoring it raises no unhandled rejection, because the state shows how it ended. */
export function ignoreRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
