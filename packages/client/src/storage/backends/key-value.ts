import type { LocalStore } from '../port'
import { serialQueue } from '../serial-queue'
import { Space } from './key-value/space'
import { failureOf, type KeyValueStorage } from './key-value/storage'

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
  const queue = serialQueue()
  const run = <T>(call: () => Promise<T>): Promise<T> =>
    queue(call).catch((error: unknown) => {
      throw failureOf(error)
    })

  /** Resumes a wipe that a crash interrupted. */
  async function finishWipe(): Promise<void> {
    const prefix = await storage.getItem(WIPING_KEY)
    if (prefix === null) return
    await (await Space.open(storage, prefix)).erase()
    await storage.removeItem(WIPING_KEY)
  }

  return {
    kind: 'key-value',
    open: (name) =>
      run(async () => {
        await finishWipe()
        const prefix = `roomful:${JSON.stringify(name)}:`
        const space = await Space.open(storage, prefix)
        return {
          load: (paths) => run(() => space.load(paths)),
          save: (batch) => run(() => space.save(batch)),
          erase: () =>
            run(async () => {
              await storage.setItem(WIPING_KEY, prefix)
              await space.erase()
              await storage.removeItem(WIPING_KEY)
            }),
          close: () => run(async () => space.close()),
        }
      }),
  }
}
