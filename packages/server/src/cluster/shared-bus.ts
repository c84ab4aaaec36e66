import * as v from 'valibot'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Bus, BusMessage } from './bus'
import { decodeMessage, TEXT_MAX } from './decode-message'
import { OtherNodes } from './other-nodes'

const SIGN_OF_LIFE_MS = 2_000
/** A server starts without the others too; but where they can be reached, the first socket shall find it joined. */
const START_PATIENCE_MS = 2_000
const WARN_AGAIN_MS = 60_000

/** A line to all nodes at once. It may lose anything, but keeps the order of one node's texts. */
export interface Link {
  /** What is published now reaches everybody who is up. */
  readonly isUp: boolean
  /** Texts that were not sent: the link was down, or did not keep up. */
  readonly dropped: number
  publish(text: string): void
  /** Resolves when the link is up for the first time, or after `patienceMs`: nothing waits for it. */
  opened(patienceMs: number): Promise<void>
  close(): void | Promise<void>
}

export type LinkEnds = {
  readonly onText: (text: string) => void
  /** The first time, and whenever it had been lost. */
  readonly onUp: () => void
}

export type SharedBusOptions = {
  readonly nodeId: string
  readonly clock: Clock
  readonly log: Log
  readonly openLink: (ends: LinkEnds) => Link
  /** Where each text costs much: while no other node is heard, only signs of life are sent. */
  readonly isDear?: boolean
}

/** What travels: a message, or a sign of life. */
type Envelope = { readonly from: string } & (
  | { readonly message: BusMessage }
  /** `lost`: what this node published of late may not have arrived. */
  | { readonly sign: 'here' | 'gone'; readonly lost?: boolean }
)

const Outside = v.object({
  from: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  sign: v.optional(v.picklist(['here', 'gone'])),
  lost: v.optional(v.boolean()),
  message: v.optional(v.looseObject({ type: v.string() })),
})

/**
 * The bus of several nodes over one link. Whatever it loses is found in the database by each node's repair (P16), so
 * nothing here is kept, sent again or waited for. One channel for all rooms: a subscription for each would have to be
 * awaited before the first read of a room, and what fell in between would be in neither.
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
  const signOfLife = (): void => {
    const lost = link.dropped > droppedAtSign
    droppedAtSign = link.dropped
    send({ from: nodeId, sign: 'here', ...(lost ? { lost } : {}) })
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
    // One's own comes back as well: one's listeners had it before it was sent.
    if (from === nodeId || !others.takes(from)) return
    if ('sign' in envelope && envelope.lost) mayHaveLost = true
    if ('sign' in envelope && envelope.sign === 'gone') {
      if (others.forget(from)) deliver({ type: 'node-gone', nodeId: from })
      return
    }
    if (others.noteAlive(from, clock.now())) {
      // So that it need not wait for the next one to know of this node.
      signOfLife()
      deliver({ type: 'node-here', nodeId: from })
    }
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
      signOfLife()
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
      // First here, so that a broadcast never falls behind its ack, and costs nothing of the link's time.
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

/** Undefined: it is not of these servers. */
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
  const { from, sign, lost, message: sent } = output
  if (sign) return { from, sign, ...(lost ? { lost } : {}) }
  const message = sent && decodeMessage(sent)
  // A sign of life all the same.
  if (message === 'unknown') return { from, sign: 'here' }
  // A node speaks for itself.
  if (message === undefined || ('nodeId' in message && message.nodeId !== from)) return undefined
  return { from, message }
}
