import type { Message } from '@roomful/protocol'
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import type { StoredEntry, StoredMeta, StoredRoom } from '../../ports/local-store'

/** One database a server and user. A chunk is one record: written in chunks a message costs a 20th of a record each. */
export interface Schema extends DBSchema {
  meta: { key: 'meta'; value: StoredMeta }
  rooms: { key: string; value: StoredRoom }
  chunks: { key: [roomId: string, index: number]; value: readonly Message[] }
  entries: { key: string; value: StoredEntry }
}

export type Database = IDBPDatabase<Schema>
type Upgrade = IDBPTransaction<Schema, ('meta' | 'rooms' | 'chunks' | 'entries')[], 'versionchange'>
type Step = (database: Database, transaction: Upgrade) => void

export const STORES = ['meta', 'rooms', 'chunks', 'entries'] as const

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
]

export const SCHEMA_VERSION = STEPS.length

export function upgrade(database: Database, transaction: Upgrade, from: number): void {
  for (const step of STEPS.slice(from)) step(database, transaction)
}
