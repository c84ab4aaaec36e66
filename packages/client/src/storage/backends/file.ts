import { createHash } from 'node:crypto'
import type { LocalSpace, LocalStore } from '../port'
import { serialQueue } from '../serial-queue'
import { directorySpace } from './file/directory'
import { failureOf } from './file/failure'
import { type Disk, inFolder, makeFolder, namesIn, realDisk } from './file/files'
import { takeLock } from './file/lock'
import { LOG_BYTES, Log } from './file/log'

/** The name that a folder gets before it is deleted. */
const GRAVE = '.wiped'

/** For tests: a disk that crashes, and an early rewrite of the log. */
type FileStoreOptions = { readonly disk?: Disk; readonly logBytes?: number }

/**
 * Keeps everything in a folder, for Node scripts and bots that must survive: confirmed saves survive kill -9, and
 * outbox entries power loss too. One process per user and folder; a second one is refused as `blocked`. A missing
 * folder is created, readable by its owner only.
 *
 *   last-users.json · <hash of the space>/lock.N · <hash of the space>/records.<generation>.log
 *
 * @example
 * const chat = createChat({ url, auth, storage: fileStore('./state') })
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): LocalStore {
  const { disk = realDisk, logBytes = LOG_BYTES } = options

  async function open(name: readonly string[]): Promise<LocalSpace> {
    await makeFolder(disk, folder)
    await removeGraves(disk, folder)
    if (name.length === 0) return directorySpace(disk, inFolder(folder, 'last-users.json'))
    const path = inFolder(folder, hashOf(JSON.stringify(name)))
    await makeFolder(disk, path)
    const lock = await takeLock(disk, path)
    try {
      const log = await Log.open(disk, path, logBytes)
      let isClosed = false
      const close = async (): Promise<void> => {
        if (isClosed) return
        isClosed = true
        try {
          // A disk in trouble may have closed it already.
          await log.close()
        } finally {
          await lock.release()
        }
      }
      return {
        load: (paths) => log.load(paths),
        save: async (batch) => {
          if (log.isOpen) await lock.check()
          await log.save(batch)
        },
        close,
        erase: async () => {
          await close()
          // Renamed first: what a crash in the middle leaves is no longer a storage space.
          const grave = `${path}${GRAVE}`
          await disk.rm(grave, { recursive: true, force: true })
          await disk.rename(path, grave)
          await disk.rm(grave, { recursive: true, force: true })
        },
      }
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  return { kind: 'file', open: async (name) => inOrder(await translated(() => open(name))) }
}

/** Runs calls one after the other, and maps their errors to the port's. */
function inOrder(space: LocalSpace): LocalSpace {
  const queue = serialQueue()
  const run = <T>(call: () => Promise<T>): Promise<T> => queue(() => translated(call))
  return {
    load: (paths) => run(() => space.load(paths)),
    save: (batch) => run(() => space.save(batch)),
    erase: () => run(() => space.erase()),
    close: () => run(() => space.close()),
  }
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw failureOf(error)
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** What a crash in the middle of `erase` left. */
async function removeGraves(disk: Disk, folder: string): Promise<void> {
  for (const name of await namesIn(disk, folder))
    if (name.endsWith(GRAVE)) await disk.rm(inFolder(folder, name), { recursive: true, force: true })
}
