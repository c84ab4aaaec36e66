import { StoreError } from '../port'
import type { Connection } from './connection'

/** Writes that may share one transaction: bounds how long one fsync's worth of work holds the event loop. */
const GROUP = 64

type Job = {
  readonly work: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The one writer. Work is synchronous, so the transaction is the lock: nothing of this process runs in between, and
 * no other process has the file. What is asked for in one turn of the event loop shares a transaction and its fsync,
 * each in a savepoint of its own; promises settle after the commit.
 */
export class Writer {
  readonly #connection: Connection
  #jobs: Job[] = []
  #scheduled = false
  #closed = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** `work` may run in a transaction that then fails: it has no effect but through the connection. */
  write<T>(work: (connection: Connection) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('UNAVAILABLE', 'the store is closed'))
    return new Promise<T>((resolve, reject) => {
      let settle = (): void => {}
      this.#jobs.push({
        work: () => {
          const result = work(this.#connection)
          settle = () => resolve(result)
        },
        resolve: () => settle(),
        reject,
      })
      if (!this.#scheduled) {
        this.#scheduled = true
        setImmediate(() => this.#drain())
      }
    })
  }

  /** Does what is waiting, then refuses. */
  close(): void {
    this.#closed = true
    this.#drain()
    this.#connection.close()
  }

  #drain(): void {
    this.#scheduled = false
    while (this.#jobs.length > 0) this.#commit(this.#jobs.splice(0, GROUP))
  }

  #commit(jobs: readonly Job[]): void {
    const done: Job[] = []
    try {
      // Only after a rollback that failed: the disk was away, and may be back.
      this.#connection.rollback()
      this.#connection.exec('BEGIN IMMEDIATE')
      for (const job of jobs) if (this.#attempt(job, jobs.length > 1)) done.push(job)
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#abandon(jobs, error)
      return
    }
    for (const job of done) job.resolve()
  }

  /** One job's failure is its own, unless it took the transaction with it. */
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
