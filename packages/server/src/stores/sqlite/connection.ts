import Database from 'libsql'
import type { Row } from '../sql/column'
import { toStoreError } from './sqlite-error'

/** Values that may be bound. Not booleans: libsql aborts the whole process on one. */
export type Value = string | number | null

/**
 * Another program may read the file (a backup, a shell). Waiting for it blocks the event loop, so the wait is short;
 * the client retries later.
 */
const BUSY_TIMEOUT_MS = 500
/** The write-ahead log is truncated to this after a burst, so that it does not keep its largest size for ever. */
const WAL_BYTES = 64 * 1024 * 1024
const CACHE_KIB = 16 * 1024

type Statement = {
  run(values: Value[]): unknown
  get(values: Value[]): unknown
  all(values: Value[]): unknown[]
}

/** One connection: it prepares each statement once, types rows as unknown, and makes every failure a StoreError. */
export class Connection {
  readonly #db: Database.Database
  readonly #statements = new Map<string, Statement>()

  constructor(path: string) {
    this.#db = guarded(() => new Database(path, { timeout: BUSY_TIMEOUT_MS }))
    try {
      // Readers and the writer never wait for each other; a commit is one fsync, and is on the disk after it (P1).
      const mode = this.get('PRAGMA journal_mode = WAL')?.journal_mode
      if (mode !== 'wal') throw new Error(`${path}: this file system does not allow SQLite's write-ahead log`)
      this.exec('PRAGMA synchronous = FULL')
      this.exec('PRAGMA foreign_keys = ON')
      this.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}`)
      this.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction
  }

  exec(sql: string): void {
    guarded(() => this.#db.exec(sql))
  }

  run(sql: string, ...values: Value[]): void {
    guarded(() => this.#statement(sql).run(values))
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return guarded(() => this.#statement(sql).get(values)) as Row | undefined
  }

  all(sql: string, ...values: Value[]): readonly Row[] {
    return guarded(() => this.#statement(sql).all(values)) as Row[]
  }

  /** A failed statement may already have ended the transaction: a full disk does that. */
  rollback(): void {
    if (this.inTransaction) this.exec('ROLLBACK')
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  /** The SQL texts are a handful of constants, so the cache has no bound. */
  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare<Value[][]>(sql) as Statement
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error)
  }
}
