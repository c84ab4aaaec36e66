import { backupDatabase, migrateDatabase, renewEpoch, restoreDatabase } from '@roomful/server'
import { onDatabase } from '../database-failure'
import { EXIT } from '../failure'
import { type Io, write } from '../io'

type Options = { readonly database: string; readonly json: boolean }

/** Migrates the tables to this version, and prints from which to which. */
export async function migrate(io: Io, { database, json }: Options): Promise<number> {
  const done = await onDatabase(() => migrateDatabase(database))
  const { from, to } = done
  const text = from === to ? `The tables are of version ${to} already.` : `Version ${from} → ${to}.`
  await write(io.stdout, `${json ? JSON.stringify(done) : text}\n`)
  return EXIT.ok
}

/** Copies a SQLite database while it is in use. */
export async function backup(io: Io, copy: string, { database, json }: Options): Promise<number> {
  await onDatabase(() => backupDatabase(database, copy))
  await write(io.stdout, `${json ? JSON.stringify({ copy }) : `Copied to ${copy}.`}\n`)
  return EXIT.ok
}

/** Restores a copy of a SQLite database in its place, with a new epoch. */
export async function restore(io: Io, copy: string, { database, json }: Options): Promise<number> {
  const done = await onDatabase(() => restoreDatabase(database, copy))
  const before = done.kept === undefined ? '' : ` What was there is now ${done.kept}.`
  await write(io.stdout, `${json ? JSON.stringify(done) : `Restored, under a new epoch.${before}`}\n`)
  return EXIT.ok
}

/** For a database that was restored in another way. */
export async function newEpoch(io: Io, { database, json }: Options): Promise<number> {
  const epoch = await onDatabase(() => renewEpoch(database))
  await write(io.stdout, `${json ? JSON.stringify({ epoch }) : `The epoch is ${epoch} now.`}\n`)
  return EXIT.ok
}
