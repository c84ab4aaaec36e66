import type { Message, User } from '@roomful/protocol'
import { GuardedStore } from '../adapters/guarded-store'
import { lazyStore } from '../adapters/lazy-store'
import type { ChatOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { LocalStore } from '../ports/local-store'
import type { Cells } from './cells'
import type { Orders } from './orders'
import { createPersister } from './persister'
import type { Report } from './report'
import { createRestorer } from './restorer'
import type { RunClock } from './steady-clock'

/** What survives a reload, as the rest sees it. */
type Persistence = {
  start(): void
  loaded(): Promise<void>
  onUser(user: User, epoch: string): Promise<void>
  readChunks(
    roomId: string,
    indexes: readonly number[],
  ): Promise<readonly { readonly index: number; readonly messages: readonly Message[] }[]>
  wipe(): Promise<boolean>
  close(): Promise<void>
}

/** The store that was asked for; IndexedDB where there is one; otherwise none, and memory is all. */
export function storeFor(storage: ChatOptions['storage'], clock: Clock): LocalStore | null {
  if (storage === 'memory') return null
  if (storage !== undefined) return storage
  if (typeof indexedDB === 'undefined') return null
  return lazyStore('indexeddb', () =>
    import('../adapters/idb-store').then(({ idbStore }) => idbStore({ clock })),
  )
}

export function createPersistence(options: {
  store: LocalStore
  cells: Cells
  clock: RunClock
  /** Of the store's own time limits, which hold after the end too: it may be asked to delete once more. */
  storeClock: Clock
  url: string
  orders: Orders
  /** Does this tab write rows? */
  keeps?: () => boolean
  report: Report
}): Persistence {
  const { cells, clock, url, orders } = options
  const store = new GuardedStore(options.store, {
    clock: options.storeClock,
    onState: (storage) => cells.local(() => cells.dispatchChat({ type: 'storage', storage })),
    onReopened: (snapshot) => restorer.onReopened(snapshot),
    onInvalid: (entries) =>
      cells.batch(() => {
        for (const { roomId, clientId } of entries)
          cells.dispatch(roomId, { type: 'unstorable', ids: [clientId] })
      }),
    isOver: () => cells.chat().connection.state.status === 'stopped',
  })
  const restorer = createRestorer(
    cells,
    store,
    createPersister(cells, store, clock, options.keeps),
    url,
    clock,
    orders,
    options.report,
  )
  const { start, loaded, onUser, wipe, close } = restorer
  return {
    start,
    loaded,
    onUser,
    wipe,
    close,
    readChunks: (roomId, indexes) => store.readChunks(roomId, indexes),
  }
}
