import { Pool, type PoolClient, types } from 'pg'
import { StoreError } from '../port'
import { accessOf, localSettings, type Pooling, STATEMENT_TIMEOUT_MS, startOptions } from './access'
import { type DatabaseClient, DirectClient, PooledClient } from './database-client'
import { toStoreError } from './postgres-error'

/** Without an answer after this, the connection is half-open, and is discarded. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 3_000
const CONNECT_TIMEOUT_MS = 5_000
/** Work that waits for a connection. Beyond it, work is refused, and clients retry later. */
const WAITING_MAX = 5_000

type PoolOptions = {
  readonly max: number
  /** For work that may take long, such as a migration: no timeouts. */
  readonly noTimeouts?: boolean
  readonly pooling?: Pooling
}

/** Lends connections. A broken one is never lent again, and its error never reaches the process. */
export class ClientPool {
  readonly #pool: Pool

  readonly #clientOf: (connection: PoolClient) => DatabaseClient

  constructor(url: string, { max, noTimeouts = false, pooling = 'none' }: PoolOptions) {
    const { connectionString, settings } = accessOf(url, { noTimeouts })
    const local = localSettings(settings)
    this.#clientOf = (connection) =>
      pooling === 'none' ? new DirectClient(connection) : new PooledClient(connection, local)
    this.#pool = new Pool({
      connectionString,
      ...(pooling === 'none' ? { options: startOptions(settings) } : {}),
      max,
      pipeline: true,
      keepAlive: true,
      application_name: 'roomful',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(noTimeouts ? {} : { query_timeout: QUERY_TIMEOUT_MS }),
      types: { getTypeParser },
    })
    // An 'error' without a listener ends the process. Here it is harmless: the pool has already dropped a broken idle
    // connection, and the queries of a lent one are rejected with the same error.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (connection) => connection.on('error', () => {}))
  }

  /** After a database failure the connection is discarded, and an open transaction ends with it. */
  async lend<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    const connection = await this.#connect()
    const client = this.#clientOf(connection)
    try {
      const result = await work(client)
      connection.release()
      return result
    } catch (error) {
      connection.release(error instanceof StoreError || !(await rolledBack(client)))
      throw error
    }
  }

  /** Resolves when all lent connections are back. */
  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #connect(): Promise<PoolClient> {
    if (this.#pool.waitingCount >= WAITING_MAX) throw new StoreError('OVERLOADED', 'too many queries wait')
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw toStoreError(error)
    }
  }
}

/** After an error of the caller the connection can be reused. */
async function rolledBack(client: DatabaseClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

const PARSERS = new Map<number, (value: string) => unknown>([
  // Counters stay far below 2^53; column.ts refuses larger ones.
  [types.builtins.INT8, Number],
  [types.builtins.TIMESTAMPTZ, isoTime],
  // rows.ts parses it, for both databases.
  [types.builtins.JSON, (value) => value],
])

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return PARSERS.get(oid) ?? types.getTypeParser(oid, format)
}

/** `2026-01-02 03:04:05.6+00` as the wire writes it: `2026-01-02T03:04:05.600Z`. */
function isoTime(value: string): string {
  const [seconds = '', fraction = ''] = value.replace('+00', '').split('.')
  return `${seconds.replace(' ', 'T')}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
}
