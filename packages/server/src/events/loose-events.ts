import type { Happening } from '../core/chat-event'
import type { OutboxEvent } from '../core/ops'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Outbox } from '../stores/outbox'
import type { EventLog } from './event-log'

/** Thousands of users come back after a restart: their events are written together. */
const GATHER_MS = 100
const RETRY_MS = 1_000
const BATCH = 500
/** While the database is away; later ones are dropped. */
const WAITING_MAX = 10_000

/** Writes the events that come from no write, such as `user.connected`. A server that is killed loses the last ones. */
export class LooseEvents {
  #waiting: OutboxEvent[] = []
  #dropped = 0
  #cancel: (() => void) | undefined
  #writing: Promise<void> | undefined

  constructor(
    private readonly parts: {
      readonly events: EventLog
      readonly outbox: Pick<Outbox, 'add'>
      readonly clock: Clock
      readonly log: Log
    },
  ) {}

  note(happening: Happening): void {
    const { events, log } = this.parts
    const { rows, ...made } = events.prepare([happening])
    events.publish({ ...made, rows: [] })
    if (rows.length === 0) return
    if (this.#waiting.length + rows.length > WAITING_MAX) {
      if (this.#dropped++ % WAITING_MAX === 0)
        log.error({ dropped: this.#dropped }, 'events of users are dropped: too many wait for the database')
      return
    }
    this.#waiting.push(...rows)
    this.#later(GATHER_MS)
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    this.#cancel?.()
    await this.#writing
    await this.#write()
    this.#cancel?.()
  }

  #later(ms: number): void {
    if (this.#writing) return
    this.#cancel ??= this.parts.clock.setTimer(ms, () => {
      this.#cancel = undefined
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined
        if (this.#waiting.length > 0) this.#later(RETRY_MS)
      })
    })
  }

  async #write(): Promise<void> {
    const { outbox, events, log } = this.parts
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH)
      try {
        await outbox.add(batch)
      } catch (error) {
        log.warn({ err: error, waiting: this.#waiting.length }, 'events of users could not be written yet')
        return
      }
      this.#waiting = this.#waiting.slice(batch.length)
      events.publish({ events: [], rows: batch })
    }
  }
}
