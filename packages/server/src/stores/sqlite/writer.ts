import { StoreError } from '../port'
import type { Connection } from './connection'

/** A transaction takes in no more work after this long, so that the event loop is not held for what can wait a turn. */
const GROUP_MS = 10

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

  /** Does what is waiting, then refuses. */
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
      // Only after a rollback that failed: the disk was away, and may be back.
      this.#connection.rollback()
      this.#connection.exec('BEGIN IMMEDIATE')
    } catch (error) {
      this.#abandon(this.#jobs.splice(0), error)
      return
    }
    const taken: Job[] = []
    const done: Job[] = []
    try {
      const end = performance.now() + GROUP_MS
      do {
        const job = this.#jobs.shift()
        if (!job) break
        taken.push(job)
        if (this.#attempt(job, shared)) done.push(job)
      } while (performance.now() < end)
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#abandon(taken, error)
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
