import { StoreError } from '../port'
import { Connection } from './connection'

/**
 * A read transaction stays open across awaits, so each takes one connection. SQLite answers on this thread: more
 * connections would not be faster, they only let slow callers overlap.
 */
const CONNECTIONS = 4
/** Reads that wait for one: some seconds of them. Beyond it they are refused, and clients retry later. */
const WAITING_MAX = 5_000

/** Connections for snapshots, opened when first needed; if all are in use, reads wait in line. */
export class ReaderPool {
  readonly #path: string
  readonly #waitingMax: number
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  readonly #waiting: { resolve(connection: Connection): void; reject(error: unknown): void }[] = []
  #closed = false

  constructor(path: string, { waiting = WAITING_MAX }: { waiting?: number } = {}) {
    this.#path = path
    this.#waitingMax = waiting
  }

  async snapshot<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    try {
      connection.exec('BEGIN')
      return await work(connection)
    } finally {
      this.#giveBack(connection)
    }
  }

  close(): void {
    this.#closed = true
    for (const waiter of this.#waiting.splice(0)) waiter.reject(closedError())
    for (const connection of this.#idle.splice(0)) this.#discard(connection)
  }

  async #take(): Promise<Connection> {
    if (this.#closed) throw closedError()
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#all.size >= CONNECTIONS) {
      if (this.#waiting.length >= this.#waitingMax) throw overloaded()
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    }
    const connection = new Connection(this.#path)
    this.#all.add(connection)
    return connection
  }

  #giveBack(connection: Connection): void {
    if (this.#closed || !ended(connection)) this.#discard(connection)
    else this.#idle.push(connection)
    const next = this.#waiting.shift()
    if (next) this.#take().then(next.resolve, next.reject)
  }

  #discard(connection: Connection): void {
    this.#all.delete(connection)
    connection.close()
  }
}

const overloaded = (): StoreError => new StoreError('OVERLOADED', 'too many reads wait')
const closedError = (): StoreError => new StoreError('UNAVAILABLE', 'the store is closed')

/** A connection that cannot end its transaction is discarded; the answer already read is still valid. */
function ended(connection: Connection): boolean {
  try {
    connection.rollback()
    return true
  } catch {
    return false
  }
}
