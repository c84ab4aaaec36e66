import { type Chat, createChat, type Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { ReferenceRooms, type ReferenceServer, referenceServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

// The SDK against a third-party backend, which speaks only the reference document's events.

const USERS = { 'ada-token': { id: 'ada', name: 'Ada' }, 'ben-token': { id: 'ben', name: 'Ben' } }
const ROOMS = { general: ['ada', 'ben'], 'ada-only': ['ada'] }

let server: ReferenceServer
const chats: Chat[] = []

beforeEach(async () => {
  server = await referenceServer({ users: USERS, rooms: ROOMS })
})
afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.close()))
  await server.close()
})

async function open(user: 'ada' | 'ben', id = 'general'): Promise<{ chat: Chat; room: Room }> {
  const chat = createChat({ url: server.url, auth: `${user}-token`, protocol: 1, storage: 'memory' })
  chats.push(chat)
  const room = chat.room(id)
  await room.open()
  return { chat, room }
}

const texts = (room: Room): string[] =>
  room
    .messages()
    .filter((message) => !message.deleted)
    .map((message) => message.content)

test('a send shows at once, is confirmed once, and reaches the other user', async () => {
  const ada = await open('ada')
  const ben = await open('ben')
  const sent = ada.room.send('hello')
  expect(ada.room.messages()).toMatchObject([{ content: 'hello', clientId: sent.clientId, seq: 0 }])
  const { key } = ada.room.messages()[0] ?? {}
  expect(await sent).toMatchObject({ content: 'hello', seq: 1, status: 'sent' })
  await waitUntil('it at the other', () => texts(ben.room).length === 1)
  // Ack and echo have both arrived: a later message proves it, because the connection keeps its order.
  await ben.room.send('hi')
  await waitUntil('the answer', () => texts(ada.room).length === 2)
  expect(ada.room.messages()).toMatchObject([{ key, content: 'hello' }, { content: 'hi' }])
})

test('history is there on opening, and older pages on demand', async () => {
  for (let i = 1; i <= 120; i++)
    server.rooms.append('general', USERS['ben-token'], { content: `message ${i}` })
  const { room } = await open('ada')
  expect(texts(room).at(-1)).toBe('message 120')
  expect(room.getState().hasOlder).toBe(true)
  while (room.getState().hasOlder) await room.loadOlder()
  expect(texts(room)).toEqual(Array.from({ length: 120 }, (_, i) => `message ${i + 1}`))
})

test('edits and deletes reach the other side', async () => {
  const ada = await open('ada')
  const ben = await open('ben')
  const first = await ada.room.send('one')
  const second = await ada.room.send('two')
  await ada.room.edit(first.id, 'one, edited')
  await ada.room.delete(second.id)
  for (const { room } of [ada, ben])
    await waitUntil('both changes', () => texts(room).join() === 'one, edited')
})

test('a refusal fails the message, and can be retried or dropped', async () => {
  const { chat, room } = await open('ben')
  const foreign = chat.room('ada-only')
  const sent = foreign.send('let me in')
  await expect(sent).rejects.toThrow()
  expect(foreign.messages()).toMatchObject([{ status: 'failed' }])
  expect(foreign.cancel(sent.clientId)).toBe(true)
  expect(foreign.messages()).toEqual([])
  await room.send('still fine')
})

test('after a lost connection: missed messages are there, with edits and deletes, and queued ones go out once', async () => {
  const ada = await open('ada')
  const ben = await open('ben')
  const one = await ada.room.send('one')
  const two = await ada.room.send('two')
  await waitUntil('both at the other', () => texts(ben.room).length === 2)
  const gone = new Promise<void>((resolve) => {
    // Told, not looked for: it may be back within a few milliseconds.
    const stop = ben.chat.subscribe(() => {
      if (ben.chat.getState().connection.status === 'online') return
      stop()
      resolve()
    })
  })
  server.dropConnections()
  await gone
  server.rooms.append('general', USERS['ada-token'], { content: 'while away' })
  server.rooms.edit(one.id, 'ada', 'one, edited')
  server.rooms.remove(two.id, 'ada')
  const queued = ben.room.send('from the tunnel')
  await queued
  await waitUntil('all of it', () => texts(ben.room).join() === 'one, edited,while away,from the tunnel')
  await waitUntil('all of it at the other', () => texts(ada.room).join() === texts(ben.room).join())
  expect(server.rooms.rows('general').filter((row) => row.content === 'from the tunnel')).toHaveLength(1)
})

test('a restarted server is found again, and nothing shows twice', async () => {
  const ada = await open('ada')
  await ada.room.send('before')
  const { port, rooms } = server
  await server.close()
  const queued = ada.room.send('meanwhile')
  expect(ada.room.messages().at(-1)).toMatchObject({ content: 'meanwhile' })
  server = await referenceServer({ users: USERS, rooms: ROOMS, port, state: rooms })
  expect(rooms).toBeInstanceOf(ReferenceRooms)
  await queued
  expect(texts(ada.room)).toEqual(['before', 'meanwhile'])
  expect(rooms.rows('general').map((row) => row.content)).toEqual(['before', 'meanwhile'])
})

test('a lost answer does not show a second message', async () => {
  const ada = await open('ada')
  server.loseAcks(1)
  await ada.room.send('once')
  await ada.room.send('then')
  expect(texts(ada.room)).toEqual(['once', 'then'])
})

test('reading is sent to the server once, with the highest seq', async () => {
  const ben = await open('ben')
  const ada = await open('ada')
  for (const word of ['one', 'two', 'three']) await ben.room.send(word)
  await waitUntil('all three', () => texts(ada.room).length === 3)
  for (const seq of [1, 2, 3]) ada.room.markRead(seq)
  await waitUntil('the cursor', () => server.rooms.lastReadSeq('general', 'ada') === 3)
  expect(server.received.get('mark-read')).toBe(1)
  await waitUntil('the receipt', () => ben.room.getState().reads.get('ada') === 3)
})
