import { afterAll, beforeAll } from 'vitest'
import { ephemeralContract } from '../../packages/server/src/ephemeral/contract/ephemeral-contract'
import { openPostgresEphemeral } from '../../packages/server/src/ephemeral/postgres/postgres-ephemeral'
import { schemaOf } from '../../packages/server/src/ephemeral/postgres/tables'
import { withSchema } from '../../packages/server/src/stores/database-url'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
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
