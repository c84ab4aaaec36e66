import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
} from '../ports/local-store'
import { jsonOf } from './stored-json'
import { applyWrite, emptySpace, type StoredSpace, serverName, snapshotOf } from './stored-space'

/**
 * Keeps everything as long as the object lives: the default outside of browsers, the fallback within, and the disk of
 * tests, where `open` after `close` is a reload.
 */
export function memoryStore(): LocalStore {
  const spaces = new Map<string, StoredSpace>()
  const lastUsers = new Map<string, string>()
  let current: { key: string; server: string; space: StoredSpace } | null = null

  const opened = (): NonNullable<typeof current> => {
    if (current === null) throw new LocalStoreError('unavailable', 'no space is open')
    return current
  }

  return {
    kind: 'memory',

    async open(scope: LocalScope): Promise<LocalSnapshot> {
      const server = serverName(scope.url)
      const userId = scope.userId ?? lastUsers.get(server)
      current = null
      if (userId === undefined) return snapshotOf(emptySpace())
      lastUsers.set(server, userId)
      const key = JSON.stringify([server, userId])
      const space = spaces.get(key) ?? emptySpace()
      spaces.set(key, space)
      current = { key, server, space }
      return snapshotOf(space)
    },

    async readChunks(roomId, indexes) {
      const chunks = opened().space.chunks.get(roomId)
      return indexes.flatMap((index) => {
        const messages = chunks?.get(index)
        return messages ? [{ index, messages }] : []
      })
    },

    async write(write: LocalWrite): Promise<void> {
      const { space } = opened()
      // Entries go through JSON, as on a disk: whoever puts more than JSON into them sees it in the first test.
      applyWrite(space, { ...write, putEntries: JSON.parse(jsonOf(write.putEntries ?? [])) })
    },

    async wipe(): Promise<void> {
      const { key, server } = opened()
      spaces.delete(key)
      lastUsers.delete(server)
      current = null
    },

    async close(): Promise<void> {
      current = null
    },
  }
}
