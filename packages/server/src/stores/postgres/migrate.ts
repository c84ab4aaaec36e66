import { randomUUID } from 'node:crypto'
import type { Migrated } from '../maintenance'
import { StoreError } from '../port'
import { integer, text } from '../sql/column'
import type { DatabaseClient } from './database-client'
import { MIGRATIONS } from './migrations'
import { tableInTheWay } from './postgres-error'

/** Arbitrary; the same on every node, and used by no other app. */
export const LOCK_KEY = 4_711_202_601

/**
 * Migrates the database to this version's tables, in one transaction, one node at a time. Returns the epoch, which is
 * made with the database.
 */
export async function migrate(
  client: DatabaseClient,
  migrations: readonly string[] = MIGRATIONS,
): Promise<Migrated & { readonly epoch: string }> {
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock($1::bigint)', LOCK_KEY)
  await makeSchema(client)
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)')
  const [row] = await client.query('SELECT coalesce(max(version), 0) AS version FROM schema_version')
  const version = row ? integer(row, 'version') : 0
  if (version > migrations.length) {
    throw new Error(`the database is of a newer version (${version}) than this server (${migrations.length})`)
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    await client.query(sql).catch((error: unknown) => Promise.reject(inTheWay(error) ?? error))
    await client.query('INSERT INTO schema_version (version) VALUES ($1)', index + 1)
  }
  await client.query(
    `INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING`,
    randomUUID(),
  )
  const [epoch] = await client.query(`SELECT value FROM meta WHERE key = 'epoch'`)
  await client.query('COMMIT')
  if (!epoch) throw new Error('the database has no epoch')
  return { from: version, to: migrations.length, epoch: text(epoch, 'value') }
}

/** Tables are made in the first schema of the search path. It is made if it is missing, which needs the privilege. */
async function makeSchema(client: DatabaseClient): Promise<void> {
  const [row] = await client.query(`SELECT current_setting('search_path') AS path`)
  const path = row ? text(row, 'path') : ''
  if (!/^[a-z_][a-z0-9_]*$/.test(path)) return
  // The table itself is read: what the session has cached of the schema may be from before its wait for the lock, and
  // another node may have created it since.
  const [found] = await client.query('SELECT nspname FROM pg_namespace WHERE nspname = $1', path)
  if (!found) await client.query(`CREATE SCHEMA IF NOT EXISTS "${path}"`)
}

/** A table of that name exists already: it is an app's own, since ours are made once. */
function inTheWay(error: unknown): Error | undefined {
  const name = error instanceof StoreError ? tableInTheWay(error.cause) : undefined
  if (name === undefined) return undefined
  return new Error(
    `the database has ${name} that is not of this server: give it a schema of its own, such as --database-schema roomful (ROOMFUL_DATABASE_SCHEMA)`,
    { cause: error },
  )
}
