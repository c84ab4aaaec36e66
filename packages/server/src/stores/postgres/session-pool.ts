import { Pool, type PoolClient, types } from 'pg'
import { StoreError } from '../port'
import { toStoreError } from './postgres-error'
import { ClientSession, type Session } from './session'

/** What the server gives up on: a statement that waits for a lock, or runs, longer than this. */
const STATEMENT_TIMEOUT_MS = 5_000
/** A node that vanished in the middle of a transaction must not keep its room's lock. */
const IDLE_IN_TRANSACTION_MS = 10_000
/** No answer at all after this: the line is half-open, and the connection is thrown away. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 3_000
const CONNECT_TIMEOUT_MS = 5_000
/** Work that waits for a connection. Beyond it it is refused, and comes again later. */
const WAITING_MAX = 5_000

/**
 * Every query here is a few look-ups by key, and which index answers it must not depend on what the planner has seen
 * of the tables: statistics are missing at first, plans are cached, and it takes columns for independent that are not
 * (who writes in which room). So queries are written for one index each (queries.ts), and what else it could do is
 * turned off, and each is planned once a connection. jit would take longer than any of these queries runs.
 */
const SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  synchronous_commit: 'on',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
}

/** Lends connections. A broken one is never lent again, and its error never reaches the process. */
export class SessionPool {
  readonly #pool: Pool

  /** `patient`: for work that may take long, such as a migration; nothing is given up. */
  constructor(url: string, { max, patient = false }: { max: number; patient?: boolean }) {
    const { connectionString, options } = withSettings(url)
    this.#pool = new Pool({
      connectionString,
      options,
      max,
      pipeline: true,
      keepAlive: true,
      application_name: 'roomful',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(patient ? {} : { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS }),
      types: { getTypeParser },
    })
    // An 'error' without a listener ends the process. Here it is only news: an idle connection that broke is out of
    // the pool already, and the queries of one that is lent are rejected with the same error.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** After a failure of the database the connection is thrown away, and an open transaction ends with it. */
  async lend<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    const session = new ClientSession(client)
    try {
      const result = await work(session)
      client.release()
      return result
    } catch (error) {
      client.release(error instanceof StoreError || !(await rolledBack(session)))
      throw error
    }
  }

  /** Resolves when what was lent has come back. */
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

/** The URL may carry options of its own, a search_path for example; pg would take them in place of ours. */
function withSettings(url: string): { connectionString: string; options: string } {
  const parsed = new URL(url)
  const own = parsed.searchParams.get('options')
  parsed.searchParams.delete('options')
  const settings = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`)
  return { connectionString: parsed.href, options: [...settings, ...(own ? [own] : [])].join(' ') }
}

/** After an error of the caller's own the connection is as good as before. */
async function rolledBack(session: Session): Promise<boolean> {
  try {
    await session.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

const PARSERS = new Map<number, (value: string) => unknown>([
  // Counters stay far below 2^53; column.ts refuses what does not.
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
