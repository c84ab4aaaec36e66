import { deleteDB, type IDBPTransaction } from 'idb'
import type { Clock } from '../../platform/clock'
import {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
  type LocalTable,
} from '../port'
import { serialQueue } from '../serial-queue'
import { failureOf, isAboutValue, isUnreadable } from './indexeddb/failure'
import { Handle } from './indexeddb/handle'
import { COPY, type Database, DIRECTORY, type Schema } from './indexeddb/schema'

type Tables = LocalTable[]
type Writing = IDBPTransaction<Schema, Tables, 'readwrite'>
type Key = string | [string, number]

/**
 * Keeps records in IndexedDB, one database per storage space. The clock is for the time limit of an open that never
 * answers.
 */
export function indexedDbStore({ clock }: { clock: Clock }): LocalStore {
  let hasAsked = false

  /** Unsent messages exist nowhere else: this asks the browser not to clear them when it needs room. It may refuse. */
  function askToPersist(): void {
    if (hasAsked) return
    hasAsked = true
    // Missing in insecure pages, and an opaque origin rejects: neither keeps data for long anyway.
    globalThis.navigator?.storage?.persist?.().catch(() => undefined)
  }

  return {
    kind: 'indexeddb',
    async open(name) {
      const handle = new Handle(['roomful', ...name].join(':'), name.length > 0 ? COPY : DIRECTORY, clock)
      try {
        await handle.use(async () => {})
      } catch (error) {
        handle.close()
        throw error
      }
      return spaceIn(handle, askToPersist)
    },
  }
}

function spaceIn(handle: Handle, onEntry: () => void): LocalSpace {
  // So that a write after the loss of a handle does not overtake earlier ones.
  const inOrder = serialQueue()

  return {
    load: (paths) =>
      inOrder(async () => {
        try {
          return await handle.use((database) => loadAll(database, paths))
        } catch (error) {
          const failure = failureOf(error)
          if (!isUnreadable(failure.cause)) throw failure
          throw new LocalStoreError('corrupt', failure.message, { cause: error })
        }
      }),
    save: (batch) => {
      if (batch.put?.some(([[table]]) => table === 'entries')) onEntry()
      return inOrder(() => handle.use((database) => saveAll(database, batch)))
    },
    erase: () =>
      inOrder(async () => {
        // First the content, which no other tab can block; then the database, which an old tab's handle can.
        const [cleared] = await Promise.allSettled([handle.use(clear)])
        handle.close()
        const isGone = await deleted(handle.name)
        if (cleared.status === 'rejected' && !isGone) throw failureOf(cleared.reason)
      }),
    close: () => inOrder(async () => handle.close()),
  }
}

const tablesOf = (database: Database): Tables => [...database.objectStoreNames]

async function loadAll(database: Database, paths: readonly LocalPath[]): Promise<readonly LocalRecord[]> {
  const transaction = database.transaction([...new Set(paths.map(([table]) => table))])
  const [found] = await Promise.all([
    Promise.all(
      paths.map(async (path): Promise<readonly LocalRecord[]> => {
        const [table] = path
        const store = transaction.objectStore(table)
        const range = rangeOf(path)
        if (range instanceof IDBKeyRange || range === undefined) {
          const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)])
          return keys.map((key, i) => [[table, ...(Array.isArray(key) ? key : [key])], values[i]])
        }
        const value = await store.get(range)
        return value === undefined ? [] : [[path, value]]
      }),
    ),
    transaction.done,
  ])
  return found.flat()
}

/**
 * One batch, one transaction over all tables: all or nothing, and in the order of the calls. It awaits only its own
 * requests, or it would commit too early.
 */
async function saveAll(database: Database, batch: LocalBatch): Promise<void> {
  const transaction: Writing = database.transaction(tablesOf(database), 'readwrite', {
    // The outbox must survive power loss; rows can be loaded again and are far cheaper relaxed.
    durability: batch.durable ? 'strict' : 'relaxed',
  })
  const requests: Promise<unknown>[] = [transaction.done]
  try {
    if (batch.expect) await look(transaction, batch.expect)
    for (const request of taken(requestsOf(transaction, batch))) requests.push(request)
    // Without it the commit waits for this page to handle each request, and leaving the page aborts it.
    transaction.commit()
  } catch (error) {
    // A value that cannot be cloned throws at once. Without the abort the requests before it would be committed.
    if (transaction.error === null) transaction.abort()
    await Promise.allSettled(requests)
    throw error
  }
  // The requests settle before `done`: the first rejection names the cause.
  await Promise.all(requests)
}

async function look(transaction: Writing, [path, value]: LocalRecord): Promise<void> {
  const range = rangeOf(path)
  const found = range === undefined ? undefined : await transaction.objectStore(path[0]).get(range)
  if (JSON.stringify(found) !== JSON.stringify(value))
    throw new LocalStoreError('taken', 'another tab has written to the local copy')
}

/** A value that cannot be cloned throws as its request is made, and is no sign about the handle. */
function* taken(requests: Iterable<Promise<unknown>>): Generator<Promise<unknown>> {
  try {
    yield* requests
  } catch (error) {
    throw isAboutValue(error) ? new LocalStoreError('invalid', `not kept: ${error}`, { cause: error }) : error
  }
}

/** One request after the other. */
function* requestsOf(
  transaction: Writing,
  { remove = [], put = [] }: LocalBatch,
): Generator<Promise<unknown>> {
  for (const path of remove) {
    const store = transaction.objectStore(path[0])
    const range = rangeOf(path)
    yield range === undefined ? store.clear() : store.delete(range)
  }
  for (const [path, value] of put) {
    const store = transaction.objectStore(path[0])
    const key = rangeOf(path)
    if (key === undefined || key instanceof IDBKeyRange) throw new TypeError(`${path.join()} is no record`)
    yield store.keyPath === null ? store.put(value, key) : store.put(value)
  }
}

/** The key of one record, the range of several, or undefined: the whole table. */
function rangeOf([table, first, second]: LocalPath): Key | IDBKeyRange | undefined {
  if (first === undefined) return undefined
  if (table !== 'chunks' && table !== 'files') return String(first)
  return second === undefined ? IDBKeyRange.bound([first], [first, []]) : [String(first), Number(second)]
}

async function clear(database: Database): Promise<void> {
  const tables = tablesOf(database)
  const transaction = database.transaction(tables, 'readwrite', { durability: 'strict' })
  const clearing = tables.map((name) => transaction.objectStore(name).clear())
  await Promise.all([...clearing, transaction.done])
}

/** False: another tab's handle blocks it; it is deleted when the last one closes. */
function deleted(name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => resolve(false) }).then(
      () => resolve(true),
      (error: unknown) => reject(failureOf(error)),
    )
  })
}
