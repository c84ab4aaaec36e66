/** The page of the tests that drive the local store on its own: see store-page.ts. */

import { asUserId } from '@roomful/protocol/plain'
import { CHUNK_SIZE } from '../../packages/client/src/model/rows/timeline'
import { systemClock } from '../../packages/client/src/platform/system-clock'
import { indexedDbStore } from '../../packages/client/src/storage/backends/indexeddb'
import { copyContract } from '../../packages/client/src/storage/copy-contract'
import { createCopy } from '../../packages/client/src/storage/create-copy'
import { localStoreContract } from '../../packages/testing/src/contracts/local-store'
import { makeMessage, makeUser } from '../../packages/testing/src/factories'

const WRITE_ROUNDS = 10

const here = { url: 'https://chat.example', userId: 'ada' }
const ROOM = 'general'

export type WriteTimes = {
  readonly messages: number
  /** µs a message, as the client writes a room that it loads: chunk after chunk, with cursor and ranges. */
  readonly inChunks: number
  /** µs a message, one record and one transaction each, the same fields. */
  readonly oneByOne: number
}

const openCopy = () => createCopy(indexedDbStore({ clock: systemClock }))

const store = {
  contract: async (): Promise<{ name: string; error: string | null }[]> => {
    const results: { name: string; error: string | null }[] = []
    for (const { name, run } of [...localStoreContract, ...copyContract]) {
      const error = await run(async () => {
        await deleteAll()
        return { store: () => indexedDbStore({ clock: systemClock }) }
      }).then(
        () => null,
        (reason: unknown) => String(reason),
      )
      results.push({ name, error })
    }
    return results
  },

  /** A room with this many messages in the cache of this user, as an earlier run left it. */
  fill: async (url: string, userId: string, count: number): Promise<void> => {
    const local = openCopy()
    await local.open({ url, userId })
    await local.write({ meta: { user: makeUser({ id: asUserId(userId) }), epoch: 'an epoch' } })
    const chunksAWrite = 100
    const last = Math.floor(count / CHUNK_SIZE)
    for (let from = 0; from <= last; from += chunksAWrite) {
      const chunks = Array.from({ length: Math.min(chunksAWrite, last - from + 1) }, (_, i) =>
        chunkOf(from + i, count),
      )
      await local.write({ rooms: [roomOf(count)], chunks })
    }
    await local.close()
  },

  writeTimes: async (messages: number): Promise<WriteTimes> => {
    await deleteAll()
    const local = openCopy()
    await local.open(here)
    const plain = await plainDatabase()
    const pageSize = 200
    const round = messages / WRITE_ROUNDS
    const chunked: number[] = []
    const single: number[] = []
    // In turns, and the median of each: other load on the machine falls into one of the rounds.
    for (let done = 0; done < messages; done += round) {
      const start = performance.now()
      // A page of history per write, each chunk that it touches whole: what the client does while a user scrolls.
      for (let to = done + pageSize; to <= done + round; to += pageSize) {
        const first = Math.floor((to - pageSize + 1) / CHUNK_SIZE)
        const chunks = Array.from({ length: Math.floor(to / CHUNK_SIZE) - first + 1 }, (_, i) =>
          chunkOf(first + i, to),
        )
        await local.write({ rooms: [roomOf(to)], chunks })
      }
      const between = performance.now()
      for (let seq = done + 1; seq <= done + round; seq++) await putOne(plain, makeMessage({ seq }))
      chunked.push(between - start)
      single.push(performance.now() - between)
    }
    await local.close()
    plain.close()
    await deleteAll()
    const inChunks = (median(chunked) / round) * 1_000
    const oneByOne = (median(single) / round) * 1_000
    return { messages, inChunks, oneByOne }
  },
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const roomOf = (lastSeq: number) => ({
  roomId: ROOM,
  cursor: lastSeq,
  lastSeq,
  ranges: [{ from: 1, to: lastSeq }],
  lastReadSeq: lastSeq,
  floorSeq: 1,
  item: null,
  draft: '',
  usedAt: 1,
})

/** The rows of this chunk up to seq `to`. */
function chunkOf(index: number, to: number) {
  const first = Math.max(1, index * CHUNK_SIZE)
  const count = Math.min(to, index * CHUNK_SIZE + CHUNK_SIZE - 1) - first + 1
  return {
    roomId: ROOM,
    index,
    messages: Array.from({ length: Math.max(0, count) }, (_, i) => makeMessage({ seq: first + i })),
  }
}

function plainDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('one-by-one', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('messages', { keyPath: 'seq' })
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}

function putOne(database: IDBDatabase, message: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('messages', 'readwrite', { durability: 'relaxed' })
    transaction.objectStore('messages').put(message)
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

async function deleteAll(): Promise<void> {
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined) continue
    await new Promise<void>((resolve, reject) => {
      const deleting = indexedDB.deleteDatabase(name)
      deleting.onsuccess = () => resolve()
      deleting.onerror = () => reject(deleting.error)
    })
  }
}

export type InStorePage = typeof store
Object.assign(window, { store })
