import { type LocalStore, LocalStoreError } from '../ports/local-store'

/** A store whose code is loaded when it is opened. A load that fails is tried again at the next `open`. */
export function lazyStore(kind: LocalStore['kind'], load: () => Promise<LocalStore>): LocalStore {
  let loaded: LocalStore | null = null
  const opened = (): LocalStore => {
    if (loaded === null) throw new LocalStoreError('unavailable', 'no space is open')
    return loaded
  }
  return {
    kind,
    open: async (scope) => {
      loaded ??= await load().catch((cause: unknown) => {
        throw new LocalStoreError('lost', 'the code of the local store could not be loaded', { cause })
      })
      return loaded.open(scope)
    },
    readChunks: async (roomId, indexes) => opened().readChunks(roomId, indexes),
    write: async (write) => opened().write(write),
    wipe: async () => opened().wipe(),
    close: async () => loaded?.close(),
  }
}
