import type { LocalStore } from '@roomful/client'

/** The same store. `onKept`: an unsent change is on the disk. `onRead`: what the last run left there has been read. */
export function notingStore(
  inner: LocalStore,
  { onKept, onRead }: { onKept(clientId: string): void; onRead(): void },
): LocalStore {
  return {
    kind: inner.kind,
    open: async (name) => {
      const space = await inner.open(name)
      return {
        load: async (paths) => {
          const records = await space.load(paths)
          if (paths.some(([table]) => table === 'entries')) onRead()
          return records
        },
        save: async (batch) => {
          await space.save(batch)
          for (const [[table, key]] of batch.put ?? []) if (table === 'entries') onKept(String(key))
        },
        erase: () => space.erase(),
        close: () => space.close(),
      }
    },
  }
}
