import type { ClientEvent, PayloadInput } from '@roomful/protocol'
import type { Clock } from '../platform/clock'
import type {
  DownReason,
  RequestResult,
  Transport,
  TransportEvent,
  TransportFactory,
} from '../transport/port'
import { CALM, type FaultCounts, type FaultKnobs } from './knobs'

const LOST: DownReason = { code: 'OFFLINE', text: 'The connection was lost', next: 'retry' }
const NO_NETWORK: DownReason = { code: 'OFFLINE', text: 'There is no network', next: 'retry' }

/** Pings find a connection dead that carries nothing: at the earliest and at the latest after this long. */
const PING_NOTICE_MS = { from: 5_000, to: 14_000 }
/** An overtaken frame comes this much later. */
const OVERTAKEN_MS = { from: 40, to: 1_200 }
/** A dial without a network fails after this long: at once would be a loop. */
const NO_NETWORK_MS = 20

/** What a second copy of harms nothing: the server knows each by its id. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'send-message',
  'send-messages',
  'edit-message',
  'delete-message',
  'react-message',
  'pin-message',
  'mark-read',
])

export type NetworkPart = {
  knobs(): FaultKnobs
  random(): number
  readonly clock: Clock
  count(what: keyof FaultCounts): void
}

/** What the knobs were set to, passed on to each transport. */
export type FaultyTransport = Transport & {
  /** The network's state, or how often it is cut, is another one. */
  changed(): void
  /** Nothing leaves or arrives any more, and no event says so: the process has ended. */
  die(): void
}

/** One direction of the connection: when it may carry the next frame, and those that wait. */
type Way = { free: number; waiting: (() => void)[] }
const newWay = (): Way => ({ free: 0, waiting: [] })

/**
 * A bad network in front of a good transport, which keeps what the port promises: `lost` before `down`, nothing after
 * `down`, `ready` first. What may be lost, doubled or overtaken on a living connection is what the protocol heals: requests,
 * their answers, and `changes`.
 *
 *   closed ──connect──▶ dialling ──ready──▶ up ──cut, offline, pings unanswered──▶ closed
 *                                            ╲── half-open: carries nothing ──╯
 */
export function faultyTransport(
  open: TransportFactory,
  url: string,
  onEvent: (event: TransportEvent) => void,
  { knobs, random, clock, count }: NetworkPart,
): FaultyTransport {
  /** Counts connections: a frame of an earlier one is dropped. */
  let life = 0
  let isOpen = false
  /** The client has its `ready`. */
  let isUp = false
  let isDead = false
  /** It has been half-open: it carries nothing any more, even when the network is good again. */
  let isStale = false
  const up = newWay()
  const down = newWay()
  let cancelCut = (): void => {}
  const pending = new Set<() => void>()
  const timers = new Set<() => void>()

  const inner = open(url, (event) => {
    if (isDead || !isOpen || isStale) return
    receive(event)
  })

  const later = (ms: number, run: () => void): (() => void) => {
    const of = life
    const cancelTimer = clock.setTimer(ms, () => {
      timers.delete(cancel)
      if (of === life && !isDead) run()
    })
    const cancel = (): void => {
      timers.delete(cancel)
      cancelTimer()
    }
    timers.add(cancel)
    return cancel
  }
  const between = ({ from, to }: { from: number; to: number }): number => from + random() * (to - from)
  const strikes = (share: number, what: keyof FaultCounts): boolean => {
    const isHit = share > 0 && random() < share
    if (isHit) count(what)
    return isHit
  }
  const latency = (): number => knobs().latencyMs * (1 + random() / 2)

  /** In the order in which it was sent, however long each takes: what is due first carries what came first. */
  const carry = (way: Way, run: () => void): void => {
    const now = clock.now()
    way.free = Math.max(way.free, now + latency())
    if (way.free <= now && way.waiting.length === 0) run()
    else {
      way.waiting.push(run)
      later(way.free - now, () => way.waiting.shift()?.())
    }
  }
  const deliver = (event: TransportEvent): void => carry(down, () => arrive(event))
  const arrive = (event: TransportEvent): void => {
    if (isStale) return
    if (event.type === 'ready') isUp = true
    if (event.type === 'down') end(event.reason)
    else onEvent(event)
  }

  function receive(event: TransportEvent): void {
    const isChange = event.type === 'message' && event.message.event === 'changes'
    const { loss, double, reorder } = isChange ? knobs() : CALM
    if (strikes(loss, 'lost')) return
    if (strikes(double, 'doubled')) deliver(event)
    if (strikes(reorder, 'reordered')) later(latency() + between(OVERTAKEN_MS), () => arrive(event))
    else deliver(event)
  }

  /** Forgets the connection, without a word to the client. */
  function drop(): void {
    life++
    isOpen = false
    isUp = false
    isStale = false
    for (const way of [up, down]) Object.assign(way, newWay())
    for (const cancel of [...timers]) cancel()
    inner.disconnect()
    for (const lose of [...pending]) lose()
  }
  function end(reason: DownReason): void {
    if (!isOpen) return
    drop()
    onEvent({ type: 'down', reason })
  }

  const planCut = (): void => {
    cancelCut()
    const { cutEveryMs } = knobs()
    if (cutEveryMs <= 0) return
    cancelCut = later(cutEveryMs * (0.5 + random()), () => {
      count('cuts')
      end(LOST)
    })
  }
  const onHalfOpen = (): void => {
    isStale = true
    later(between(PING_NOTICE_MS), () => end(LOST))
  }

  function request<E extends ClientEvent>(
    event: E,
    payload: PayloadInput<E>,
    timeoutMs: number,
  ): Promise<RequestResult<E>> {
    return new Promise((resolve) => {
      const finish = (result: RequestResult<E>): void => {
        pending.delete(lose)
        cancel()
        resolve(result)
      }
      const lose = (): void => finish({ kind: 'lost' })
      const cancel = clock.setTimer(timeoutMs, () => finish({ kind: 'timeout' }))
      pending.add(lose)
      const { loss, double } = knobs()
      if (isStale || strikes(loss / 2, 'lost')) return
      const isTwice = REPEATABLE.has(event) && strikes(double, 'doubled')
      const isAnswerLost = strikes(loss / 2, 'lost')
      const send = (): void => {
        if (isStale) return
        if (isTwice) void inner.request(event, payload, timeoutMs)
        void inner.request(event, payload, timeoutMs).then((result) => {
          if (isAnswerLost || isStale || !pending.has(lose)) return
          carry(down, () => isStale || finish(result))
        })
      }
      carry(up, send)
    })
  }

  return {
    connect: (token) => {
      if (isDead) return
      isOpen = true
      const { network } = knobs()
      if (network === 'offline') later(NO_NETWORK_MS, () => end(NO_NETWORK))
      else if (network === 'half-open') onHalfOpen()
      else {
        inner.connect(token)
        planCut()
      }
    },
    disconnect: drop,
    request: async (event, payload, timeoutMs) =>
      isUp && !isDead ? await request(event, payload, timeoutMs) : { kind: 'offline' },
    signal: (event, payload) => {
      if (isUp && !isStale && !isDead && !strikes(knobs().loss, 'lost')) inner.signal(event, payload)
    },
    close: () => {
      drop()
      inner.close()
    },
    changed: () => {
      const { network } = knobs()
      if (!isOpen) return
      if (network === 'offline') end(NO_NETWORK)
      else if (network === 'half-open') onHalfOpen()
      else if (isStale) end(LOST)
      else planCut()
    },
    die: () => {
      isDead = true
      for (const cancel of [...timers]) cancel()
      inner.close()
    },
  }
}
