import { type LocalSpace, type LocalStore, LocalStoreError } from '../port'
import { below, checkExpected, parse, pathOf, textOf, textsOf } from './records'

/**
 * Keeps everything as long as the object lives: for tests, in which a second `createChat` on the same store is a
 * reload. Values are kept as JSON, as on a disk.
 */
export const memoryStore = (): LocalStore => storeIn(new Map())

/** By name as JSON, and then by path as text. */
export type MemorySpaces = Map<string, Map<string, string>>

/** A handle on these storage spaces, of which there may be several. */
export function storeIn(spaces: MemorySpaces): LocalStore {
  return {
    kind: 'memory',
    async open(name): Promise<LocalSpace> {
      const key = JSON.stringify(name)
      const records = spaces.get(key) ?? new Map<string, string>()
      spaces.set(key, records)
      let isOpen = true
      const check = (): void => {
        if (!isOpen) throw new LocalStoreError('unavailable', 'the space is closed')
        if (spaces.get(key) !== records) throw new LocalStoreError('deleted', 'the space was deleted')
      }

      return {
        async load(paths) {
          check()
          return paths.flatMap((path) =>
            below(records.keys(), (text) => records.has(text), path).map(
              (text) => [pathOf(text), parse(records.get(text))] as const,
            ),
          )
        },
        async save(batch) {
          check()
          const { expect, remove = [] } = batch
          const put = textsOf(batch)
          if (expect) checkExpected(expect, records.get(textOf(expect[0])))
          for (const path of remove)
            for (const text of below(records.keys(), (one) => records.has(one), path)) records.delete(text)
          for (const [text, value] of put) records.set(text, value)
        },
        async erase() {
          check()
          isOpen = false
          spaces.delete(key)
        },
        async close() {
          isOpen = false
        },
      }
    },
  }
}
