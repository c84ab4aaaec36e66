/** How a connection comes about: directly, or lent by a pooler to a session, or from transaction to transaction. */
export type Pooling = 'none' | 'session' | 'transaction'

/** What the server gives up on: a statement that waits for a lock, or runs, longer than this. */
export const STATEMENT_TIMEOUT_MS = 5_000
/** A node that vanished in the middle of a transaction must not keep its room's lock. */
const IDLE_IN_TRANSACTION_MS = 10_000

/**
 * Every query here is a few look-ups by key, and which index answers it must not depend on what the planner has seen
 * of the tables: statistics are missing at first, plans are cached, and it takes columns for independent that are not
 * (who writes in which room). So queries are written for one index each (queries.ts), and what else it could do is
 * turned off, and each is planned once a connection. jit would take longer than any of these queries runs.
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

/** No setting of Postgres. Where a connection has it, it has all others that it was begun with. */
export const MARK = 'roomful.direct'

export type Access = {
  readonly connectionString: string
  readonly settings: Readonly<Record<string, string>>
}

/**
 * What a database's URL says. It may carry settings of its own (`?options=-c lock_timeout=1000`), which pg would take in
 * place of ours, and the schema of the tables (`?schema=roomful`). `patient`: for work that may take long.
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

/** For the start of each transaction: a pooler takes no such options, and lends another connection to the next one. */
export function localSettings(settings: Readonly<Record<string, string>>): {
  text: string
  values: string[]
} {
  const pairs = Object.entries(settings)
  const calls = pairs.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, true)`)
  return { text: `SELECT ${calls.join(', ')}`, values: pairs.flat() }
}
