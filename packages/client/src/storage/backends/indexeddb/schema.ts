import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import type { LocalTable } from '../../port'

/** A chunk is one record: written in chunks a message costs a 20th of a record each. */
export interface Schema extends DBSchema {
  lastUsers: { key: string; value: unknown }
  meta: { key: string; value: unknown }
  rooms: { key: string; value: unknown }
  chunks: { key: [roomId: string, index: number]; value: unknown }
  entries: { key: string; value: unknown }
}

export type Database = IDBPDatabase<Schema>
type Upgrade = IDBPTransaction<Schema, LocalTable[], 'versionchange'>
type Step = (database: Database) => void

/**
 * Step n leads from version n to n + 1; the database's version is their number. A released step is never changed: a new
 * shape is a new step, with a test that starts from each older version.
 */
export type DatabaseShape = readonly Step[]

/** Who was last here, by server. */
export const DIRECTORY: DatabaseShape = [(database) => void database.createObjectStore('lastUsers')]

/** One database a server and user. */
export const COPY: DatabaseShape = [
  (database) => {
    database.createObjectStore('meta')
    database.createObjectStore('rooms', { keyPath: 'roomId' })
    database.createObjectStore('chunks')
    database.createObjectStore('entries', { keyPath: 'clientId' })
  },
  // Bytes of each chunk were counted here.
  () => {},
  // Tabs of older versions do not look at the version of the rows: with this step they let go of the database.
  (database) => {
    const { objectStoreNames } = database as unknown as IDBDatabase
    if (objectStoreNames.contains('sizes')) (database as unknown as IDBDatabase).deleteObjectStore('sizes')
  },
]

/** All steps or none: the first that fails takes the transaction with it, and is what this throws. */
export function upgrade(shape: DatabaseShape, database: Database, transaction: Upgrade, from: number): void {
  try {
    for (const step of shape.slice(from)) step(database)
  } catch (error) {
    // A request that failed has aborted it already.
    if (transaction.error === null) transaction.abort()
    throw error
  }
}
