import { randomUUID } from 'node:crypto'
import type { Migrated } from '../care'
import { migrate } from './migrate'
import { poolingOf } from './pooling'
import { SessionPool } from './session-pool'

export async function migratePostgres(url: string): Promise<Migrated> {
  return once(url, async (pool) => {
    const { from, to } = await pool.lend((session) => migrate(session))
    return { from, to }
  })
}

export async function renewPostgresEpoch(url: string): Promise<string> {
  return once(url, async (pool) => {
    await pool.lend((session) => migrate(session))
    const epoch = randomUUID()
    await pool.lend((session) => session.query(`UPDATE meta SET value = $1 WHERE key = 'epoch'`, epoch))
    return epoch
  })
}

async function once<T>(url: string, work: (pool: SessionPool) => Promise<T>): Promise<T> {
  const pool = new SessionPool(url, { max: 1, patient: true, pooling: await poolingOf(url) })
  try {
    return await work(pool)
  } finally {
    await pool.close()
  }
}
