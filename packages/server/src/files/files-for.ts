import { dirname, join } from 'node:path'
import type { Clock } from '../ports/clock'
import type { FileStore } from './file-store'

/** The folder of uploads: the named one, or the one beside a SQLite file. Otherwise none. */
export async function filesFor(
  files: string | false | undefined,
  database: string | undefined,
  clock: Clock,
): Promise<FileStore | undefined> {
  const folder = files ?? besideSqlite(database)
  if (folder === false || folder === undefined) return undefined
  const { openFileFolder } = await import('./file-folder')
  return openFileFolder(folder, clock.now())
}

function besideSqlite(database: string | undefined): string | undefined {
  if (!database?.startsWith('sqlite:')) return undefined
  return join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'files')
}
