import { type IDBPDatabase, openDB } from 'idb'
import { sampleRow } from '../../../model/rows/timeline/sample-rows'
import type { Clock } from '../../../platform/clock'
import { copyOn, type TestCopy } from '../../../test-support/copies'
import type { CopyOptions } from '../../create-copy'
import type { StoredChunk, StoredEntry, StoredRoom } from '../../local-copy'
import { indexedDbStore } from '../indexeddb'
import { COPY, type Schema } from './schema'

/** What the tests of the IndexedDB store share: one user, one room, and a direct view of its database. */
export const ann = { url: 'https://chat.example', userId: 'ann' }
export const NAME = `roomful:${ann.url}:${ann.userId}`
export const SCHEMA_VERSION = COPY.length

export const entryOf = (clientId: string): StoredEntry => ({
  clientId,
  roomId: 'r1',
  order: 1,
  data: { content: 'hi' },
})

export const roomOf = (roomId: string): StoredRoom => ({
  roomId,
  cursor: 9,
  lastSeq: 9,
  ranges: [{ from: 1, to: 2 }],
  lastReadSeq: 3,
  floorSeq: 1,
  item: null,
  draft: 'half a thought',
  usedAt: 1,
})

export const chunkOf = (roomId: string): StoredChunk => ({
  roomId,
  index: 0,
  messages: [sampleRow(1, 1), sampleRow(2, 2)],
})

export async function pastTheStore<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  const database = await openDB<Schema>(NAME, SCHEMA_VERSION)
  try {
    return await work(database)
  } finally {
    database.close()
  }
}

/** A tab's local copy, on its own handle. */
export const idbCopy = ({ clock, ...options }: { clock: Clock } & CopyOptions): TestCopy =>
  copyOn(indexedDbStore({ clock }), options)
