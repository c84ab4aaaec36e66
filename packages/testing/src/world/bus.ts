import type { Bus, BusMessage } from '@roomful/server/engine'
import type { WorldContext } from './context'
import type { Random } from './random'

/** An overtaken message between nodes comes this much later. */
const LATE_MS = { from: 20, to: 3_000 }

/** A node's first heartbeat comes after this, and silence of this length counts as its end, as in the real bus. */
const HERE_AFTER_MS = 5
const GONE_AFTER_MS = 10_000

type Listener = (message: BusMessage) => void

/**
 * The messages between nodes. A node receives its own at once; the others receive it later, twice, in another order, or
 * not at all. Nodes share nothing but text.
 */
export class BusNetwork {
  readonly #nodes = new Map<string, Listener[]>()
  readonly #random: Random
  /** Called with everything that a live node publishes. */
  onPublish: (nodeId: string, message: BusMessage) => void = () => {}
  isCut = false

  constructor(
    private readonly context: WorldContext,
    /** It has, or will have, more than one node. */
    readonly isShared: boolean,
  ) {
    this.#random = context.random.split('bus')
  }

  connect(nodeId: string, isUp: () => boolean): Bus {
    const own: Listener[] = []
    this.#nodes.set(nodeId, own)
    this.#announce(nodeId, { type: 'bus-up' }, HERE_AFTER_MS)
    for (const other of this.#nodes.keys()) {
      if (other === nodeId) continue
      this.#announce(other, { type: 'node-here', nodeId }, HERE_AFTER_MS)
      this.#announce(nodeId, { type: 'node-here', nodeId: other }, HERE_AFTER_MS)
    }
    return {
      isShared: this.isShared,
      publish: (message) => {
        if (!isUp()) return
        this.onPublish(nodeId, message)
        const text = JSON.stringify(message)
        const received: BusMessage = JSON.parse(text)
        for (const listener of own) listener(received)
        for (const other of this.#nodes.keys()) if (other !== nodeId) this.#carry(other, text)
      },
      subscribe: (listener) => {
        own.push(listener)
      },
      close: async () => {},
    }
  }

  disconnect(nodeId: string): void {
    this.#nodes.delete(nodeId)
    for (const other of this.#nodes.keys())
      this.#announce(other, { type: 'node-gone', nodeId }, GONE_AFTER_MS)
  }

  /** The bus's own messages: heartbeats are repeated until they are received, so none is lost. */
  #announce(to: string, message: BusMessage, ms: number): void {
    this.context.time.schedule(ms, 'bus', () => {
      for (const listener of this.#nodes.get(to) ?? []) listener(message)
    })
  }

  #carry(to: string, text: string): void {
    const { rates, time } = this.context
    const random = this.#random
    const lost = this.isCut || random.chance(rates.busLose)
    if (lost) {
      this.context.trace.note(() => `the bus loses ${text} for ${to}`)
      return
    }
    const deliver = (): void => {
      for (const listener of this.#nodes.get(to) ?? []) listener(JSON.parse(text))
    }
    const [least, most] = rates.busMs
    const ms = least + random.next() * (most - least)
    time.schedule(ms, 'bus', deliver)
    if (random.chance(rates.busDouble)) time.schedule(ms + random.range(0, 500), 'bus twice', deliver)
    if (random.chance(rates.busLate))
      time.schedule(random.range(LATE_MS.from, LATE_MS.to), 'bus late', deliver)
  }
}
