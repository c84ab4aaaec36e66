import { type BotRecord, type BotStore, LeaseLostError } from './port'

/** The part of a SQLite library that is used: `better-sqlite3`, `libsql` and `node:sqlite` have it. */
export type SqliteDatabase = {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: (string | number)[]): unknown
    get(...values: (string | number)[]): unknown
    all(...values: (string | number)[]): unknown[]
  }
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS roomful_bot_records (
    bot TEXT NOT NULL, tab TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, written INTEGER NOT NULL,
    PRIMARY KEY (bot, tab, key)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS roomful_bot_written ON roomful_bot_records (bot, tab, written);
  CREATE TABLE IF NOT EXISTS roomful_bot_leases (
    bot TEXT PRIMARY KEY, number INTEGER NOT NULL, holder TEXT NOT NULL, until INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/**
 * In a SQLite database of the app, opened by the library that it uses. Processes on one machine that share the file have
 * one leader. `bot` parts several bots in one file. `close` leaves the database open.
 *
 * @example
 * import { createBot, sqliteBotStore } from '@roomful/bot'
 * import Database from 'libsql'
 * createBot({ url, auth: token, store: sqliteBotStore(new Database('./bot.db')) })
 */
export function sqliteBotStore(
  database: SqliteDatabase,
  { bot = 'bot', now = Date.now }: { bot?: string; now?: () => number } = {},
): BotStore {
  database.exec(TABLES)

  /** A second process waits for its turn in the library, by `busy_timeout`. */
  function transaction<T>(run: () => T): T {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = run()
      database.exec('COMMIT')
      return result
    } catch (error) {
      try {
        database.exec('ROLLBACK')
      } catch {
        // A full disk has rolled back by itself: what it says is in `error`.
      }
      throw error
    }
  }

  const leaseOf = () => numbersOf(database.prepare('SELECT * FROM roomful_bot_leases WHERE bot = ?').get(bot))
  const check = (lease: number): void => {
    if (leaseOf()?.number !== lease) throw new LeaseLostError()
  }
  const put = database.prepare(
    `INSERT INTO roomful_bot_records (bot, tab, key, value, written)
     VALUES (?, ?, ?, ?, (SELECT coalesce(max(written), 0) + 1 FROM roomful_bot_records WHERE bot = ? AND tab = ?))
     ON CONFLICT (bot, tab, key) DO UPDATE SET value = excluded.value, written = excluded.written`,
  )
  const remove = database.prepare('DELETE FROM roomful_bot_records WHERE bot = ? AND tab = ? AND key = ?')

  return {
    async acquire(holder, ttlMs) {
      return transaction(() => {
        const held = leaseOf()
        if (held && held.holder !== holder && held.until > now()) return undefined
        const number = held === undefined ? 1 : held.holder === holder ? held.number : held.number + 1
        database
          .prepare(
            'INSERT OR REPLACE INTO roomful_bot_leases (bot, number, holder, until) VALUES (?, ?, ?, ?)',
          )
          .run(bot, number, holder, now() + ttlMs)
        return number
      })
    },
    async release(holder) {
      database
        .prepare('UPDATE roomful_bot_leases SET until = 0 WHERE bot = ? AND holder = ?')
        .run(bot, holder)
    },
    async get(table, key) {
      const row = database
        .prepare('SELECT key, value FROM roomful_bot_records WHERE bot = ? AND tab = ? AND key = ?')
        .get(bot, table, key)
      return recordsOf([row])[0]?.value
    },
    async list(table, { after = '', limit }) {
      const rows = database
        .prepare(
          'SELECT key, value FROM roomful_bot_records WHERE bot = ? AND tab = ? AND key > ? ORDER BY key LIMIT ?',
        )
        .all(bot, table, after, limit)
      return recordsOf(rows)
    },
    async write(writes, lease) {
      transaction(() => {
        check(lease)
        for (const { table, key, value } of writes)
          if (value === undefined) remove.run(bot, table, key)
          else put.run(bot, table, key, JSON.stringify(value), bot, table)
      })
    },
    async trim(table, keep, lease) {
      transaction(() => {
        check(lease)
        database
          .prepare(
            `DELETE FROM roomful_bot_records WHERE bot = ? AND tab = ? AND written <= coalesce(
               (SELECT written FROM roomful_bot_records WHERE bot = ? AND tab = ? ORDER BY written DESC LIMIT 1 OFFSET ?), -1)`,
          )
          .run(bot, table, bot, table, keep)
      })
    },
    close: async () => {},
  }
}

function numbersOf(row: unknown): { number: number; holder: string; until: number } | undefined {
  if (typeof row !== 'object' || row === null || !('number' in row && 'holder' in row && 'until' in row))
    return undefined
  return { number: Number(row.number), holder: String(row.holder), until: Number(row.until) }
}

function recordsOf(rows: readonly unknown[]): BotRecord[] {
  return rows.flatMap((row) =>
    typeof row === 'object' && row !== null && 'key' in row && 'value' in row
      ? [{ key: String(row.key), value: JSON.parse(String(row.value)) as unknown }]
      : [],
  )
}
