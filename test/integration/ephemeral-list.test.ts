import { waitUntil } from '@roomful/testing'
import { createTcpProxy, createTestClient, createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'

let postgres: TestPostgres
let redis: TestRedis
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  if (redis.pid === undefined) throw new Error('Redis is running')
  process.kill(redis.pid, name)
}

test('P16: while Redis hangs a reconnect takes no ephemeral room from the list, and a new device gets them afterwards', async () => {
  const database = await postgres.createDatabase()
  await using server = await createTestServer({ database, redis: redis.url, defaultRooms: ['general'] })
  await using proxy = await createTcpProxy(Number(new URL(server.url).port))
  const through = { ...server, url: proxy.url }
  await using ann = await createTestClient(through, { id: 'ann', name: 'Ann' })
  const listed = ({ getState }: Pick<typeof ann, 'getState'>): string[] =>
    getState()
      .rooms.map(({ name }) => name)
      .sort()
  const live = await ann.createRoom({ name: 'Live', type: 'ephemeral' })
  await live.open()
  await waitUntil('both', () => listed(ann).join() === 'Live,general')
  signal('SIGSTOP')
  try {
    proxy.cut()
    await waitUntil('the connection to be lost', () => ann.getState().connection.status !== 'online')
    // Another device makes a room while this one is away: it comes with the list.
    await using phone = await createTestClient(server, { id: 'ann', name: 'Ann' })
    await waitUntil('the list of a new device', () => phone.getState().roomsLoaded)
    expect(listed(phone)).toEqual(['general'])
    await phone.createRoom({ name: 'Den', type: 'private' })
    proxy.heal()
    await waitUntil('the list', () => listed(ann).includes('Den'))
    expect(live.getState().status).not.toBe('removed')
    expect(listed(ann)).toEqual(['Den', 'Live', 'general'])
    signal('SIGCONT')
    await waitUntil('the room to come', () => listed(phone).includes('Live'))
    const there = phone.room(live.id)
    await there.open()
    await there.send('still here')
    await waitUntil('the message', () =>
      live.getState().messages.some(({ content }) => content === 'still here'),
    )
  } finally {
    signal('SIGCONT')
  }
})
