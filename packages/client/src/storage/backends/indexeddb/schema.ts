import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import type { LocalTable } from '../../port'

/** A chunk is one record: in chunks a message costs a 20th of a record each. */
export interface Schema extends DBSchema {
  lastUsers: { key: string; value: unknown }
  meta: { key: string; value: unknown }
  rooms: { key: string; value: unknown }
  chunks: { key: [roomId: string, index: number]; value: unknown }
  entries: { key: string; value: unknown }
  files: { key: [clientId: string, index: number]; value: unknown }
}

export type Database = IDBPDatabase<Schema>
type Upgrade = IDBPTransaction<Schema, LocalTable[], 'versionchange'>
type Step = (database: Database) => void

/**
 * Step n leads from version n to n + 1; the database's version is their number. A released step never changes: a new
 * schema is a new step, with a test that starts from each older version.
 */
export type DatabaseShape = readonly Step[]

/** The last user, by server. */
export const DIRECTORY: DatabaseShape = [(database) => void database.createObjectStore('lastUsers')]

/** One database per server and user. */
export const COPY: DatabaseShape = [
  (database) => {
    database.createObjectStore('meta')
    database.createObjectStore('rooms', { keyPath: 'roomId' })
    database.createObjectStore('chunks')
    database.createObjectStore('entries', { keyPath: 'clientId' })
  },
  // This table counted the bytes of each chunk.
  () => {},
  // Tabs of older versions do not check the version of the rows: with this step they close the database.
  (database) => {
    const { objectStoreNames } = database as unknown as IDBDatabase
    if (objectStoreNames.contains('sizes')) (database as unknown as IDBDatabase).deleteObjectStore('sizes')
  },
  (database) => void database.createObjectStore('files'),
]

/** All steps or none: the first that fails aborts the transaction, and its error is thrown. */
export function upgrade(shape: DatabaseShape, database: Database, transaction: Upgrade, from: number): void {
  try {
    for (const step of shape.slice(from)) step(database)
  } catch (error) {
    // A failed request has aborted it already.
    if (transaction.error === null) transaction.abort()
    throw error
  }
}
