import { randomUUID } from 'node:crypto'
import type { Migrated } from '../care'
import { integer, text } from '../sql/column'
import { MIGRATIONS } from './migrations'
import type { Session } from './session'

/** Any number; the same on every node, and nobody else's. */
const LOCK_KEY = 4_711_202_601

/**
 * Brings the database to this version's tables, in one transaction, one node at a time. Answers the epoch: it is made
 * with the database.
 */
export async function migrate(
  session: Session,
  migrations: readonly string[] = MIGRATIONS,
): Promise<Migrated & { readonly epoch: string }> {
  await session.query('BEGIN')
  await session.query('SELECT pg_advisory_xact_lock($1::bigint)', LOCK_KEY)
  await session.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)')
  const [row] = await session.query('SELECT coalesce(max(version), 0) AS version FROM schema_version')
  const version = row ? integer(row, 'version') : 0
  if (version > migrations.length) {
    throw new Error(`the database is of a newer version (${version}) than this server (${migrations.length})`)
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    await session.query(sql)
    await session.query('INSERT INTO schema_version (version) VALUES ($1)', index + 1)
  }
  await session.query(
    `INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING`,
    randomUUID(),
  )
  const [epoch] = await session.query(`SELECT value FROM meta WHERE key = 'epoch'`)
  await session.query('COMMIT')
  if (!epoch) throw new Error('the database has no epoch')
  return { from: version, to: migrations.length, epoch: text(epoch, 'value') }
}
