import { type LocalStore, LocalStoreError } from '../storage/port'
import { hooked } from './copies'

type KillableStore = LocalStore & { kill(): void }

/** A process's hold on a disk that outlives it: after `kill` nothing reaches the disk any more, and nothing comes back. */
export function killable(disk: LocalStore): KillableStore {
  let dead = false
  const never = new Promise<never>(() => {})
  const alive = <T>(call: () => Promise<T>): Promise<T> => (dead ? never : call())
  const store = hooked(disk, {
    kind: 'file',
    open: alive,
    load: (_, load) => alive(load),
    save: (_, save) => alive(save),
    erase: alive,
    close: () => Promise.resolve(),
  })
  return {
    ...store,
    kill: () => {
      dead = true
    },
  }
}

/** A disk whose saves fail while it is `failing`. */
export function troubled(disk: LocalStore): LocalStore & { failing: boolean } {
  const switchable = { failing: false }
  const store = hooked(disk, {
    save: (_, save) =>
      switchable.failing ? Promise.reject(new LocalStoreError('quota', 'the disk is full')) : save(),
  })
  return Object.assign(switchable, store)
}
