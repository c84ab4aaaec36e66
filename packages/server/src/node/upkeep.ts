import { boundOutbox } from '../events/outbox-upkeep'
import type { FileStore } from '../files/file-store'
import { sweepFiles } from '../files/file-sweep'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Store } from '../stores/port'
import { purgeDeletedRooms } from './purges'
import { applyRetention, type Retention } from './retention'

/** A start has more urgent work. */
const FIRST_MS = 60_000
const EVERY_MS = 3_600_000
/** A device may be away for this long and still repeat an edit, a delete or a reaction without doing it twice. */
export const OPS_KEPT_MS = 30 * 24 * 3_600_000

export type UpkeepParts = {
  readonly store: Pick<
    Store,
    'read' | 'purge' | 'purgeDeleted' | 'forgetOps' | 'forgetInvitations' | 'outbox'
  >
  readonly clock: Clock
  readonly log: Log
  readonly retention?: Retention
  readonly files?: FileStore
  /** Removes what is left of uploads that were cut off. */
  readonly sweepUploads?: (now: number, isStopped: () => boolean) => Promise<void>
}

/**
 * Once an hour: purges old messages and the remains of deleted rooms, drops old op ids, expired invitations and events
 * of endpoints that are no more, then removes files that no message shows any more.
 */
export class Upkeep {
  #cancel: () => void
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(private readonly parts: UpkeepParts) {
    this.#cancel = parts.clock.setTimer(FIRST_MS, () => this.#turn())
  }

  /** Resolves when the running work has ended; that is soon. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#running
  }

  #turn(): void {
    this.#running = this.#run().then(() => {
      if (!this.#stopped) this.#cancel = this.parts.clock.setTimer(EVERY_MS, () => this.#turn())
    })
  }

  async #run(): Promise<void> {
    const { store, clock, log, retention, files, sweepUploads } = this.parts
    const isStopped = (): boolean => this.#stopped
    try {
      if (retention) await applyRetention({ store, clock, log }, retention, isStopped)
      while (!isStopped() && (await store.forgetOps(clock.now() - OPS_KEPT_MS)) > 0) {}
      await purgeDeletedRooms({ store, log, ...(files ? { files } : {}) }, isStopped)
      while (!isStopped() && (await store.forgetInvitations(clock.now())) > 0) {}
      await boundOutbox({ outbox: store.outbox, log }, clock.now(), isStopped)
      if (files) await sweepFiles({ files, store, log }, clock.now(), isStopped)
      await sweepUploads?.(clock.now(), isStopped)
    } catch (error) {
      log.error({ err: error }, 'the upkeep of this hour was cut short')
    }
  }
}
