import { deleteDB } from 'idb'
import type { Clock } from '../ports/clock'
import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
} from '../ports/local-store'
import { createBudget } from './idb-store/budget'
import { databaseName, forgetUser, lastUser, rememberUser } from './idb-store/directory'
import { failureOf } from './idb-store/failure'
import { Handle, OPEN_GUARD_MS } from './idb-store/handle'
import { readChunks, readSnapshot, writeAll } from './idb-store/records'
import { type Database, STORES } from './idb-store/schema'
import { Stamps } from './idb-store/stamps'
import { serial } from './serial'
import { serverName } from './stored-space'
import { within } from './within'

/** One open space. Its calls run one after the other, also across the loss of a handle: a crash leaves a prefix. */
type Session = {
  readonly server: string
  readonly handle: Handle
  readonly queue: ReturnType<typeof serial>
  readonly stamps: Stamps
  readonly budget: ReturnType<typeof createBudget>
}

/** Some 100,000 messages. A browser gives an origin far more; what is older comes from the server. */
const BUDGET_BYTES = 64 * 2 ** 20

/**
 * Keeps everything in IndexedDB, one database a server and user. `open` answers within 4 s, whatever the browser
 * does; the clock is only for that.
 */
export function idbStore({
  clock,
  budgetBytes = BUDGET_BYTES,
}: {
  clock: Clock
  /** Rows take no more than this, about; the rooms viewed longest ago make room. */
  budgetBytes?: number
}): LocalStore {
  let session: Session | null = null
  /** Counts `open`, `close` and `wipe`: an open that was overtaken, or came too late, must not take the place. */
  let turns = 0

  const opened = (): Session => {
    if (session === null) throw new LocalStoreError('unavailable', 'no space is open')
    return session
  }

  let hasAsked = false

  /** What is unsent is nowhere else: the browser is asked not to clear it when it needs room. It may say no. */
  function askToPersist(): void {
    if (hasAsked) return
    hasAsked = true
    // Missing in insecure pages, and an opaque origin rejects: neither can keep anything for long anyway.
    globalThis.navigator?.storage?.persist?.().catch(() => undefined)
  }

  async function leave(): Promise<void> {
    turns++
    const left = session
    session = null
    await left?.queue(async () => left.handle.close())
  }

  async function openSpace(scope: LocalScope, turn: number): Promise<LocalSnapshot> {
    const server = serverName(scope.url)
    const userId = scope.userId ?? (await lastUser(server))
    if (userId === undefined) return { meta: null, rooms: [], entries: [] }
    const handle = new Handle(databaseName(server, userId), clock)
    const stamps = new Stamps()
    try {
      const snapshot = await readSnapshot(handle, stamps)
      if (scope.userId !== null) await rememberUser(server, userId)
      if (turn !== turns) handle.close()
      else session = { server, handle, stamps, queue: serial(), budget: createBudget(handle, budgetBytes) }
      return snapshot
    } catch (error) {
      handle.close()
      throw error
    }
  }

  return {
    kind: 'indexeddb',

    async open(scope: LocalScope): Promise<LocalSnapshot> {
      const last = session
      const leaving = leave()
      const turn = turns
      const opening = leaving.then(() => openSpace(scope, turn))
      try {
        return await within(clock, OPEN_GUARD_MS, opening, () => {
          turns++
          // What the space before still had to write is over: it would overtake what a later one writes.
          last?.handle.close()
          return new LocalStoreError('timeout', `IndexedDB did not answer within ${OPEN_GUARD_MS / 1000} s`)
        })
      } catch (error) {
        throw failureOf(error)
      }
    },

    async readChunks(roomId, indexes) {
      const { handle, queue, stamps } = opened()
      return await queue(() => readChunks(handle, roomId, indexes, stamps))
    },

    async write(write: LocalWrite): Promise<void> {
      const { handle, queue, stamps, budget } = opened()
      if (write.putEntries?.length) askToPersist()
      const written = await queue(() => handle.use((database) => writeAll(database, write, stamps)))
      // Behind it: the write is kept, whatever becomes of this. Trouble with the disk is the next call's to tell.
      queue(() => budget.wrote(written)).catch(() => undefined)
    },

    async wipe(): Promise<void> {
      const { server, handle, queue } = opened()
      turns++
      session = null
      await queue(async () => {
        // First the content, which no other tab can hold up; then the database, which an old tab's handle can.
        const [cleared, forgotten] = await Promise.allSettled([handle.use(clear), forgetUser(server)])
        handle.close()
        const isGone = await deleted(handle.name)
        if (cleared.status === 'rejected' && !isGone) throw failureOf(cleared.reason)
        if (forgotten.status === 'rejected') throw failureOf(forgotten.reason)
      })
    },

    close: leave,
  }
}

async function clear(database: Database): Promise<void> {
  const transaction = database.transaction(STORES, 'readwrite', { durability: 'strict' })
  const clearing = STORES.map((name) => transaction.objectStore(name).clear())
  await Promise.all([...clearing, transaction.done])
}

/** False: another tab's handle holds it; it goes when the last one lets go. */
function deleted(name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => resolve(false) }).then(
      () => resolve(true),
      (error: unknown) => reject(failureOf(error)),
    )
  })
}
