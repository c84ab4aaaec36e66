import { type Clock, every } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { ClaimedStream, KeptEvent, Outbox, Settlement } from '../stores/outbox'
import { backOffMs, DAY_MS } from './back-off'
import type { WebhookEndpoint } from './endpoint'
import type { Answer, Post } from './post'
import { signedHeaders } from './signature'

/** Rooms that one node delivers to one endpoint at a time. */
const STREAMS = 8
/** Events of a room between two settlements: this many are delivered twice if the server dies in between. */
const EVENTS = 20
/** As Standard Webhooks recommend. */
const ATTEMPT_MS = 15_000
/** Another node goes on with a room whose node has died after this. */
const LEASE_MS = 30_000
/** For events of other nodes, and for what is due again. */
const POLL_MS = 1_000
/** An event is given up at the first failed attempt after this. */
export const GIVE_UP_MS = 7 * DAY_MS
/** How long a stop waits for the attempts under way: the last part of the 10 s that it may take. */
const CLOSE_MS = 1_500

export type DeliveryMeter = {
  attempt(endpoint: string, outcome: 'delivered' | 'failed'): void
  dead(endpoint: string, count: number): void
}

export type DelivererParts = {
  readonly endpoint: WebhookEndpoint
  readonly outbox: Pick<Outbox, 'claim' | 'settle'>
  readonly clock: Clock
  readonly ids: Pick<Ids, 'uuid' | 'random'>
  readonly log: Log
  readonly meter: DeliveryMeter
  readonly post: Post
  /** How often it looks without being woken. */
  readonly pollMs?: number
}

/**
 * Delivers what waits for one endpoint, at least once: a stream (a room) is leased, its events are posted one after the
 * other, and what was taken is removed. Streams do not wait for each other, and no endpoint waits for another.
 *
 *   due ── claim ──▶ leased ── 2xx for each ──▶ settled: the rest is due at once
 *    ▲                 ├── anything else ──▶ settled: the rest is due later ──┐
 *    │                 │      └── 410, or too old ──▶ that event is a dead letter
 *    └── lease ends ◀──┴── the node dies                                      │
 *    └────────────────────────────────────────────────────────────────────────┘
 */
export class Deliverer {
  readonly #underWay = new Set<Promise<void>>()
  readonly #attempts = new Set<AbortController>()
  readonly #stopPolling: () => void
  #claiming: Promise<void> | undefined
  #isWoken = false
  #isStopped = false
  #isCut = false
  #isFailing = false

  constructor(private readonly parts: DelivererParts) {
    this.#stopPolling = every(parts.clock, parts.pollMs ?? POLL_MS, () => this.wake())
    this.wake()
  }

  /** Something may be due. */
  wake(): void {
    this.#isWoken = true
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined
      if (this.#mayClaim()) this.wake()
    })
  }

  /** Claims nothing more, and waits a moment for the attempts under way. What is cut off is delivered again later. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopPolling()
    const cancel = this.parts.clock.setTimer(CLOSE_MS, () => {
      this.#isCut = true
      for (const attempt of this.#attempts) attempt.abort()
    })
    await this.#claiming
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    cancel()
  }

  /** Never rejects. */
  async #claimAll(): Promise<void> {
    const { endpoint, outbox, clock, ids, log } = this.parts
    while (this.#mayClaim()) {
      this.#isWoken = false
      const nowMs = clock.now()
      const lease = { lease: ids.uuid(nowMs), untilMs: nowMs + LEASE_MS }
      const streams = STREAMS - this.#underWay.size
      const claim = { endpoint: endpoint.id, nowMs, ...lease, streams, events: EVENTS }
      const claimed = await outbox.claim(claim).catch((error: unknown) => {
        log.warn({ err: error, endpoint: endpoint.id }, 'the events of a webhook could not be read')
        return []
      })
      for (const stream of claimed) this.#begin(stream, lease)
    }
  }

  #mayClaim(): boolean {
    return this.#isWoken && !this.#isStopped && this.#underWay.size < STREAMS
  }

  #begin(stream: ClaimedStream, lease: { lease: string; untilMs: number }): void {
    const work = this.#deliver(stream, lease).then(() => {
      this.#underWay.delete(work)
      this.wake()
    })
    this.#underWay.add(work)
  }

  /** Never rejects. */
  async #deliver(
    claimed: ClaimedStream,
    { lease, untilMs }: { lease: string; untilMs: number },
  ): Promise<void> {
    const { endpoint, outbox, clock, log, meter } = this.parts
    const delivered: number[] = []
    const dead: Settlement['dead'][number][] = []
    let retry: Settlement['retry']
    for (const [index, event] of claimed.events.entries()) {
      if (this.#isStopped || clock.now() + ATTEMPT_MS > untilMs) break
      const answer = await this.#attempt(event)
      if (answer === 'cut') break
      meter.attempt(endpoint.id, answer.kind === 'delivered' ? 'delivered' : 'failed')
      if (answer.kind === 'delivered') {
        delivered.push(event.seq)
        this.#isFailing = false
        continue
      }
      const attempts = (index === 0 ? claimed.attempts : 0) + 1
      const reason = this.#endOf(event, answer)
      if (reason === undefined) retry = this.#later(event, answer, attempts)
      else dead.push({ seq: event.seq, reason })
      break
    }
    if (dead.length > 0) meter.dead(endpoint.id, dead.length)
    for (const { seq, reason } of dead)
      log.error({ endpoint: endpoint.id, seq, reason }, 'a webhook was given up: it is a dead letter now')
    const end = { endpoint: endpoint.id, stream: claimed.stream, lease, nowMs: clock.now() }
    await outbox
      .settle({ ...end, delivered, dead, ...(retry === undefined ? {} : { retry }) })
      .catch((error: unknown) =>
        log.warn({ err: error, endpoint: endpoint.id }, 'deliveries could not be noted, and are made again'),
      )
  }

  /** Why the event is given up. Undefined: it is not. */
  #endOf(event: KeptEvent, answer: Answer): string | undefined {
    if (answer.kind === 'gone') return 'the receiver answered 410'
    if (answer.kind === 'delivered' || this.parts.clock.now() - event.at < GIVE_UP_MS) return undefined
    return answer.reason
  }

  #later(event: KeptEvent, answer: Answer, attempts: number): { atMs: number; attempts: number } {
    const { endpoint, clock, ids, log } = this.parts
    const failed = answer.kind === 'failed' ? answer : { reason: answer.kind }
    const waitMs = backOffMs(attempts, ids.random(), 'retryAfterMs' in failed ? failed.retryAfterMs : 0)
    const about = { endpoint: endpoint.id, eventId: event.id, reason: failed.reason, attempts, waitMs }
    // Once for a receiver that is down, and not for each of its rooms.
    if (this.#isFailing) log.debug(about, 'a webhook was not taken, and is tried again')
    else log.warn(about, 'a webhook was not taken, and is tried again')
    this.#isFailing = true
    return { atMs: clock.now() + waitMs, attempts }
  }

  /** `cut`: the server stops. */
  async #attempt({ id, body }: KeptEvent): Promise<Answer | 'cut'> {
    const { endpoint, clock, post } = this.parts
    const attempt = new AbortController()
    const cancel = clock.setTimer(ATTEMPT_MS, () => attempt.abort())
    this.#attempts.add(attempt)
    try {
      const signed = signedHeaders(endpoint.secrets, { id, body }, clock.now())
      const headers = { 'content-type': 'application/json', 'user-agent': 'Roomful', ...signed }
      const answer = await post({ url: endpoint.url, headers, body, signal: attempt.signal })
      return answer.kind === 'failed' && this.#isCut ? 'cut' : answer
    } finally {
      this.#attempts.delete(attempt)
      cancel()
    }
  }
}
