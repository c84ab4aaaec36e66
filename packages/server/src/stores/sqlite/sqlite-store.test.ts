import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe } from 'vitest'
import type { OpenedStore } from '../contract/contract-room'
import { storeContract } from '../contract/store-contract'
import { farUnreadContract } from '../sql/far-unread-contract'
import { openSqliteStore } from './sqlite-store'

async function open(): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-sqlite-'))
  // In a missing folder: the store makes it.
  const path = join(folder, 'data', 'roomful.db')
  let store = await openSqliteStore(path)
  return {
    store,
    async reopen() {
      await store.close()
      store = await openSqliteStore(path)
      return store
    },
    async dispose() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

storeContract('sqlite', open)

describe('sqlite', () => {
  let opened: OpenedStore
  beforeEach(async () => {
    opened = await open()
  })
  afterEach(() => opened.dispose())
  farUnreadContract(() => opened.store)
})
