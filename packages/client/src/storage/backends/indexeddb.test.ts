import 'fake-indexeddb/auto'
import { localStoreContract } from '@roomful/testing'
import { IDBFactory } from 'fake-indexeddb'
import { describe, test } from 'vitest'
import { copyContract } from '../copy-contract'
import { indexedDbStore } from './indexeddb'

const clock = { now: () => 0, setTimer: () => () => undefined }

describe('the IndexedDB store', () => {
  test.each([...localStoreContract, ...copyContract])('$name', ({ run }) =>
    run(async () => {
      globalThis.indexedDB = new IDBFactory()
      return { store: () => indexedDbStore({ clock }) }
    }),
  )
})
