import type { ChatServer, ServerOptions } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'
import { stopwatch } from '../stopwatch'
import { connect, type Device, messagesOf, signIn, startServer, tokenOf } from './server-fixture'

let postgres: TestPostgres
let redis: TestRedis
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

let nodes: ChatServer[] = []
const devices: Device[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) device.close()
  await Promise.all(nodes.splice(0).map((node) => node.close()))
})

async function startNodes(options: ServerOptions): Promise<void> {
  const database = await postgres.createDatabase()
  const limits = { sendsPerSecond: 0, eventsPerSecond: 0 }
  // At once: both find an empty database.
  nodes = await Promise.all([1, 2].map(() => startServer({ database, limits, ...options })))
}

function node(index: number): ChatServer {
  const found = nodes[index]
  if (!found) throw new Error('no node')
  return found
}

async function enter(index: number, id: string, protocol: 1 | 2 = 2): Promise<Device> {
  const device = await signIn(node(index), id, protocol)
  devices.push(device)
  return device
}

const inGeneral = { roomId: 'general' }
const joinGeneral = (device: Device) => device.do('join-rooms', { roomIds: ['general'] })
const say = (device: Device, content: string) =>
  device.do('send-message', { ...inGeneral, content, clientId: `client-${content.replaceAll(' ', '-')}` })
const contents = (device: Device): string[] => [
  ...messagesOf(device.all('changes')).map(({ content }) => content),
  ...device.all('new-message').map(({ content }) => content),
]

/** Protocol 2 goes by heads when it gets no rows: with either it has the message. */
async function converged(device: Device, content: string, withinMs: number): Promise<void> {
  const watch = stopwatch()
  await waitUntil(`"${content}" to arrive`, () => contents(device).includes(content))
  expect(watch.idleMs()).toBeLessThan(withinMs)
}

const buses: Record<string, () => ServerOptions> = {
  'one Postgres and one Redis': () => ({ redis: redis.url }),
  'one Postgres alone': () => ({}),
}

describe.each(Object.keys(buses))('two nodes on %s', (kind) => {
  const joining = (): ServerOptions => buses[kind]?.() ?? {}
  beforeEach(() => startNodes(joining()))

  test('an invitation on A arrives on B within a second; an ephemeral room of A is one of B as well', async () => {
    const [ann, bob] = [await enter(0, 'ann'), await enter(1, 'bob')]
    const { room } = await ann.do('create-room', { name: 'Ours', type: 'private' })
    const watch = stopwatch()
    await ann.do('add-member', { roomId: room.id, userId: 'bob' })
    await bob.next('room-added', ({ item }) => item.room.id === room.id)
    expect(watch.idleMs()).toBeLessThan(1_000)
    const live = await ann.do('create-room', { name: 'Live', type: 'ephemeral', members: ['bob'] })
    const roomId = live.room.id
    await bob.next('room-added', ({ item }) => item.room.id === roomId)
    for (const device of [ann, bob]) await device.do('join-rooms', { roomIds: [roomId] })
    const sent = [await ann.do('send-message', { roomId, content: 'from A', clientId: 'client-from-a' })]
    sent.push(await bob.do('send-message', { roomId, content: 'from B', clientId: 'client-from-b' }))
    expect(sent.map(({ message }) => message.seq)).toEqual([1, 2])
    for (const device of [ann, bob])
      await waitUntil('both', () => ['from A', 'from B'].every((text) => contents(device).includes(text)))
  })

  test('a message sent on A is on B with the ack, in both protocols, each once and in order', async () => {
    const [ann, bob, eve] = [await enter(0, 'ann'), await enter(1, 'bob'), await enter(1, 'eve', 1)]
    for (const device of [ann, bob, eve]) await joinGeneral(device)
    const sent = Array.from({ length: 50 }, (_, n) => `message ${n}`)
    const acks = []
    for (const content of sent) acks.push(await say(ann, content))
    expect(acks.map(({ message }) => message.seq)).toEqual(sent.map((_, n) => n + 1))
    await Promise.all([converged(bob, 'message 49', 1_000), converged(eve, 'message 49', 1_000)])
    expect(contents(ann)).toEqual(sent)
    expect(contents(bob)).toEqual(sent)
    expect(contents(eve)).toEqual(sent)
  })

  test('both nodes send at once: every device receives every message once, by rev without a gap', async () => {
    const [ann, bob, eve] = [await enter(0, 'ann'), await enter(1, 'bob'), await enter(0, 'eve', 1)]
    for (const device of [ann, bob, eve]) await joinGeneral(device)
    await Promise.all(Array.from({ length: 100 }, (_, n) => say(n % 2 === 0 ? ann : bob, `message ${n}`)))
    const everything = (device: Device): boolean => contents(device).length >= 100
    await waitUntil('everything', () => [ann, bob, eve].every(everything))
    for (const device of [ann, bob]) {
      const revs = device.all('changes').flatMap(({ changes }) => changes.map(({ rev }) => rev))
      const first = Math.min(...revs)
      expect(revs.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => first + n))
    }
    expect(new Set(eve.all('new-message').map(({ seq }) => seq)).size).toBe(100)
    expect(eve.all('new-message')).toHaveLength(100)
  })

  test('P8: a kick on A closes the room for a socket on B within a second', async () => {
    const [ann, bob] = [await enter(0, 'ann'), await enter(1, 'bob')]
    const { room } = await ann.do('create-room', { name: 'Ours', type: 'private', members: ['bob'] })
    const roomId = room.id
    await bob.next('room-added', ({ item }) => item.room.id === roomId)
    await bob.do('join-rooms', { roomIds: [roomId] })
    const watch = stopwatch()
    await ann.do('remove-member', { roomId, userId: 'bob' })
    await ann.do('send-message', { roomId, content: 'secret', clientId: 'client-id-1' })
    await bob.next('room-removed', (notice) => notice.roomId === roomId && notice.reason === 'kicked')
    expect(watch.idleMs()).toBeLessThan(1_000)
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(JSON.stringify(bob.events)).not.toContain('secret')
  })

  test('P8: a login session revoked on A ends on B within a second', async () => {
    const token = await tokenOf('bob', { sid: 'session-of-bob' })
    const bob = await connect(node(1), { token, protocol: 2 })
    devices.push(bob)
    await bob.next('ready')
    const watch = stopwatch()
    await node(0).revokeSession('session-of-bob')
    expect(await bob.next('bye')).toMatchObject({ reason: 'SESSION_REVOKED' })
    await bob.disconnected
    expect(watch.idleMs()).toBeLessThan(1_000)
  })

  test('typing, receipts and presence cross over; a node that stops takes its users along', async () => {
    const [ann, bob] = [await enter(0, 'ann'), await enter(1, 'bob')]
    for (const device of [ann, bob]) await joinGeneral(device)
    await say(ann, 'hello')
    // At most once, like everything volatile: a user who types repeats the signal.
    await waitUntil('typing', async () => {
      await ann.do('typing', { ...inGeneral, typing: true })
      return bob.all('typing').some(({ userId }) => userId === 'ann')
    })
    await bob.do('mark-read', { ...inGeneral, seq: 1 })
    await ann.next('read-receipts', ({ reads }) => reads.bob === 1)
    const { presence } = await bob.do('watch-presence', { userIds: ['ann'] })
    expect(presence).toMatchObject([{ userId: 'ann', status: 'online' }])
    await node(0).close()
    await bob.next('presence', ({ userId, status }) => userId === 'ann' && status === 'offline')
  })

  test('a node that joins later learns who is there', async () => {
    const ann = await enter(0, 'ann')
    await joinGeneral(ann)
    const database = await postgres.createDatabase()
    const late = await startServer({ database, ...joining() })
    nodes.push(late)
    // On another database, and so separate: it receives nothing of this one.
    const stranger = await connect(late, { token: await tokenOf('zoe'), protocol: 2 })
    devices.push(stranger)
    await stranger.do('join-rooms', { roomIds: ['general'] })
    await say(ann, 'not for others')
    const { presence } = await stranger.do('watch-presence', { userIds: ['ann'] })
    expect(presence).toMatchObject([{ status: 'offline' }])
    const bob = await enter(1, 'bob')
    await joinGeneral(bob)
    expect(await bob.do('watch-presence', { userIds: ['ann'] })).toMatchObject({
      presence: [{ userId: 'ann', status: 'online' }],
    })
    expect(contents(stranger)).toEqual([])
  })
})

describe('P16: without Redis', () => {
  test('kill -9 of Redis: sends still arrive everywhere, once, and at once again when it is back', async () => {
    const warned: string[] = []
    const note = (_: object, text: string): void => void warned.push(text)
    const logger = { debug() {}, info: note, warn: note, error: note }
    await startNodes({ redis: redis.url, logger })
    const [ann, bob, eve] = [await enter(0, 'ann'), await enter(1, 'bob'), await enter(1, 'eve', 1)]
    for (const device of [ann, bob, eve]) await joinGeneral(device)
    await say(ann, 'before')
    await converged(bob, 'before', 1_000)

    await redis.kill()
    const sent = Array.from({ length: 20 }, (_, n) => `meanwhile ${n}`)
    for (const content of sent) await say(ann, content)
    await Promise.all([converged(bob, 'meanwhile 19', 10_000), converged(eve, 'meanwhile 19', 10_000)])
    const { room } = await ann.do('create-room', { name: 'New', type: 'private', members: ['bob'] })

    await redis.start()
    await waitUntil('Redis to be back', () => warned.filter((text) => text === 'Redis is back').length === 2)
    await say(ann, 'after')
    await Promise.all([converged(bob, 'after', 1_000), converged(eve, 'after', 1_000)])
    await bob.next('room-added', ({ item }) => item.room.id === room.id)
    for (const device of [bob, eve]) expect(contents(device)).toEqual(['before', ...sent, 'after'])
    // Logged once per outage and node, however often it was tried.
    expect(warned.filter((text) => text.startsWith('Redis cannot be reached'))).toHaveLength(2)
  })

  test('never there: nodes on one Postgres converge by the database alone', async () => {
    await startNodes({})
    const [ann, bob, eve] = [await enter(0, 'ann'), await enter(1, 'bob'), await enter(1, 'eve', 1)]
    for (const device of [ann, bob, eve]) await joinGeneral(device)
    await Promise.all([say(ann, 'from A'), say(bob, 'from B')])
    await Promise.all(
      [ann, bob, eve].flatMap((device) =>
        ['from A', 'from B'].map((content) => converged(device, content, 10_000)),
      ),
    )
    for (const device of [ann, bob, eve]) expect(contents(device)).toHaveLength(2)
    const { message } = await say(ann, 'to be deleted')
    await converged(eve, 'to be deleted', 10_000)
    await ann.do('delete-message', { messageId: message.id })
    await eve.next('message-deleted', ({ messageId }) => messageId === message.id)
  })

  test('a server starts while Redis is down, and on SQLite it names what it needs', async () => {
    await redis.kill()
    const database = await postgres.createDatabase()
    const watch = stopwatch()
    nodes = [await startServer({ database, redis: redis.url })]
    expect(watch.idleMs()).toBeLessThan(10_000)
    const ann = await enter(0, 'ann')
    await joinGeneral(ann)
    expect(await say(ann, 'alone')).toMatchObject({ message: { seq: 1 } })
    await redis.start()
    await expect(startServer({ redis: redis.url })).rejects.toThrow('Postgres (--redis, --database)')
  })
})
