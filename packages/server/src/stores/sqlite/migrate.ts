import type { Migrated } from '../maintenance'
import type { Connection } from './connection'
import { MIGRATIONS } from './migrations'

/** Migrates the file to this version's tables. Runs under the file lock, so no other server has it open. */
export function migrate(connection: Connection, migrations: readonly string[] = MIGRATIONS): Migrated {
  connection.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
  const version = connection.get('SELECT coalesce(max(version), 0) AS version FROM schema_version')?.version
  if (typeof version !== 'number') throw new TypeError('schema_version holds no number')
  if (version > migrations.length) {
    throw new Error(`the database is of a newer version (${version}) than this server (${migrations.length})`)
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    connection.exec('BEGIN IMMEDIATE')
    try {
      connection.exec(sql)
      connection.run('INSERT INTO schema_version (version) VALUES (?)', index + 1)
      connection.exec('COMMIT')
    } catch (error) {
      connection.rollback()
      throw error
    }
  }
  return { from: version, to: migrations.length }
}
