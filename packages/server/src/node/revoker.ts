import type { Bus } from '../cluster/bus'
import type { Hub } from '../hub/hub'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { type Store, StoreError } from '../stores/port'

/** Retry interval after a failed write; while the database cannot be written, the nodes are notified as often. */
const RETRY_MS = 1_000
/** Revocations that wait to be written. The oldest is dropped first. */
const WAITING = 10_000

export type RevokerDeps = {
  readonly store: Pick<Store, 'revokeSession'>
  readonly bus: Pick<Bus, 'publish'>
  readonly hub: Pick<Hub, 'holdRevoked' | 'releaseRevoked'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Ends sessions. Their connections close before anything is written, so a full disk keeps none open: a revocation that
 * could not be written is enforced from memory, here and on the other nodes, and written as soon as possible.
 *
 *   revoke ── held here, sent to all nodes ── written ──▶ released: the store refuses it
 *                      ▲                        └─ failed ─▶ rejects; tried again in a second ─┐
 *                      └───────────────────────────────────────────────────────────────────────┘
 */
export class Revoker {
  readonly #waiting = new Map<string, number>()
  #cancel: (() => void) | undefined
  #isRunning = false
  #stopped = false

  constructor(private readonly deps: RevokerDeps) {}

  /** Rejects with StoreError if it could not be written yet: the session has ended all the same. */
  async revoke(sid: string, untilMs: number): Promise<void> {
    this.#end(sid)
    try {
      await this.#write(sid, untilMs)
    } catch (error) {
      if (error instanceof StoreError) this.#keep(sid, untilMs, error)
      else this.deps.hub.releaseRevoked(sid)
      throw error
    }
  }

  /** Waiting revocations are lost with the process. */
  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #end(sid: string): void {
    this.deps.hub.holdRevoked(sid)
    this.deps.bus.publish({ type: 'revoked', sid })
  }

  async #write(sid: string, untilMs: number): Promise<void> {
    await this.deps.store.revokeSession(sid, untilMs)
    this.#waiting.delete(sid)
    this.deps.hub.releaseRevoked(sid)
  }

  #keep(sid: string, untilMs: number, error: StoreError): void {
    if (this.#waiting.size === 0)
      this.deps.log.warn(
        { err: error },
        'a revocation could not be written: it is kept in memory until it can be',
      )
    this.#waiting.set(sid, untilMs)
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size > WAITING && oldest !== undefined) this.#forget(oldest)
    this.#arm()
  }

  #forget(sid: string): void {
    this.#waiting.delete(sid)
    this.deps.hub.releaseRevoked(sid)
  }

  #arm(): void {
    if (this.#stopped || this.#isRunning) return
    this.#cancel ??= this.deps.clock.setTimer(RETRY_MS, () => {
      this.#cancel = undefined
      void this.#retry()
    })
  }

  /** The first failure ends the round: the others would fail too. */
  async #retry(): Promise<void> {
    this.#isRunning = true
    const now = this.deps.clock.now()
    for (const [sid, untilMs] of this.#waiting) {
      if (untilMs <= now) this.#forget(sid)
      else this.#end(sid)
    }
    try {
      for (const [sid, untilMs] of this.#waiting) {
        if (this.#stopped) return
        await this.#write(sid, untilMs)
      }
      this.deps.log.info({}, 'all revocations are written')
    } catch (error) {
      this.deps.log.debug({ err: error }, 'a revocation still cannot be written')
    } finally {
      this.#isRunning = false
      if (this.#waiting.size > 0) this.#arm()
    }
  }
}
