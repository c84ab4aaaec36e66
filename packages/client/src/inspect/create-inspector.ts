import type { ChatStore } from '../engine/chat-store'
import type { RunClock } from '../platform/steady-clock'
import { createEventLog } from './event-log'
import type { Inspection, InspectOptions, Inspector } from './inspection'
import type { Readers } from './readers'
import { createRecorder } from './recorder'
import { createSnapshot } from './snapshot'
import type { Tap } from './taps'

const EVENTS = 1_000
const MOST_EVENTS = 20_000

/** Where an inspector looks. */
export type InspectSource = {
  readonly store: ChatStore
  readonly clock: RunClock
  readonly taps: Set<Tap>
  readonly readers: Readers
  readonly storageKind: string
  readonly isShared: boolean
  writesRows(): boolean
  /** Calls a listener of the app: what it throws is reported. */
  notify(listener: () => void): void
}

/** Records from now on, until it is stopped. Loaded when an app first asks for one: no other pays for it. */
export function createInspector(source: InspectSource, options: InspectOptions = {}): Inspector {
  const { events = EVENTS, payloads = false } = options
  const size = Math.min(MOST_EVENTS, Math.max(1, Math.trunc(events) || EVENTS))
  const log = createEventLog(size)
  const listeners = new Set<() => void>()
  let last: Inspection | null = null
  let isDue = false
  let isStopped = false

  // Later than the change itself: a listener may call the chat, and no code of the app runs inside a transition.
  const changed = (): void => {
    last = null
    if (isDue || listeners.size === 0) return
    isDue = true
    queueMicrotask(() => {
      isDue = false
      for (const listener of [...listeners]) if (listeners.has(listener)) source.notify(listener)
    })
  }

  const recorder = createRecorder(source, { log, payloads, changed })
  const snapshot = createSnapshot(source, { log, payloads, recorder })
  const getState = (): Inspection => {
    last ??= snapshot()
    return last
  }

  return {
    getState,
    subscribe: (listener) => {
      // Two subscriptions of one function are two.
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    trace: () => ({ format: 'roomful-trace', version: 1, payloads, inspection: getState() }),
    stop: () => {
      if (isStopped) return
      isStopped = true
      getState()
      recorder.stop()
      listeners.clear()
    },
  }
}
