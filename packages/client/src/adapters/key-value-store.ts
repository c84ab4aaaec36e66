import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
} from '../ports/local-store'
import { Space } from './key-value-store/space'
import { failureOf, type KeyValueStorage, parse } from './key-value-store/storage'
import { serial } from './serial'
import { serverName } from './stored-space'

const USERS_KEY = 'roomful:last-users'
const WIPING_KEY = 'roomful:wiping'

/**
 * Keeps everything in an asynchronous key-value storage, such as React Native's AsyncStorage. Only one JavaScript
 * context at a time may use a storage.
 *
 * @example
 * import { createChat, keyValueStore } from '@roomful/client'
 * import AsyncStorage from '@react-native-async-storage/async-storage'
 * const chat = createChat({ url, auth, storage: keyValueStore(AsyncStorage) })
 */
export function keyValueStore(storage: KeyValueStorage): LocalStore {
  const queue = serial()
  let session: { readonly server: string; readonly prefix: string; readonly space: Space } | null = null

  const opened = (): NonNullable<typeof session> => {
    if (session === null) throw new LocalStoreError('unavailable', 'no space is open')
    return session
  }

  const run = <T>(call: () => Promise<T>): Promise<T> =>
    queue(call).catch((error: unknown) => {
      throw failureOf(error)
    })

  async function lastUsers(): Promise<Map<string, string>> {
    const users = parse((await storage.getItem(USERS_KEY)) ?? undefined)
    if (typeof users !== 'object' || users === null) return new Map()
    return new Map(
      Object.entries(users).flatMap(([server, user]) => (typeof user === 'string' ? [[server, user]] : [])),
    )
  }

  async function setLastUser(server: string, userId: string | null): Promise<void> {
    const users = await lastUsers()
    if (users.get(server) === (userId ?? undefined)) return
    if (userId === null) users.delete(server)
    else users.set(server, userId)
    await storage.setItem(USERS_KEY, JSON.stringify(Object.fromEntries(users)))
  }

  /** Takes up a wipe that a crash cut short. */
  async function finishWipe(): Promise<void> {
    const prefix = await storage.getItem(WIPING_KEY)
    if (prefix === null) return
    const space = new Space(storage, prefix)
    await space.load()
    await space.wipe()
    await storage.removeItem(WIPING_KEY)
  }

  function leave(): Promise<void> {
    session = null
    return run(async () => undefined)
  }

  return {
    kind: 'key-value',

    async open(scope: LocalScope): Promise<LocalSnapshot> {
      await leave()
      return await run(async () => {
        await finishWipe()
        const server = serverName(scope.url)
        const userId = scope.userId ?? (await lastUsers()).get(server)
        if (userId === undefined) return { meta: null, rooms: [], entries: [] }
        const prefix = `roomful:${JSON.stringify([server, userId])}:`
        const space = new Space(storage, prefix)
        const snapshot = await space.load()
        await setLastUser(server, userId)
        session = { server, prefix, space }
        return snapshot
      })
    },

    async readChunks(roomId, indexes) {
      const { space } = opened()
      return await run(() => space.readChunks(roomId, indexes))
    },

    async write(write: LocalWrite): Promise<void> {
      const { space } = opened()
      await run(() => space.write(write))
    },

    async wipe(): Promise<void> {
      const { server, prefix, space } = opened()
      session = null
      await run(async () => {
        await storage.setItem(WIPING_KEY, prefix)
        await space.wipe()
        await setLastUser(server, null)
        await storage.removeItem(WIPING_KEY)
      })
    },

    close: leave,
  }
}
