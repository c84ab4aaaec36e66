import type { Outbox } from '../outbox'
import { ClientPool } from './client-pool'
import { postgresOutbox } from './outbox'
import { poolingOf } from './pooling'

/** Beside servers, on existing tables. */
export async function openPostgresOutbox(url: string): Promise<{ outbox: Outbox; close(): Promise<void> }> {
  const pool = new ClientPool(url, { max: 1, pooling: await poolingOf(url) })
  const outbox = postgresOutbox((work) => pool.lend(work))
  try {
    await pool.lend((client) => client.query('SELECT 1 FROM outbox_events LIMIT 0'))
  } catch (error) {
    await pool.close()
    throw error
  }
  return { outbox, close: () => pool.close() }
}
