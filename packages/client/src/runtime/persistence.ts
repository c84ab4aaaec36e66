import type { Message, User } from '@roomful/protocol'
import { lazyStore } from '../adapters/lazy-store'
import type { ChatOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { LocalStore } from '../ports/local-store'
import { createWriter } from '../storage/writer'
import type { Cells } from './cells'
import type { Orders } from './orders'
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
  const writer = createWriter({ ...options, onReopened: (snapshot) => restorer.onReopened(snapshot) })
  const restorer = createRestorer(cells, writer, url, clock, orders, options.report)
  const { start, loaded, onUser, wipe, close } = restorer
  return { start, loaded, onUser, wipe, close, readChunks: writer.readChunks }
}
