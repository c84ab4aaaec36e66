import { access, constants, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { bad, type Finding, good, skipped, type Target } from './finding'

/** Below this a busy day can fill the disk. */
const FREE_MIN_BYTES = 1024 ** 3

/** Is there enough free space, if the database is on this machine? */
export async function checkDisk({ database }: Pick<Target, 'database'>): Promise<Finding> {
  const asked = 'name a SQLite file of this machine with --database'
  if (database === undefined) return skipped('disk', asked)
  const { databaseOf } = await import('@roomful/server')
  const readDatabase = (): ReturnType<typeof databaseOf> | undefined => {
    try {
      return databaseOf(database)
    } catch {
      // What is wrong with the address is said by the check of its tables.
      return undefined
    }
  }
  const named = readDatabase()
  if (named?.kind !== 'sqlite') return skipped('disk', asked)
  const folder = dirname(resolve(named.path))
  try {
    await access(folder, constants.R_OK | constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const found = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free in ${folder}`
    if (bavail * bsize >= FREE_MIN_BYTES) return good('disk', found)
    return bad('disk', found, 'make room: when the disk is full, sends are refused with STORAGE_FULL')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return bad('disk', why, 'the server has to be able to read and write this folder')
  }
}
