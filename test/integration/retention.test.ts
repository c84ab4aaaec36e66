import { asRoomId } from '@roomful/protocol'
import { openStore, type Store } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { createTcpProxy, createTestClient } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startServer, tokenOf } from './server-fixture'

const FLOOR = 21

let postgres: TestPostgres
let database: string
/** Another process on the same database, like the maintenance of another server. */
let store: Store
beforeAll(async () => {
  postgres = await startPostgres()
  database = await postgres.createDatabase()
  store = await openStore(database)
})
afterAll(async () => {
  await store.close()
  await postgres[Symbol.asyncDispose]()
})

const token = (user: string | { readonly id: string }): Promise<string> =>
  tokenOf(typeof user === 'string' ? user : user.id)

test('a client that holds purged messages drops them, and no client reads them any more', async () => {
  await using server = await startServer({ database, limits: { sendsPerSecond: 0 } })
  await using proxy = await createTcpProxy(server.port)
  const ann = await createTestClient({ url: proxy.url, token }, 'ann', { storage: 'memory' })
  const room = ann.room('general')
  await room.open()
  for (let seq = 1; seq <= 30; seq++) await room.send(`text ${seq}`)
  const seqs = (): number[] => room.messages().map(({ seq }) => seq)
  expect(seqs()[0]).toBe(1)

  expect(await store.purge(asRoomId('general'), FLOOR)).toBe(FLOOR)
  proxy.kick()
  await waitUntil('the purged messages to go', () => seqs()[0] === FLOOR && seqs().length === 10)
  expect(room.getState()).toMatchObject({ status: 'live', hasOlder: false, lastSeq: 30 })
  await room.loadOlder()
  expect(seqs()[0]).toBe(FLOOR)

  const bob = await createTestClient({ url: server.url, token }, 'bob', { storage: 'memory' })
  const fresh = bob.room('general')
  await fresh.open()
  expect(fresh.messages().map(({ seq }) => seq)).toEqual(seqs())
  await expect(
    bob.request('fetch-history', { roomId: asRoomId('general'), aroundSeq: 5 }),
  ).rejects.toMatchObject({
    code: 'HISTORY_TRUNCATED',
    retry: 'never',
  })
  const next = await fresh.send('after all')
  expect(next.seq).toBe(31)
  await waitUntil('it to be everywhere', () => seqs().at(-1) === 31)
  await Promise.all([ann.close(), bob.close()])
})
