import { type BotStore, LeaseLostError } from './port'

/** The part of a Postgres library that is used: a `Pool` or a connected `Client` of `pg` has it. */
export type PostgresDatabase = {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS roomful_bot_records (
    bot text NOT NULL, tab text NOT NULL, key text COLLATE "C" NOT NULL, value text NOT NULL,
    written bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (bot, tab, key)
  );
  CREATE INDEX IF NOT EXISTS roomful_bot_written ON roomful_bot_records (bot, tab, written);
  CREATE TABLE IF NOT EXISTS roomful_bot_leases (
    bot text PRIMARY KEY, number bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL
  );
`
/** Two processes that start at once must not make the tables at the same moment: Postgres refuses one of them. */
const MAKE = `SELECT pg_advisory_xact_lock(7163245); ${TABLES}`

/**
 * In a Postgres database of the app, opened by `pg`: processes on any machines have one leader, by the clock of the
 * database. `bot` parts several bots in one database. `close` leaves the pool open.
 *
 * @example
 * import { createBot, postgresBotStore } from '@roomful/bot'
 * import pg from 'pg'
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * createBot({ url, auth: token, store: postgresBotStore(pool) })
 */
export function postgresBotStore(
  database: PostgresDatabase,
  { bot = 'bot' }: { bot?: string } = {},
): BotStore {
  let made: Promise<unknown> | undefined

  async function query(sql: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    made ??= database.query(MAKE)
    try {
      await made
    } catch (error) {
      made = undefined
      throw error
    }
    return (await database.query(sql, values)).rows
  }

  /** One statement, so that the lease is held until what it changes is committed. */
  async function asHolder(sql: string, lease: number, values: unknown[]): Promise<void> {
    const held = 'WITH held AS (SELECT 1 FROM roomful_bot_leases WHERE bot = $1 AND number = $2 FOR SHARE)'
    const rows = await query(`${held}, ${sql} SELECT count(*)::int AS held FROM held`, [
      bot,
      lease,
      ...values,
    ])
    if (rows[0]?.held !== 1) throw new LeaseLostError()
  }

  return {
    async acquire(holder, ttlMs) {
      const rows = await query(
        `INSERT INTO roomful_bot_leases AS l (bot, number, holder, until)
         VALUES ($1, 1, $2, now() + $3 * interval '1 millisecond')
         ON CONFLICT (bot) DO UPDATE SET
           number = CASE WHEN l.holder = excluded.holder THEN l.number ELSE l.number + 1 END,
           holder = excluded.holder, until = excluded.until
         WHERE l.holder = excluded.holder OR l.until <= now()
         RETURNING number::int AS number`,
        [bot, holder, ttlMs],
      )
      return typeof rows[0]?.number === 'number' ? rows[0].number : undefined
    },
    async release(holder) {
      await query('UPDATE roomful_bot_leases SET until = now() WHERE bot = $1 AND holder = $2', [bot, holder])
    },
    async get(table, key) {
      const rows = await query(
        'SELECT value FROM roomful_bot_records WHERE bot = $1 AND tab = $2 AND key = $3',
        [bot, table, key],
      )
      return parsed(rows[0]?.value)
    },
    async list(table, { after = '', limit }) {
      const rows = await query(
        'SELECT key, value FROM roomful_bot_records WHERE bot = $1 AND tab = $2 AND key > $3 ORDER BY key LIMIT $4',
        [bot, table, after, limit],
      )
      return rows.map(({ key, value }) => ({ key: String(key), value: parsed(value) }))
    },
    async write(writes, lease) {
      const input = JSON.stringify(
        // As a text of its own: jsonb takes no NUL.
        writes.map(({ table, key, value }) => ({ tab: table, key, value: JSON.stringify(value) })),
      )
      await asHolder(
        `input AS (
           SELECT * FROM jsonb_to_recordset($3::jsonb) AS x(tab text, key text, value text)
           WHERE EXISTS (SELECT 1 FROM held)
         ), removed AS (
           DELETE FROM roomful_bot_records AS r USING input AS i
           WHERE r.bot = $1 AND r.tab = i.tab AND r.key = i.key AND i.value IS NULL
         ), put AS (
           INSERT INTO roomful_bot_records (bot, tab, key, value)
           SELECT $1, tab, key, value FROM input WHERE value IS NOT NULL
           ON CONFLICT (bot, tab, key) DO UPDATE SET value = excluded.value, written = DEFAULT
         )`,
        lease,
        [input],
      )
    },
    async trim(table, keep, lease) {
      await asHolder(
        `removed AS (
           DELETE FROM roomful_bot_records WHERE bot = $1 AND tab = $3 AND EXISTS (SELECT 1 FROM held) AND written <=
             (SELECT written FROM roomful_bot_records WHERE bot = $1 AND tab = $3 ORDER BY written DESC LIMIT 1 OFFSET $4)
         )`,
        lease,
        [table, keep],
      )
    },
    close: async () => {},
  }
}

const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : undefined)
