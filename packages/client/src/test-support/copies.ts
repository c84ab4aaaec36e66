import { type CopyOptions, createCopy } from '../storage/create-copy'
import type { LocalCopy, LocalScope, LocalSnapshot } from '../storage/local-copy'
import type { LocalBatch, LocalPath, LocalRecord, LocalSpace, LocalStore } from '../storage/port'

/** Opens as empty where no user was here before. */
export type TestCopy = Omit<LocalCopy, 'open'> & { open(scope: LocalScope): Promise<LocalSnapshot> }

/** A view of what a store holds, as another tab or the next start has it. */
export function copyOn(store: LocalStore, options: CopyOptions = {}): TestCopy {
  const copy = createCopy(store, options)
  const nothing: LocalSnapshot = { meta: null, rooms: [], entries: [] }
  return { ...copy, open: async (scope) => (await copy.open(scope)) ?? nothing }
}

type Hooks = {
  readonly kind?: LocalStore['kind']
  open?(open: () => Promise<LocalSpace>): Promise<LocalSpace>
  load?(
    paths: readonly LocalPath[],
    load: () => Promise<readonly LocalRecord[]>,
  ): Promise<readonly LocalRecord[]>
  save?(batch: LocalBatch, save: () => Promise<void>): Promise<void>
  erase?(erase: () => Promise<void>): Promise<void>
  close?(close: () => Promise<void>): Promise<void>
}

/** A disk that does something else at times. The space that knows who was last here is left alone. */
export function hooked(disk: LocalStore, hooks: Hooks): LocalStore {
  return {
    kind: hooks.kind ?? disk.kind,
    open: async (name) => {
      if (name.length === 0) return await disk.open(name)
      const open = () => disk.open(name)
      const space = await (hooks.open?.(open) ?? open())
      return {
        load: (paths) => hooks.load?.(paths, () => space.load(paths)) ?? space.load(paths),
        save: (batch) => hooks.save?.(batch, () => space.save(batch)) ?? space.save(batch),
        erase: () => hooks.erase?.(() => space.erase()) ?? space.erase(),
        close: () => hooks.close?.(() => space.close()) ?? space.close(),
      }
    },
  }
}

/** The values that a batch puts into a table. */
export const putIn = ({ put = [] }: LocalBatch, table: LocalPath[0]): readonly unknown[] =>
  put.flatMap(([path, value]) => (path[0] === table ? [value] : []))
