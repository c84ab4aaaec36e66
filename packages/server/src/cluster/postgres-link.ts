import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Link, LinkEnds } from './shared-bus'
import { PartedTexts, toParts } from './text-parts'

const CONNECT_TIMEOUT_MS = 5_000
/** A connection without traffic for this time is dead, whatever the operating system reports. */
const DEAD_AFTER_MS = 6_000
const PING_MS = 2_000
/** An outage must not outlast that of Postgres. */
const RETRY_MS = 1_000
/** What may wait to be sent. Beyond it, hints are dropped: the database has the data. */
const WAITING_BYTES = 16 * 1024 * 1024

type PostgresLinkOptions = LinkEnds & {
  readonly url: string
  readonly channel: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * One channel of a Postgres, over a dedicated connection. Texts published while a statement runs go with the next one,
 * in one transaction. A pooler in between may accept LISTEN and forget it: so the link is up only when its own ping has
 * returned, and lost when no ping returns for a while.
 *
 *   down ── connected, LISTEN, own ping received ──▶ up ── error, end, or silence ──▶ down, and again in a second
 */
export class PostgresLink implements Link {
  readonly #self = randomUUID()
  readonly #texts = new PartedTexts()
  readonly #onFirstUp: (() => void)[] = []
  readonly #stopPings: () => void
  #client: Client | undefined
  #isUp = false
  #wasUp = false
  #saidLost = false
  #closed = false
  #heardAt = 0
  #waiting: string[] = []
  #waitingBytes = 0
  #isSending = false
  #sent = 0
  #dropped = 0

  constructor(private readonly options: PostgresLinkOptions) {
    this.#stopPings = every(options.clock, PING_MS, () => this.#ping())
    void this.#connect()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get dropped(): number {
    return this.#dropped
  }

  publish(text: string): void {
    if (!this.#isUp || this.#waitingBytes > WAITING_BYTES) {
      this.#dropped++
      return
    }
    this.#call(text)
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

  async close(): Promise<void> {
    this.#closed = true
    this.#stopPings()
    const client = this.#client
    // The last texts, such as the sign-off, are on their way: statements end in order.
    await client?.end().catch(() => undefined)
  }

  async #connect(): Promise<void> {
    if (this.#closed) return
    const client = new Client({
      connectionString: this.options.url,
      application_name: 'roomful bus',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    })
    this.#client = client
    client.on('error', (error) => this.#onLost(client, error.message))
    client.on('end', () => this.#onLost(client, 'the connection was ended'))
    client.on('notification', ({ payload }) => this.#receive(client, payload ?? ''))
    try {
      await client.connect()
      // Hints are not worth waiting for the disk.
      await client.query('SET synchronous_commit = off')
      await client.query(`LISTEN "${this.options.channel}"`)
      this.#heardAt = this.options.clock.now()
      this.#ping()
    } catch (error) {
      this.#onLost(client, error instanceof Error ? error.message : String(error))
    }
  }

  #receive(client: Client, part: string): void {
    if (client !== this.#client) return
    if (part === this.#self) {
      this.#heardAt = this.options.clock.now()
      if (!this.#isUp) this.#onUp()
      return
    }
    const text = this.#texts.take(part)
    if (text !== undefined) this.options.onText(text)
  }

  /** A notification to this node itself, which must return. */
  #ping(): void {
    if (!this.#client || this.#closed) return
    if (this.#heardAt > 0 && this.options.clock.now() - this.#heardAt > DEAD_AFTER_MS) {
      this.#onLost(this.#client, 'its own calls do not come back: does a pooler stand in between?')
      return
    }
    if (this.#heardAt > 0) this.#enqueue([this.#self])
  }

  #call(text: string): void {
    this.#enqueue(toParts(this.#self, ++this.#sent, text))
  }

  #enqueue(parts: readonly string[]): void {
    for (const part of parts) this.#waitingBytes += part.length
    this.#waiting.push(...parts)
    void this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    // A loop, not a call of itself: while it is busy, each call would hold all that were before it.
    try {
      for (let client = this.#client; client && this.#waiting.length > 0; client = this.#client)
        await this.#sendWaiting(client)
    } finally {
      this.#isSending = false
    }
  }

  async #sendWaiting(client: Client): Promise<void> {
    const parts = this.#waiting.splice(0)
    this.#waitingBytes = 0
    try {
      await client.query('SELECT count(pg_notify($1, part)) FROM unnest($2::text[]) AS part', [
        this.options.channel,
        parts,
      ])
    } catch (error) {
      this.#dropped += parts.length
      this.#onLost(client, error instanceof Error ? error.message : String(error))
    }
  }

  #onUp(): void {
    if (this.#closed) return
    if (this.#saidLost)
      this.options.log.info({ dropped: this.#dropped }, 'the servers receive each other’s messages again')
    this.#saidLost = false
    this.#isUp = true
    this.#wasUp = true
    for (const resolve of this.#onFirstUp.splice(0)) resolve()
    this.options.onUp()
  }

  /** Reported once per outage, not per try. */
  #onLost(client: Client, reason: string): void {
    if (client !== this.#client) return
    this.#client = undefined
    this.#isUp = false
    this.#heardAt = 0
    this.#dropped += this.#waiting.length
    this.#waiting = []
    this.#waitingBytes = 0
    void client.end().catch(() => undefined)
    if (this.#closed) return
    if (!this.#saidLost)
      this.options.log.warn(
        { reason },
        'no notifications of Postgres: other nodes are found by its tables alone',
      )
    this.#saidLost = true
    this.options.clock.setTimer(RETRY_MS, () => void this.#connect())
  }
}
