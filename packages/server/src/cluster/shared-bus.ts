import * as v from 'valibot'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Bus, BusMessage } from './bus'
import { decodeMessage, TEXT_MAX } from './decode-message'
import { OtherNodes } from './other-nodes'

const SIGN_OF_LIFE_MS = 2_000
/** A server also starts without the others; but if they can be reached, the first socket should find it joined. */
const START_PATIENCE_MS = 2_000
const WARN_AGAIN_MS = 60_000

/** A broadcast channel to all nodes. It may lose anything, but keeps the order of each node's texts. */
export interface Link {
  /** Texts published now reach all nodes that are up. */
  readonly isUp: boolean
  /** Texts that were not sent: the link was down, or did not keep up. */
  readonly dropped: number
  publish(text: string): void
  /** Resolves when the link is up for the first time, or after `patienceMs`: the start does not depend on it. */
  opened(patienceMs: number): Promise<void>
  close(): void | Promise<void>
}

export type LinkEnds = {
  readonly onText: (text: string) => void
  /** Called the first time, and after each outage. */
  readonly onUp: () => void
}

export type SharedBusOptions = {
  readonly nodeId: string
  readonly clock: Clock
  readonly log: Log
  readonly openLink: (ends: LinkEnds) => Link
  /** Each text is expensive: while no other node is alive, only heartbeats are sent. */
  readonly isDear?: boolean
}

/** What is sent: a message, or a heartbeat. */
type Envelope = { readonly from: string } & (
  | { readonly message: BusMessage }
  /** `lost`: this node's recent messages may not have arrived. */
  | {
      readonly sign: 'here' | 'gone'
      readonly lost?: boolean
      /** It may have missed who is connected elsewhere: presence is in no database. */
      readonly asks?: boolean
    }
)

const Outside = v.object({
  from: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  sign: v.optional(v.picklist(['here', 'gone'])),
  lost: v.optional(v.boolean()),
  asks: v.optional(v.boolean()),
  message: v.optional(v.looseObject({ type: v.string() })),
})

/**
 * The bus of several nodes over one link. Each node's repair finds in the database whatever is lost (P16), so nothing
 * here is stored, sent again or waited for. One channel for all rooms: a subscription per room would have to be awaited
 * before the first read of a room, and a change in between would be in neither.
 */
export async function openSharedBus(options: SharedBusOptions): Promise<Bus> {
  const { nodeId, clock, log, isDear = false } = options
  const listeners: ((message: BusMessage) => void)[] = []
  const others = new OtherNodes()
  let mayHaveLost = false
  let droppedAtSign = 0
  let warnedAt = Number.NEGATIVE_INFINITY
  const deliver = (message: BusMessage): void => {
    for (const listener of listeners) listener(message)
  }
  const send = (envelope: Envelope): void => link.publish(JSON.stringify(envelope))
  const signOfLife = (asks = false): void => {
    const lost = link.dropped > droppedAtSign
    droppedAtSign = link.dropped
    send({ from: nodeId, sign: 'here', ...(lost ? { lost } : {}), ...(asks ? { asks } : {}) })
    // The others may have missed who is connected here: as to a new node, it is said anew.
    if (lost) deliver({ type: 'node-here', nodeId })
  }

  const receive = (text: string): void => {
    const envelope = decode(text)
    if (!envelope) {
      if (warnedAt + WARN_AGAIN_MS <= clock.now()) {
        warnedAt = clock.now()
        log.warn({}, 'something that is not of this server came over the bus, which has to be private')
      }
      return
    }
    const { from } = envelope
    // Own messages return as well: the listeners received them before they were sent.
    if (from === nodeId || !others.takes(from)) return
    if ('sign' in envelope && envelope.lost) mayHaveLost = true
    if ('sign' in envelope && envelope.sign === 'gone') {
      if (others.forget(from)) deliver({ type: 'node-gone', nodeId: from })
      return
    }
    const isNew = others.noteAlive(from, clock.now())
    // So that the new node learns of this one at once; and it may be new only to this one, whose clock has jumped.
    if (isNew) signOfLife(true)
    if (isNew || ('sign' in envelope && envelope.asks)) deliver({ type: 'node-here', nodeId: from })
    if ('message' in envelope) deliver(envelope.message)
  }
  const link = options.openLink({
    onText: (text) => {
      try {
        receive(text)
      } catch (error) {
        log.error({ err: error }, 'a message of another node could not be delivered')
      }
    },
    onUp: () => {
      mayHaveLost = true
      others.pardon(clock.now())
      signOfLife(true)
      deliver({ type: 'bus-up' })
    },
  })
  const stopSigns = every(clock, SIGN_OF_LIFE_MS, () => {
    if (!link.isUp) return
    signOfLife()
    for (const gone of others.takeGone(clock.now())) {
      // It may have died between a commit and its message.
      mayHaveLost = true
      deliver({ type: 'node-gone', nodeId: gone })
    }
  })
  await link.opened(START_PATIENCE_MS)
  return {
    isShared: true,
    isUp: () => link.isUp,
    takeLoss() {
      const lost = mayHaveLost || !link.isUp
      mayHaveLost = false
      return lost
    },
    publish(message) {
      // First to this node, so that a broadcast never falls behind its ack and does not wait for the link.
      deliver(message)
      if (!isDear || others.size > 0) send({ from: nodeId, message })
    },
    subscribe: (listener) => {
      listeners.push(listener)
    },
    async close() {
      stopSigns()
      send({ from: nodeId, sign: 'gone' })
      listeners.length = 0
      await link.close()
    },
  }
}

/** Undefined: it is not from these servers. */
function decode(text: string): Envelope | undefined {
  if (text.length > TEXT_MAX) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { success, output } = v.safeParse(Outside, value)
  if (!success) return undefined
  const { from, sign, lost, asks, message: sent } = output
  if (sign) return { from, sign, ...(lost ? { lost } : {}), ...(asks ? { asks } : {}) }
  const message = sent && decodeMessage(sent)
  // It still is a heartbeat.
  if (message === 'unknown') return { from, sign: 'here' }
  // A node sends only for itself.
  if (message === undefined || ('nodeId' in message && message.nodeId !== from)) return undefined
  return { from, message }
}
