import 'fake-indexeddb/auto'
import { localStoreContract } from '@roomful/testing'
import { IDBFactory } from 'fake-indexeddb'
import { describe, test } from 'vitest'
import { idbStore } from './idb-store'

const clock = { now: () => 0, setTimer: () => () => undefined }

describe('the IndexedDB store', () => {
  test.each(localStoreContract)('$name', ({ run }) =>
    run(async () => {
      globalThis.indexedDB = new IDBFactory()
      return { store: () => idbStore({ clock }) }
    }),
  )
})
