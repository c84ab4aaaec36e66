import { Redis } from 'ioredis'
import type { Clock } from '../ports/clock'
import { every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Link, LinkEnds } from './shared-bus'

/** A link that is silent for this time is dead, whatever the operating system reports. */
const DEAD_AFTER_MS = 6_000
const PING_MS = 2_000
const CONNECT_TIMEOUT_MS = 3_000
/** The longest wait between tries: an outage must not outlast that of Redis. */
const RETRY_MAX_MS = 1_000
const RETRY_STEP_MS = 50
/** What may be unanswered. Beyond it, hints are dropped: the database has the data. */
const IN_FLIGHT = { messages: 5_000, bytes: 16 * 1024 * 1024 }

type RedisLinkOptions = LinkEnds & {
  readonly url: string
  readonly channel: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * One channel of a Redis, to publish on and to listen to. A subscribed connection can do nothing else, so there are
 * two, and the link is up while both are.
 *
 *   down ── both connected, subscribed ──▶ up      what is published reaches all nodes that are up
 *    ▲                                     │
 *    └───── either lost, or silent ────────┘       what is published is dropped, nothing is kept for later
 */
export class RedisLink implements Link {
  readonly #publisher: Redis
  readonly #subscriber: Redis
  readonly #stopPings: () => void
  readonly #onFirstUp: (() => void)[] = []
  #subscribed = false
  #wasUp = false
  #saidLost = false
  #closed = false
  #inFlight = { messages: 0, bytes: 0 }
  #dropped = 0

  constructor(private readonly options: RedisLinkOptions) {
    this.#publisher = this.#connect('publisher')
    this.#subscriber = this.#connect('subscriber')
    this.#publisher.on('ready', () => this.#onChange())
    this.#subscriber.on('ready', () => this.#subscribe())
    this.#subscriber.on('message', (_channel: string, text: string) => options.onText(text))
    this.#stopPings = every(options.clock, PING_MS, () => this.#ping())
  }

  get isUp(): boolean {
    return this.#subscribed && this.#publisher.status === 'ready'
  }

  get dropped(): number {
    return this.#dropped
  }

  publish(text: string): void {
    const { messages, bytes } = this.#inFlight
    if (!this.isUp || messages >= IN_FLIGHT.messages || bytes >= IN_FLIGHT.bytes) {
      this.#dropped++
      return
    }
    this.#inFlight = { messages: messages + 1, bytes: bytes + text.length }
    this.#publisher
      .publish(this.options.channel, text)
      // Lost with the connection, which reports that itself.
      .catch(() => this.#dropped++)
      .finally(() => {
        this.#inFlight.messages--
        this.#inFlight.bytes -= text.length
      })
  }

  opened(patienceMs: number): Promise<void> {
    if (this.#wasUp) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.options.clock.setTimer(patienceMs, resolve)
      this.#onFirstUp.push(() => {
        cancel()
        resolve()
      })
    })
  }

  close(): void {
    this.#closed = true
    this.#stopPings()
    this.#publisher.disconnect()
    this.#subscriber.disconnect()
  }

  #connect(name: string): Redis {
    const redis = new Redis(this.options.url, {
      connectionName: `roomful-${name}`,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: DEAD_AFTER_MS,
      retryStrategy: (attempt) => Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS),
      maxRetriesPerRequest: 0,
      // Nothing is queued: it would be stale, and an outage would cost unbounded memory.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
    })
    redis.on('close', () => this.#onLost(`the ${name} was cut off`))
    // Without a listener the error would be thrown. Its message only: the rest may hold the password.
    redis.on('error', (error: Error) => this.#onLost(error.message))
    return redis
  }

  #subscribe(): void {
    this.#subscriber.subscribe(this.options.channel).then(
      () => {
        this.#subscribed = true
        this.#onChange()
      },
      (error: unknown) => this.#onLost(error instanceof Error ? error.message : String(error)),
    )
  }

  /** Both connections ping every few seconds, so that a silent one is a dead one. */
  #ping(): void {
    for (const redis of [this.#publisher, this.#subscriber])
      if (redis.status === 'ready') redis.ping().catch((error: Error) => this.#onLost(error.message))
  }

  #onChange(): void {
    if (!this.isUp || this.#closed) return
    if (this.#saidLost) this.options.log.info({ dropped: this.#dropped }, 'Redis is back')
    this.#saidLost = false
    this.#wasUp = true
    for (const resolve of this.#onFirstUp.splice(0)) resolve()
    this.options.onUp()
  }

  /** Reported once per outage, not per try. */
  #onLost(reason: string): void {
    if (this.#subscriber.status !== 'ready') this.#subscribed = false
    if (this.isUp || this.#closed || this.#saidLost) return
    this.#saidLost = true
    this.options.log.warn({ reason }, 'Redis cannot be reached: other nodes are found by the database alone')
  }
}
