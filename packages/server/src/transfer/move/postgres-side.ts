import { setTimeout } from 'node:timers/promises'
import { ClientPool } from '../../stores/postgres/client-pool'
import type { DatabaseClient } from '../../stores/postgres/database-client'
import { migrate } from '../../stores/postgres/migrate'
import { poolingOf } from '../../stores/postgres/pooling'
import { integer, type Row, text } from '../../stores/sql/column'
import { type Column, DatabaseHeldError, type MovedValue, type Side, storedValue } from './side'
import { MOVED_TABLES, type MovedTable } from './tables'

/**
 * Holds the database in one connection. As the source it is one snapshot, and its tables take no write until the move
 * ends. Throws DatabaseHeldError while servers are connected.
 */
export async function withPostgresSide<T>(
  url: string,
  role: 'source' | 'target',
  work: (side: Side) => Promise<T>,
): Promise<T> {
  const pool = new ClientPool(url, { max: 1, noTimeouts: true, pooling: await poolingOf(url) })
  try {
    return await pool.lend(async (client) => {
      await refuseServers(client)
      await migrate(client)
      if (role === 'target') return work(postgresSide(client))
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      // Before the first read, which takes the snapshot.
      await client.query(`LOCK TABLE ${MOVED_TABLES.map(({ name }) => name).join(', ')} IN SHARE MODE`)
      const result = await work(postgresSide(client))
      await client.query('COMMIT')
      return result
    })
  } finally {
    await pool.close()
  }
}

/** The connection of a process that was killed lasts until its last statement has ended. */
const PATIENCE = { tries: 10, pauseMs: 500 } as const

async function refuseServers(client: DatabaseClient): Promise<void> {
  for (let tries = 1; ; tries++) {
    const [row] = await client.query(
      `SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()
         AND application_name LIKE 'roomful%' AND pid <> pg_backend_pid()`,
    )
    const count = row ? integer(row, 'count') : 0
    if (count === 0) return
    if (tries === PATIENCE.tries)
      throw new DatabaseHeldError(`servers are connected to the Postgres database (${count} connections)`)
    await setTimeout(PATIENCE.pauseMs)
  }
}

function postgresSide(client: DatabaseClient): Side {
  const kinds = async ({ name }: MovedTable): Promise<Column[]> => {
    const rows = await client.query(
      `SELECT column_name, data_type FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1`,
      name,
    )
    return rows.map(columnOf).sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  return {
    kind: 'postgres',
    kinds,
    columns: async (table) => (await kinds(table)).map(({ name }) => name),
    async count({ name }) {
      const [row] = await client.query(`SELECT count(*) AS count FROM ${name}`)
      return row ? integer(row, 'count') : 0
    },
    async page({ name, key }, columns, after, limit) {
      const by = key.map((column) => inOrder(column, columns))
      const where = after
        ? `WHERE (${by.join(', ')}) > (${after.map((_, at) => `$${at + 2}`).join(', ')})`
        : ''
      const rows = await client.query(
        `SELECT ${columns.map((column) => column.name).join(', ')} FROM ${name} ${where}
         ORDER BY ${by.join(', ')} LIMIT $1`,
        limit,
        ...(after ?? []),
      )
      return rows.map((row) => columns.map((column) => storedValue(row[column.name])))
    },
    async last({ name, key }) {
      const columns = await kinds({ name, key })
      const order = key.map((column) => `${inOrder(column, columns)} DESC`).join(', ')
      const [row] = await client.query(`SELECT ${key.join(', ')} FROM ${name} ORDER BY ${order} LIMIT 1`)
      return row && key.map((column) => storedValue(row[column]))
    },
    async insert({ name }, columns, rows) {
      const names = columns.map((column) => column.name).join(', ')
      const casts = columns.map(({ kind }, at) => `c${at}::${TYPES[kind]}`).join(', ')
      const arrays = columns.map((_, at) => `$${at + 1}::text[]`).join(', ')
      const aliases = columns.map((_, at) => `c${at}`).join(', ')
      await client.query(
        `INSERT INTO ${name} (${names}) SELECT ${casts} FROM unnest(${arrays}) AS moved (${aliases})`,
        ...columns.map((_, at) => rows.map((row) => textOf(row[at] ?? null))),
      )
    },
    async empty({ name }) {
      await client.query(`DELETE FROM ${name}`)
    },
    async meta(key) {
      const [row] = await client.query('SELECT value FROM meta WHERE key = $1', key)
      return row && text(row, 'value')
    },
    async setMeta(values) {
      await client.query('BEGIN')
      for (const [key, value] of Object.entries(values)) {
        if (value === null) await client.query('DELETE FROM meta WHERE key = $1', key)
        else await client.query(PUT_META, key, value)
      }
      await client.query('COMMIT')
    },
    async continueNumbers() {
      await client.query(
        `SELECT setval(pg_get_serial_sequence('outbox_events', 'seq'), greatest(max(seq), 1), max(seq) IS NOT NULL)
         FROM (SELECT seq FROM outbox_events UNION ALL SELECT seq FROM outbox_dead) AS events`,
      )
    },
  }
}

const PUT_META = `INSERT INTO meta (key, value) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`

const KINDS: Readonly<Record<string, Column['kind']>> = {
  text: 'text',
  bigint: 'number',
  integer: 'number',
  boolean: 'boolean',
  json: 'json',
  'timestamp with time zone': 'time',
}
const TYPES = {
  text: 'text',
  number: 'bigint',
  boolean: 'boolean',
  time: 'timestamptz',
  json: 'json',
} as const

function columnOf(row: Row): Column {
  const name = text(row, 'column_name')
  const kind = KINDS[text(row, 'data_type')]
  if (kind === undefined) throw new TypeError(`column ${name} has a type that is not moved`)
  return { name, kind }
}

/** By bytes, as SQLite orders texts. */
const inOrder = (name: string, columns: readonly Column[]): string =>
  columns.find((column) => column.name === name)?.kind === 'text' ? `${name} COLLATE "C"` : name

const textOf = (value: MovedValue): string | null => (value === null ? null : String(value))
