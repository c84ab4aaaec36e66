import type { Chat } from '@roomful/client'
import { asRoomId } from '@roomful/protocol'
import { type ChatServer, type ServerOptions, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { createTestClient, type TestUser } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'
import { SECRET, startServer } from './server-fixture'

let postgres: TestPostgres
let redis: TestRedis
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const worlds: Record<string, () => Promise<ServerOptions[]>> = {
  'one server': async () => [{ database: 'memory:' }],
  'two servers on one Postgres and one Redis': async () => {
    const database = await postgres.createDatabase()
    return [1, 2].map(() => ({ database, redis: redis.url }))
  },
}

describe.each(Object.keys(worlds))('%s', (kind) => {
  let servers: ChatServer[] = []
  const chats: Chat[] = []
  beforeEach(async () => {
    servers = await Promise.all(((await worlds[kind]?.()) ?? []).map((options) => startServer(options)))
  })
  afterEach(async () => {
    await Promise.all(chats.splice(0).map((chat) => chat.close()))
    await Promise.all(servers.map((server) => server.close()))
  })

  /** Ann is on the first server, all others are on the last. */
  async function enter(user: TestUser): Promise<Chat> {
    const server = user.id === 'ann' ? servers[0] : servers.at(-1)
    if (server === undefined) throw new Error('a server is up')
    const token = await signToken(SECRET, { name: user.id, ...user })
    const chat = await createTestClient({ url: server.url, token: async () => token }, user)
    chats.push(chat)
    return chat
  }
  async function room(): Promise<{ ann: Chat; bob: Chat; phone: Chat; id: string }> {
    const [ann, bob, phone] = [
      await enter({ id: 'ann' }),
      await enter({ id: 'bob' }),
      await enter({ id: 'bob' }),
    ]
    const { id } = await ann.createRoom({ name: 'Before', type: 'private', members: ['bob'] })
    for (const chat of [bob, phone])
      await waitUntil('the room to be listed', () => chat.getState().rooms.some((one) => one.id === id))
    return { ann, bob, phone, id }
  }
  const nameOf = (chat: Chat, id: string): string | undefined =>
    chat.getState().rooms.find((one) => one.id === id)?.name

  test('a renamed room has its new name on devices that have not opened it', async () => {
    const { ann, bob, phone, id } = await room()
    await bob.room(id).open()
    await ann.request('update-room', { roomId: asRoomId(id), name: 'After' })
    for (const chat of [ann, bob, phone]) await waitUntil('the new name', () => nameOf(chat, id) === 'After')
    expect(phone.room(id).getState().status).toBe('idle')
  })

  test('a room renamed while a device is off has its new name when it comes back', async () => {
    const { ann, phone, id } = await room()
    await phone.close()
    await ann.request('update-room', { roomId: asRoomId(id), name: 'After' })
    const back = await enter({ id: 'bob' })
    await waitUntil('the list', () => nameOf(back, id) !== undefined)
    expect(nameOf(back, id)).toBe('After')
  })

  test('a user who signs in under another name has it everywhere: open member lists, other devices, new messages', async () => {
    const { ann, bob, phone, id } = await room()
    await ann.room(id).open()
    await bob.room(id).open()
    await bob.room(id).send('before')
    await enter({ id: 'bob', name: 'Robert' })
    const namesIn = (chat: Chat) =>
      chat
        .room(id)
        .getState()
        .members.map(({ name }) => name)
    await waitUntil('the new name in the open room', () => namesIn(ann).join() === 'ann,Robert')
    for (const chat of [bob, phone])
      await waitUntil('the new name on their devices', () => chat.getState().user?.name === 'Robert')
    await bob.room(id).send('after')
    await waitUntil('both messages', () => ann.room(id).messages().length === 2)
    expect(
      ann
        .room(id)
        .messages()
        .map(({ senderName }) => senderName),
    ).toEqual(['bob', 'Robert'])
  })
})
