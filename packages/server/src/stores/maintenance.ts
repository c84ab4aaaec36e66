import { databaseOf } from './database-url'

/** Table versions before and after: equal if nothing was to do. */
export type Migrated = { readonly from: number; readonly to: number }

const NOTHING_KEPT = 'a database in memory is gone with its server: there is nothing to look after'

/** Migrates the tables to this version, as a server does at its start. SQLite: no server may be running on the file. */
export async function migrateDatabase(url: string): Promise<Migrated> {
  const database = databaseOf(url)
  switch (database.kind) {
    case 'sqlite':
      return (await import('./sqlite/sqlite-maintenance')).migrateFile(database.path)
    case 'postgres':
      return (await import('./postgres/postgres-maintenance')).migratePostgres(database.url)
    case 'memory':
      throw new TypeError(NOTHING_KEPT)
  }
}

/** Which version the tables are of, 0 for none, and which this one needs. Changes nothing, and servers may run. */
export async function tableVersions(url: string): Promise<Migrated> {
  const database = databaseOf(url)
  switch (database.kind) {
    case 'sqlite':
      return (await import('./sqlite/sqlite-maintenance')).versionsOfFile(database.path)
    case 'postgres':
      return (await import('./postgres/postgres-maintenance')).versionsOfPostgres(database.url)
    case 'memory':
      throw new TypeError(NOTHING_KEPT)
  }
}

/**
 * Starts another history: call it after restoring a backup, while no server runs. Clients that hold rows newer than the
 * backup then replace them. Returns the new epoch.
 */
export async function renewEpoch(url: string): Promise<string> {
  const database = databaseOf(url)
  switch (database.kind) {
    case 'sqlite':
      return (await import('./sqlite/sqlite-maintenance')).renewFileEpoch(database.path)
    case 'postgres':
      return (await import('./postgres/postgres-maintenance')).renewPostgresEpoch(database.url)
    case 'memory':
      throw new TypeError(NOTHING_KEPT)
  }
}

/** Copies a SQLite database, as of one moment, to a new file. Servers may run. */
export async function backupDatabase(url: string, copy: string): Promise<void> {
  const { backupFile } = await import('./sqlite/sqlite-maintenance')
  backupFile(sqlitePathOf(url), copy)
}

/**
 * Replaces a SQLite database with a copy, under a new epoch. The old one is kept beside it; returns where. No server
 * may be running on the file.
 */
export async function restoreDatabase(url: string, copy: string): Promise<{ kept: string | undefined }> {
  const { restoreFile } = await import('./sqlite/sqlite-maintenance')
  return restoreFile(sqlitePathOf(url), copy)
}

function sqlitePathOf(url: string): string {
  const database = databaseOf(url)
  if (database.kind === 'sqlite') return database.path
  throw new TypeError('only a SQLite database is one file: for Postgres there are pg_dump and pg_restore')
}
