import type { Clock } from '../platform/clock'
import { systemClock } from '../platform/system-clock'
import { memoryStore } from '../storage/backends/memory'
import type { LocalSpace, LocalStore } from '../storage/port'
import type { TransportFactory } from '../transport/port'
import { faultyStore } from './faulty-store'
import { type FaultyTransport, faultyTransport } from './faulty-transport'
import { CALM, type FaultCounts, type FaultKnobs, NO_FAULTS, seededRandom } from './knobs'

/** What goes wrong now, and how often it has. */
export type FaultState = {
  readonly knobs: FaultKnobs
  readonly counts: FaultCounts
  readonly isCrashed: boolean
}

/** A bad network and a bad disk for one client. */
export interface Faults {
  /** The same object until something changed. */
  getState(): FaultState
  /** Calls `listener` after the knobs or the counts changed, once a turn. Returns the function that stops it. */
  subscribe(listener: () => void): () => void
  /** Turns these knobs, from this moment on. */
  set(knobs: Partial<FaultKnobs>): void
  /** Ends all faults. */
  calm(): void
  /**
   * The client's process ends now, as by a reload: nothing it does reaches the network or the disk any more, and what it
   * kept stays there for the next client. Close that chat then; it cannot be revived.
   */
  crash(): void
  /** For `ports.wrapTransport`. */
  readonly wrapTransport: (open: TransportFactory) => TransportFactory
  /** For `storage`: `inner` with these faults. Default: IndexedDB where there is one, else memory. */
  storage(inner?: LocalStore): LocalStore
}

/**
 * Makes the network and the disk of one client bad on purpose: for tests, demonstrations, and a look at how an app behaves.
 * The same seed draws the same chances; when frames come is still the network's affair.
 *
 * @example
 * import { createChat } from '@roomful/client'
 * import { createFaults } from '@roomful/client/faults'
 * const faults = createFaults({ seed: 7 })
 * const ports = { wrapTransport: faults.wrapTransport }
 * const chat = createChat({ url, auth, ports })
 * faults.set({ loss: 0.1, latencyMs: 300 })
 */
export function createFaults({
  seed = 1,
  clock = systemClock,
}: {
  seed?: number
  clock?: Clock
} = {}): Faults {
  const random = seededRandom(seed)
  const transports = new Set<FaultyTransport>()
  const spaces = new Set<LocalSpace>()
  const listeners = new Set<() => void>()
  let state: FaultState = { knobs: CALM, counts: NO_FAULTS, isCrashed: false }

  let isDue = false

  // Later than the fault itself, which may strike inside a transition of the client.
  const change = (part: Partial<FaultState>): void => {
    state = { ...state, ...part }
    if (isDue) return
    isDue = true
    queueMicrotask(() => {
      isDue = false
      for (const listener of [...listeners]) if (listeners.has(listener)) listener()
    })
  }
  const count = (what: keyof FaultCounts): void =>
    change({ counts: { ...state.counts, [what]: state.counts[what] + 1 } })

  const set = (knobs: Partial<FaultKnobs>): void => {
    const before = state.knobs
    change({ knobs: { ...before, ...knobs } })
    const isOther = before.network !== state.knobs.network || before.cutEveryMs !== state.knobs.cutEveryMs
    if (isOther) for (const transport of transports) transport.changed()
  }

  return {
    getState: () => state,
    subscribe: (listener) => {
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    set,
    calm: () => set(CALM),
    crash: () => {
      if (state.isCrashed) return
      change({ isCrashed: true })
      for (const transport of transports) transport.die()
      for (const space of spaces) space.close().catch(() => {})
    },
    wrapTransport: (open) => (url, onEvent) => {
      const part = { knobs: () => state.knobs, random, clock, count }
      const transport = faultyTransport(open, url, onEvent, part)
      transports.add(transport)
      return transport
    },
    storage: (inner = defaultStore(clock)) =>
      faultyStore(inner, {
        fault: () => (state.isCrashed ? 'gone' : state.knobs.disk === 'full' ? 'full' : 'none'),
        onRefused: () => count('refusedWrites'),
        onSpace: (space) => spaces.add(space),
      }),
  }
}

/** What a chat would use by itself. */
function defaultStore(clock: Clock): LocalStore {
  if (typeof indexedDB === 'undefined') return memoryStore()
  return {
    kind: 'indexeddb',
    open: async (name) => {
      const { indexedDbStore } = await import('../storage/on-disk')
      return await indexedDbStore({ clock }).open(name)
    },
  }
}
