import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeContract } from '../../packages/server/src/stores/contract/store-contract'
import type { Store } from '../../packages/server/src/stores/port'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import { migrate } from '../../packages/server/src/stores/postgres/migrate'
import { MIGRATIONS } from '../../packages/server/src/stores/postgres/migrations'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { farUnreadContract } from '../../packages/server/src/stores/sql/far-unread-contract'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

let postgres: TestPostgres
let url = ''
let store: Store
let admin: ClientPool
beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
  store = await openPostgresStore(url)
  admin = new ClientPool(url, { max: 1 })
})
afterAll(async () => {
  await Promise.all([store.close(), admin.close()])
  await postgres[Symbol.asyncDispose]()
})

// One database and one store for all tests, emptied before each: opening a database takes longer than most tests.
const TABLES =
  'users, revoked_sessions, rooms, dm_rooms, room_heads, room_members, messages, op_ids, reports, audit, deleted_rooms, invitations, blocks'

storeContract('postgres', async () => {
  await admin.lend((client) => client.query(`TRUNCATE ${TABLES}`))
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

  test('P15: a server of the previous version writes members while this one counts them', async () => {
    const older = await postgres.createDatabase()
    const pool = new ClientPool(older, { max: 1 })
    const run = (sql: string) => pool.lend((client) => client.query(sql))
    await pool.lend((client) => migrate(client, MIGRATIONS.slice(0, 3)))
    const join = (user: string, removed: string, rev: number) =>
      run(`INSERT INTO room_members (room_id, user_id, name, removed, rev)
        VALUES ('r1', '${user}', '${user}', ${removed}, ${rev})
        ON CONFLICT (room_id, user_id) DO UPDATE SET removed = excluded.removed, rev = excluded.rev`)
    await run(`INSERT INTO rooms (id, name, name_search) VALUES ('r1', 'Room', 'room')`)
    await run(`INSERT INTO room_heads (room_id) VALUES ('r1')`)
    await join('ann', 'NULL', 1)
    await join('bob', 'NULL', 2)
    await join('cid', `'left'`, 3)
    await pool.lend((client) => migrate(client))
    const count = async () => (await run('SELECT member_count FROM room_heads'))[0]?.member_count
    expect(await count()).toBe(2)
    await join('cid', 'NULL', 4)
    await join('dot', 'NULL', 5)
    await join('bob', `'kicked'`, 6)
    await join('bob', `'banned'`, 7)
    expect(await count()).toBe(3)
    await run(`DELETE FROM room_members WHERE user_id IN ('ann', 'bob')`)
    expect(await count()).toBe(2)
    await pool.close()
  })
})
