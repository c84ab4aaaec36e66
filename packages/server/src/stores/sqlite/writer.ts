import { StoreError } from '../port'
import type { Connection } from './connection'

/**
 * A transaction accepts no more work after this long, so that work that can wait a turn does not hold the event loop.
 */
const GROUP_MS = 10

type Job = {
  readonly work: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The only writer. Work is synchronous, so the transaction is the lock: no other code of this process runs in between,
 * and no other process has the file. Work requested in one turn of the event loop shares a transaction and its fsync,
 * each job in a savepoint; promises settle after the commit.
 */
export class Writer {
  readonly #connection: Connection
  readonly #now: () => number
  #jobs: Job[] = []
  #scheduled = false
  #closed = false

  constructor(connection: Connection, now: () => number = () => performance.now()) {
    this.#connection = connection
    this.#now = now
  }

  /** `work` may run in a transaction that then fails: it may have effects only through the connection. */
  write<T>(work: (connection: Connection) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('UNAVAILABLE', 'the store is closed'))
    return new Promise<T>((resolve, reject) => {
      let confirm = (): void => {}
      this.#jobs.push({
        work: () => {
          const result = work(this.#connection)
          confirm = () => resolve(result)
        },
        resolve: () => confirm(),
        reject,
      })
      this.#schedule()
    })
  }

  /** Does the waiting work, then refuses more. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    while (this.#jobs.length > 0) this.#commitGroup()
    this.#connection.close()
  }

  #schedule(): void {
    if (this.#scheduled || this.#jobs.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#commitGroup()
      this.#schedule()
    })
  }

  #commitGroup(): void {
    if (this.#jobs.length === 0) return
    const shared = this.#jobs.length > 1
    try {
      // Only after a failed rollback: the disk was unavailable, and may be back.
      this.#connection.rollback()
      this.#connection.exec('BEGIN IMMEDIATE')
    } catch (error) {
      this.#abandon(this.#jobs.splice(0), error)
      return
    }
    const taken: Job[] = []
    const done: Job[] = []
    try {
      const end = this.#now() + GROUP_MS
      do {
        const job = this.#jobs.shift()
        if (!job) break
        taken.push(job)
        if (this.#attempt(job, shared)) done.push(job)
      } while (this.#now() < end)
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#abandon(taken, error)
      return
    }
    for (const job of done) job.resolve()
  }

  /** A failed job affects no other, unless it ended the transaction. */
  #attempt(job: Job, shared: boolean): boolean {
    const connection = this.#connection
    try {
      if (shared) connection.exec('SAVEPOINT job')
      job.work()
      if (shared) connection.exec('RELEASE job')
      return true
    } catch (error) {
      if (!shared || !connection.inTransaction) throw error
      connection.exec('ROLLBACK TO job')
      connection.exec('RELEASE job')
      job.reject(error)
      return false
    }
  }

  #abandon(jobs: readonly Job[], error: unknown): void {
    let reason = error
    try {
      this.#connection.rollback()
    } catch (failed) {
      const cause = new AggregateError([error, failed], 'the transaction failed, and so did its rollback')
      reason = new StoreError('UNAVAILABLE', cause.message, { cause })
    }
    for (const job of jobs) job.reject(reason)
  }
}
