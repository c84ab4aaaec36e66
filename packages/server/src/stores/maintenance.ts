import { databaseOf } from './database-url'

/** From which version of the tables to which: the same where nothing was to do. */
export type Migrated = { readonly from: number; readonly to: number }

const NOTHING_KEPT = 'a database in memory is gone with its server: there is nothing to look after'

/** Brings the tables to this version, as a server does at its start. SQLite: no server may be running on the file. */
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

/**
 * Says that this is another history from now on: to be called after a backup was put back, while no server runs.
 * Clients that hold rows of the time after the backup then swap them for what is there. Answers the new epoch.
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

/** Writes a copy of a SQLite database, as it is at one moment, to a file that is not there yet. Servers may run. */
export async function backupDatabase(url: string, copy: string): Promise<void> {
  const { backupFile } = await import('./sqlite/sqlite-maintenance')
  backupFile(sqlitePathOf(url), copy)
}

/**
 * Puts a copy in the place of a SQLite database, under a new epoch. What was there is kept beside it; answers where.
 * No server may be running on the file.
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
