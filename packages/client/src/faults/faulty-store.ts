import { type LocalSpace, type LocalStore, LocalStoreError } from '../storage/port'

/** What becomes of a write, or of a call at all. */
export type DiskFault = 'none' | 'full' | 'gone'

/**
 * A local store whose disk may be full, or gone with its process: then nothing more is written or read, and the real
 * spaces are closed as they are.
 */
export function faultyStore(
  inner: LocalStore,
  { fault, onRefused, onSpace }: { fault(): DiskFault; onRefused(): void; onSpace(space: LocalSpace): void },
): LocalStore {
  const check = (): void => {
    if (fault() === 'gone') throw new LocalStoreError('unavailable', 'The process has ended')
  }
  return {
    kind: inner.kind,
    open: async (name) => {
      check()
      const space = await inner.open(name)
      onSpace(space)
      return {
        load: async (paths) => {
          check()
          return await space.load(paths)
        },
        save: async (batch) => {
          check()
          const isRefused = fault() === 'full' && (batch.put ?? []).length > 0
          if (!isRefused) return await space.save(batch)
          onRefused()
          throw new LocalStoreError('quota', 'The disk is full')
        },
        erase: async () => {
          check()
          await space.erase()
        },
        close: () => space.close(),
      }
    },
  }
}
