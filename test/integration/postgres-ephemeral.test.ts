import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ephemeralContract } from '../../packages/server/src/ephemeral/contract/ephemeral-contract'
import { openPostgresEphemeral } from '../../packages/server/src/ephemeral/postgres/postgres-ephemeral'
import { schemaOf } from '../../packages/server/src/ephemeral/postgres/tables'
import { withSchema } from '../../packages/server/src/stores/database-url'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import { LOCK_KEY } from '../../packages/server/src/stores/postgres/migrate'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

let postgres: TestPostgres
let url = ''
let admin: ClientPool
const epoch = '00000000-0000-7000-8000-00000000000A'
beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.createDatabase()
  admin = new ClientPool(withSchema(url, schemaOf(epoch)), { max: 1 })
})
afterAll(async () => {
  await admin.close()
  await postgres[Symbol.asyncDispose]()
})

const TABLES = 'rooms, room_heads, room_members, messages, purged_sends, op_ids, reports, audit'

// One schema for all tests, emptied before each: creating it takes longer than most tests.
ephemeralContract('postgres', async (options) => {
  const store = await openPostgresEphemeral({ url, epoch, ...options })
  await admin.lend((client) => client.query(`TRUNCATE ${TABLES}`))
  return {
    store,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    dispose: () => store.close(),
  }
})

test('servers that start at once on a new database all have ephemeral rooms (P2)', async () => {
  const fresh = await postgres.createDatabase()
  const gate = new ClientPool(fresh, { max: 2 })
  const waiting = async (): Promise<number> => {
    const rows = await gate.lend((client) =>
      client.query(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`),
    )
    return rows.length
  }
  const opening = await gate.lend(async (client) => {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1::bigint)', LOCK_KEY)
    const stores = [1, 2, 3].map(() => openPostgresEphemeral({ url: fresh, epoch }))
    await waitUntil('all of them wait for the lock', async () => (await waiting()) === stores.length)
    await client.query('COMMIT')
    return stores
  })
  const outcomes = await Promise.allSettled(opening)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.close()
  await gate.close()
})
