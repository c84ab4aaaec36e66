import type { Pooling } from '../../stores/postgres/access'
import { ClientPool } from '../../stores/postgres/client-pool'
import { migrate } from '../../stores/postgres/migrate'
import { MIGRATIONS } from '../../stores/postgres/migrations'
import { isCreatedMeanwhile } from '../../stores/postgres/postgres-error'

/**
 * A second set of the room tables, in a schema that belongs to this history: unlogged, so that a commit waits for no
 * disk. A crash of Postgres empties all of them.
 */
const UNLOGGED = MIGRATIONS.map((sql) => sql.replaceAll('CREATE TABLE', 'CREATE UNLOGGED TABLE'))

/** Tables that only ephemeral rooms have. Each may exist already. */
const MORE = [
  'ALTER TABLE room_heads ADD COLUMN IF NOT EXISTS used_at timestamptz NOT NULL DEFAULT now()',
  'CREATE INDEX IF NOT EXISTS room_heads_used ON room_heads (used_at)',
  'CREATE INDEX IF NOT EXISTS rooms_maker ON rooms (created_by)',
  `CREATE INDEX IF NOT EXISTS room_members_left ON room_members (room_id, rev) WHERE removed = 'left'`,
]
/** The same on every node, and used by no other app. */
const LOCK_KEY = 4_711_202_602

export const schemaOf = (epoch: string): string =>
  `roomful_ephemeral_${epoch.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase()}`.slice(0, 63)

/** Migrates the schema that this URL names to this version's tables. Any number of nodes may do so at once. */
export async function makeTables(url: string, pooling: Pooling): Promise<void> {
  const pool = new ClientPool(url, { max: 1, noTimeouts: true, pooling })
  try {
    const once = () => pool.lend((client) => migrate(client, UNLOGGED))
    // Behind a pooler a session may believe for one transaction more that the schema is missing.
    await once().catch((error: unknown) => (isCreatedMeanwhile(error) ? once() : Promise.reject(error)))
    await pool.lend(async (client) => {
      await client.query('BEGIN')
      await client.query('SELECT pg_advisory_xact_lock($1::bigint)', LOCK_KEY)
      for (const sql of MORE) await client.query(sql)
      await client.query('COMMIT')
    })
  } finally {
    await pool.close()
  }
}
