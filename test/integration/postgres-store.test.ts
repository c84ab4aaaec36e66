import { afterAll, beforeAll, describe } from 'vitest'
import { storeContract } from '../../packages/server/src/stores/contract/store-contract'
import type { Store } from '../../packages/server/src/stores/port'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { SessionPool } from '../../packages/server/src/stores/postgres/session-pool'
import { farUnreadContract } from '../../packages/server/src/stores/sql/far-unread-contract'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

let postgres: TestPostgres
let url = ''
let store: Store
let admin: SessionPool
beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
  store = await openPostgresStore(url)
  admin = new SessionPool(url, { max: 1 })
})
afterAll(async () => {
  await Promise.all([store.close(), admin.close()])
  await postgres[Symbol.asyncDispose]()
})

// One database and one store for all tests, emptied before each: opening a database takes longer than most tests.
const TABLES =
  'users, revoked_sessions, rooms, dm_rooms, room_heads, room_members, messages, op_ids, reports, audit'

storeContract('postgres', async () => {
  await admin.lend((session) => session.query(`TRUNCATE ${TABLES}`))
  return {
    store,
    async reopen() {
      await store.close()
      store = await openPostgresStore(url)
      return store
    },
    dispose: async () => {},
  }
})

describe('postgres', () => {
  farUnreadContract(() => store)
})
