import { randomUUID } from 'node:crypto'
import type { Migrated } from '../maintenance'
import { ClientPool } from './client-pool'
import { migrate } from './migrate'
import { poolingOf } from './pooling'

export async function migratePostgres(url: string): Promise<Migrated> {
  return once(url, async (pool) => {
    const { from, to } = await pool.lend((client) => migrate(client))
    return { from, to }
  })
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
