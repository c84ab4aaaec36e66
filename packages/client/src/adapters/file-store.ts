import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
} from '../ports/local-store'
import { failureOf } from './file-store/failure'
import { type Disk, inFolder, makeFolder, namesIn, readText, realDisk, replaceFile } from './file-store/files'
import { GRAVE, hashOf, JOURNAL_BYTES, Space } from './file-store/space'
import { serial } from './serial'
import { serverName } from './stored-space'

type Pending = { readonly write: LocalWrite; resolve(): void; reject(error: unknown): void }
type Session = { readonly server: string; readonly space: Space; readonly pending: Pending[] }

/** For tests: a disk that crashes, and a journal that is full early. */
type FileStoreOptions = { readonly disk?: Disk; readonly journalBytes?: number }

/**
 * Keeps everything in a folder, for Node scripts and bots that must survive: what `write` has confirmed is there after
 * kill -9, and outbox entries after power loss too. One process a user and folder; a second one is refused as
 * `blocked`. The folder is made where it is missing, readable by its owner only.
 *
 * @example
 * const chat = createChat({ url, auth, storage: fileStore('./state') })
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): LocalStore {
  const { disk = realDisk, journalBytes = JOURNAL_BYTES } = options
  const queue = serial()
  const usersPath = inFolder(folder, 'last-users.json')
  let session: Session | null = null

  const opened = (): Session => {
    if (session === null) throw new LocalStoreError('unavailable', 'no space is open')
    return session
  }

  const run = <T>(call: () => Promise<T>): Promise<T> =>
    queue(call).catch((error: unknown) => {
      throw failureOf(error)
    })

  async function lastUsers(): Promise<Map<string, string>> {
    const text = await readText(disk, usersPath)
    if (text === null) return new Map()
    try {
      const users = Object.entries<unknown>(JSON.parse(text))
      return new Map(users.flatMap(([server, user]) => (typeof user === 'string' ? [[server, user]] : [])))
    } catch {
      // Only a convenience: nobody was last, and the next open by id says it anew.
      return new Map()
    }
  }

  async function setLastUser(server: string, userId: string | null): Promise<void> {
    const users = await lastUsers()
    if (users.get(server) === (userId ?? undefined)) return
    if (userId === null) users.delete(server)
    else users.set(server, userId)
    await replaceFile(disk, usersPath, JSON.stringify(Object.fromEntries(users)))
  }

  /** All that came while the disk was busy goes in one append and one sync. */
  async function flush(session: Session): Promise<void> {
    await keep(session, session.pending.splice(0))
  }

  async function keep(session: Session, batch: readonly Pending[]): Promise<void> {
    if (batch.length === 0) return
    try {
      await session.space.write(batch.map(({ write }) => write))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      const failure = failureOf(error)
      // The others have nothing to do with it.
      if (failure.reason === 'invalid' && batch.length > 1)
        for (const one of batch) await keep(session, [one])
      else for (const { reject } of batch) reject(failure)
    }
  }

  function leave(): Promise<void> {
    const left = session
    session = null
    return run(async () => left?.space.close())
  }

  return {
    kind: 'file',

    async open(scope: LocalScope): Promise<LocalSnapshot> {
      await leave()
      return await run(async () => {
        const server = serverName(scope.url)
        await makeFolder(disk, folder)
        await removeGraves(disk, folder)
        const userId = scope.userId ?? (await lastUsers()).get(server)
        if (userId === undefined) return { meta: null, rooms: [], entries: [] }
        const path = inFolder(folder, hashOf(JSON.stringify([server, userId])))
        const { space, snapshot } = await Space.open(disk, path, journalBytes)
        session = { server, space, pending: [] }
        await setLastUser(server, userId)
        return snapshot
      })
    },

    async readChunks(roomId, indexes) {
      const { space } = opened()
      return await run(() => space.readChunks(roomId, indexes))
    },

    async write(write: LocalWrite): Promise<void> {
      const current = opened()
      const kept = new Promise<void>((resolve, reject) => {
        current.pending.push({ write, resolve, reject })
      })
      // An earlier call's flush may have taken it along, and rejects it before its own turn comes.
      await Promise.all([run(() => flush(current)), kept])
    },

    async wipe(): Promise<void> {
      const { server, space } = opened()
      session = null
      await run(async () => {
        await space.wipe()
        await setLastUser(server, null)
      })
    },

    close: leave,
  }
}

/** What a crash in the middle of `wipe` left. */
async function removeGraves(disk: Disk, folder: string): Promise<void> {
  for (const name of await namesIn(disk, folder))
    if (name.endsWith(GRAVE)) await disk.rm(inFolder(folder, name), { recursive: true, force: true })
}
