import { openDB } from 'idb'
import type { Clock } from '../../../platform/clock'
import { LocalStoreError } from '../../port'
import { withTimeout } from '../../with-timeout'
import { failureOf, isDeadHandle } from './failure'
import { type Database, type DatabaseShape, type Schema, upgrade } from './schema'

/** Longer than any healthy open, short enough for a first screen; WebKit sometimes never answers. */
export const OPEN_GUARD_MS = 4_000

/**
 * A connection to one database that survives the loss of its handle.
 *
 *   none ──use──▶ opening ──▶ open ──another tab upgrades; terminated; dead──▶ none
 *                                ╲──another tab deletes──▶ deleted (the last one)
 *   any ──close──▶ closed (the last one)
 *
 * `spaceDeletedError`: the user signed out in another tab, or cleared the site's data. It is not created again until
 * the app restarts.
 */
export class Handle {
  #database: Promise<Database> | null = null
  #state: 'none' | 'opened' | 'deleted' | 'closed' = 'none'

  constructor(
    readonly name: string,
    private readonly shape: DatabaseShape,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` on a live handle; if that proves dead, once more on a new one, and after that the call fails as `lost`.
   */
  async use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open())
    } catch (error) {
      if (!isDeadHandle(error)) throw failureOf(error)
      this.#drop()
    }
    try {
      return await work(await this.#open())
    } catch (error) {
      if (isDeadHandle(error)) this.#drop()
      throw failureOf(error)
    }
  }

  close(): void {
    this.#state = 'closed'
    this.#drop()
  }

  #open(): Promise<Database> {
    if (this.#state === 'closed')
      return Promise.reject(new LocalStoreError('unavailable', 'no space is open'))
    if (this.#state === 'deleted') return Promise.reject(spaceDeletedError())
    const database = this.#database ?? this.#connect()
    this.#database = database
    return database
  }

  #connect(): Promise<Database> {
    /** Why an upgrade failed; the open request only reports that it was aborted. */
    let broken: unknown
    const connecting = new Promise<Database>((resolve, reject) => {
      openDB<Schema>(this.name, this.shape.length, {
        upgrade: (database, from, _to, transaction) => {
          // The open request's error reports a failed upgrade; `done` would reject a second time, unhandled.
          transaction.done.catch(() => undefined)
          if (from > 0 || this.#state !== 'opened') {
            try {
              upgrade(this.shape, database, transaction, from)
            } catch (error) {
              broken = error
            }
            return
          }
          // The database existed before and is gone.
          this.#state = 'deleted'
          transaction.abort()
        },
        // The other tab's handle closes at once if its code is ours; an older one may hold on for ever.
        blocked: () =>
          reject(new LocalStoreError('blocked', 'an old tab of the app keeps the local copy from opening')),
        blocking: (_current, next) => {
          if (next === null && this.#state !== 'closed') this.#state = 'deleted'
          this.#drop()
        },
        terminated: () => {
          if (this.#database === opening) this.#database = null
        },
      }).then(
        (database) => {
          // Given up in the meantime (blocked, too late, closed): it must not block other upgrades.
          if (this.#database !== opening) database.close()
          else if (this.#state === 'none') this.#state = 'opened'
          resolve(database)
        },
        (error: unknown) => reject(this.#state === 'deleted' ? spaceDeletedError() : (broken ?? error)),
      )
    })
    const late = `IndexedDB did not open within ${OPEN_GUARD_MS / 1000} s`
    const opening = withTimeout(this.clock, OPEN_GUARD_MS, connecting, late)
    opening.catch(() => {
      if (this.#database === opening) this.#database = null
    })
    return opening
  }

  #drop(): void {
    const database = this.#database
    this.#database = null
    // A handle that was never opened has rejected the calls that waited for it.
    database?.then(
      (opened) => opened.close(),
      () => undefined,
    )
  }
}

const spaceDeletedError = () =>
  new LocalStoreError('deleted', 'the local copy was deleted by another tab or the browser')
