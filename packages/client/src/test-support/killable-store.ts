import { type LocalStore, LocalStoreError } from '../ports/local-store'

type KillableStore = LocalStore & { kill(): void }

/** A process's hold on a disk that outlives it: after `kill` nothing reaches the disk any more, and nothing comes back. */
export function killable(disk: LocalStore): KillableStore {
  let dead = false
  const never = new Promise<never>(() => {})
  const alive = <T>(call: () => Promise<T>): Promise<T> => (dead ? never : call())
  return {
    kind: 'file',
    open: (scope) => alive(() => disk.open(scope)),
    readChunks: (roomId, indexes) => alive(() => disk.readChunks(roomId, indexes)),
    write: (write) => alive(() => disk.write(write)),
    wipe: () => alive(() => disk.wipe()),
    close: () => Promise.resolve(),
    kill: () => {
      dead = true
    },
  }
}

/** A disk whose writes fail until told otherwise. */
export function troubled(disk: LocalStore): LocalStore & { failing: boolean } {
  const store = {
    ...disk,
    failing: false,
    write: (write: Parameters<LocalStore['write']>[0]) =>
      store.failing ? Promise.reject(new LocalStoreError('quota', 'the disk is full')) : disk.write(write),
  }
  return store
}
