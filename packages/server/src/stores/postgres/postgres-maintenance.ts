import { randomUUID } from 'node:crypto'
import type { Migrated } from '../maintenance'
import { integer } from '../sql/column'
import { ClientPool } from './client-pool'
import { migrate } from './migrate'
import { MIGRATIONS } from './migrations'
import { poolingOf } from './pooling'

export async function migratePostgres(url: string): Promise<Migrated> {
  return once(url, async (pool) => {
    const { from, to } = await pool.lend((client) => migrate(client))
    return { from, to }
  })
}

export async function versionsOfPostgres(url: string): Promise<Migrated> {
  return once(url, (pool) =>
    pool.lend(async (client) => {
      const [table] = await client.query(`SELECT 1 WHERE to_regclass('schema_version') IS NOT NULL`)
      const [row] = table ? await client.query('SELECT max(version) AS version FROM schema_version') : []
      return { from: row && row.version !== null ? integer(row, 'version') : 0, to: MIGRATIONS.length }
    }),
  )
}

export async function renewPostgresEpoch(url: string): Promise<string> {
  return once(url, async (pool) => {
    await pool.lend((client) => migrate(client))
    const epoch = randomUUID()
    await pool.lend((client) => client.query(`UPDATE meta SET value = $1 WHERE key = 'epoch'`, epoch))
    return epoch
  })
}

async function once<T>(url: string, work: (pool: ClientPool) => Promise<T>): Promise<T> {
  const pool = new ClientPool(url, { max: 1, noTimeouts: true, pooling: await poolingOf(url) })
  try {
    return await work(pool)
  } finally {
    await pool.close()
  }
}
