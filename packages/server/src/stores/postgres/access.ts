/** How a connection is made: directly, or lent by a pooler per session or per transaction. */
export type Pooling = 'none' | 'session' | 'transaction'

/** The server gives up a statement that runs, or waits for a lock, longer than this. */
export const STATEMENT_TIMEOUT_MS = 5_000
/** A node that died within a transaction must not keep its room's lock. */
const IDLE_IN_TRANSACTION_MS = 10_000

/**
 * Every query here is a few look-ups by key, and its index must not depend on the planner's statistics: they are
 * missing at first, plans are cached, and the planner takes dependent columns (who writes in which room) for
 * independent. So each query is written for one index (queries.ts), the alternatives are turned off, and each is
 * planned once per connection. jit would take longer than any of these queries.
 */
const SETTINGS: Readonly<Record<string, string>> = {
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
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
}

/** Not a setting of Postgres. A connection that has it has all others that it was started with. */
export const MARK = 'roomful.direct'

export type Access = {
  readonly connectionString: string
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Reads a database's URL. It may carry extra settings (`?options=-c lock_timeout=1000`), which pg would use in place of
 * ours, and the schema of the tables (`?schema=roomful`). `noTimeouts`: for work that may take long.
 */
export function accessOf(url: string, { noTimeouts = false }: { noTimeouts?: boolean } = {}): Access {
  const parsed = new URL(url)
  const own = parsed.searchParams.get('options') ?? ''
  const schema = parsed.searchParams.get('schema')
  parsed.searchParams.delete('options')
  parsed.searchParams.delete('schema')
  return {
    connectionString: parsed.href,
    settings: {
      ...SETTINGS,
      ...(noTimeouts ? {} : { statement_timeout: String(STATEMENT_TIMEOUT_MS) }),
      ...ownSettings(own),
      ...(schema ? { search_path: schema } : {}),
    },
  }
}

/** As `psql` takes them: `-c name=value`, `--name=value`, a backslash before a space that belongs to the value. */
function ownSettings(options: string): Record<string, string> {
  const found = options.matchAll(/(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)/g)
  return Object.fromEntries(
    [...found].map(([, name = '', value = '']) => [name.replaceAll('-', '_'), value.replace(/\\(.)/g, '$1')]),
  )
}

/** For the start of a direct connection. */
export const startOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/([\s\\])/g, '\\$1')}`)
    .join(' ')

/**
 * For the start of each transaction: a pooler accepts no such options, and lends another connection to the next one.
 */
export function localSettings(settings: Readonly<Record<string, string>>): {
  text: string
  values: string[]
} {
  const pairs = Object.entries(settings)
  const calls = pairs.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, true)`)
  return { text: `SELECT ${calls.join(', ')}`, values: pairs.flat() }
}
