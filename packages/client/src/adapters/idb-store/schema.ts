import type { Message } from '@roomful/protocol'
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import type { StoredEntry, StoredMeta, StoredRoom } from '../../ports/local-store'
import { sizeOf } from './size'

/** One database a server and user. A chunk is one record: written in chunks a message costs a 20th of a record each. */
export interface Schema extends DBSchema {
  meta: { key: 'meta'; value: StoredMeta }
  rooms: { key: string; value: StoredRoom }
  chunks: { key: [roomId: string, index: number]; value: readonly Message[] }
  entries: { key: string; value: StoredEntry }
  /** Bytes of each chunk, about: what the budget is counted by. */
  sizes: { key: [roomId: string, index: number]; value: number }
}

export type Database = IDBPDatabase<Schema>
type Upgrade = IDBPTransaction<Schema, (typeof STORES)[number][], 'versionchange'>
type Step = (database: Database, transaction: Upgrade) => unknown

export const STORES = ['meta', 'rooms', 'chunks', 'entries', 'sizes'] as const

/**
 * Step n leads from version n to n + 1; the database's version is the schema's. A released step is never changed: a
 * new shape is a new step, with a test that starts from each older version.
 */
const STEPS: readonly Step[] = [
  (database) => {
    database.createObjectStore('meta')
    database.createObjectStore('rooms', { keyPath: 'roomId' })
    database.createObjectStore('chunks')
    database.createObjectStore('entries', { keyPath: 'clientId' })
  },
  async (database, transaction) => {
    const sizes = database.createObjectStore('sizes')
    // One at a time: a large cache must not be in memory as a whole.
    for await (const { key, value } of transaction.objectStore('chunks')) void sizes.put(sizeOf(value), key)
  },
]

export const SCHEMA_VERSION = STEPS.length

/** All steps or none: the first that fails takes the transaction with it, and is what this rejects with. */
export async function upgrade(database: Database, transaction: Upgrade, from: number): Promise<void> {
  try {
    for (const step of STEPS.slice(from)) await step(database, transaction)
  } catch (error) {
    // A request that failed has aborted it already.
    if (transaction.error === null) transaction.abort()
    throw error
  }
}
