import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestServer, type TestServer } from '@roomful/testing/node'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'

// Written from the reference chat-rooms document alone: its event names, its payloads, its callbacks. It uses nothing
// of the SDK and nothing of protocol 2.

type ReferenceMessage = {
  id: string
  roomId: string
  senderId: string
  senderName: string
  seq: number
  content: string
  type: string
  replyTo: string | null
  createdAt: string
  clientId?: string
}
type Answer = { ok?: true; error?: string; message?: ReferenceMessage; messages?: ReferenceMessage[] }

let server: TestServer
let ada: Socket
let ben: Socket

beforeEach(async () => {
  server = await createTestServer()
  ada = await connect('ada', 'Ada')
  ben = await connect('ben', 'Ben')
})
afterEach(async () => {
  ada.disconnect()
  ben.disconnect()
  await server.close()
})

async function connect(id: string, name: string): Promise<Socket> {
  const socket = io(server.url, { auth: { token: await server.token({ id, name }) }, forceNew: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}

async function mkdtempDisposable(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'roomful-images-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const next = <T>(socket: Socket, event: string): Promise<T> =>
  new Promise((resolve) => socket.once(event, resolve))

const ask = (socket: Socket, event: string, payload: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    socket.timeout(120_000).emit(event, payload, (late: Error | null, answer: Answer) => {
      if (late) reject(late)
      else resolve(answer)
    })
  })

async function joinRooms(socket: Socket): Promise<{ rooms: string[]; unread: Record<string, number> }> {
  const rooms = next<string[]>(socket, 'rooms-joined')
  const unread = next<Record<string, number>>(socket, 'unread-counts')
  socket.emit('join-rooms')
  return { rooms: await rooms, unread: await unread }
}

/** The optimistic store of the reference: by id, with the user's own echo recognised by its clientId. */
function messageStore(socket: Socket): Map<string, ReferenceMessage> {
  const store = new Map<string, ReferenceMessage>()
  socket.on('new-message', (message: ReferenceMessage) => {
    if (store.has(message.id)) return
    if (message.clientId && store.has(message.clientId)) return
    store.set(message.id, message)
  })
  return store
}

const send = (socket: Socket, content: string, clientId: string = randomUUID()): Promise<Answer> =>
  ask(socket, 'send-message', { roomId: 'general', content, clientId })

test('joining returns the rooms and their unread counts', async () => {
  await joinRooms(ada)
  await send(ada, 'one')
  await send(ada, 'two')
  const { rooms, unread } = await joinRooms(ben)
  expect(rooms).toEqual(['general'])
  expect(unread).toEqual({ general: 2 })
})

test('a message is acknowledged with its seq and reaches the others', async () => {
  await joinRooms(ben)
  const arrives = next<ReferenceMessage>(ben, 'new-message')
  const clientId = randomUUID()
  const { ok, message } = await send(ada, 'hello', clientId)
  expect(ok).toBe(true)
  expect(message).toMatchObject({
    seq: 1,
    senderId: 'ada',
    senderName: 'Ada',
    type: 'text',
    replyTo: null,
    clientId,
  })
  expect(await arrives).toEqual(message)
})

test('two users chat, and each has every message once', async () => {
  const stores = [messageStore(ada), messageStore(ben)]
  await joinRooms(ada)
  await joinRooms(ben)
  for (const word of ['one', 'two', 'three']) {
    await send(ada, `${word} from ada`)
    await send(ben, `${word} from ben`)
  }
  // An answer comes after all earlier broadcasts.
  const { messages = [] } = await ask(ben, 'fetch-history', { roomId: 'general' })
  await ask(ada, 'fetch-history', { roomId: 'general' })
  for (const store of stores)
    expect([...store.values()]).toEqual(messages.map((row) => expect.objectContaining({ id: row.id })))
  expect(messages.map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6])
})

test('a retry with the same clientId is the same message', async () => {
  await joinRooms(ben)
  const store = messageStore(ben)
  const clientId = randomUUID()
  const first = await send(ada, 'hello', clientId)
  const second = await send(ada, 'hello', clientId)
  expect(second.message?.id).toBe(first.message?.id)
  await ask(ben, 'fetch-history', { roomId: 'general' })
  expect(store.size).toBe(1)
})

test('history is paged backwards by beforeSeq', async () => {
  await joinRooms(ada)
  for (let i = 1; i <= 7; i++) await send(ada, `message ${i}`)
  const pages: number[][] = []
  for (let beforeSeq: number | undefined; ; ) {
    const { messages = [] } = await ask(ben, 'fetch-history', {
      roomId: 'general',
      limit: 3,
      ...(beforeSeq === undefined ? {} : { beforeSeq }),
    })
    if (messages.length === 0) break
    pages.push(messages.map((row) => row.seq))
    beforeSeq = messages[0]?.seq
  }
  expect(pages).toEqual([[5, 6, 7], [2, 3, 4], [1]])
})

test('reading reaches the others, and the count goes down', async () => {
  await joinRooms(ada)
  await joinRooms(ben)
  await send(ada, 'one')
  await send(ada, 'two')
  const receipt = next(ada, 'read-receipt')
  // Without a callback, as the reference sends it.
  ben.emit('mark-read', { roomId: 'general', seq: 1 })
  expect(await receipt).toEqual({ userId: 'ben', roomId: 'general', seq: 1 })
  expect((await joinRooms(ben)).unread).toEqual({ general: 1 })
})

test('an edit reaches both, and the history has it', async () => {
  await joinRooms(ada)
  await joinRooms(ben)
  const { message } = await send(ada, 'one')
  const edits = [next(ada, 'message-edited'), next(ben, 'message-edited')]
  expect(await ask(ada, 'edit-message', { messageId: message?.id, content: 'two' })).toMatchObject({
    ok: true,
  })
  const edit = expect.objectContaining({ messageId: message?.id, content: 'two', seq: 1 })
  expect(await Promise.all(edits)).toEqual([edit, edit])
  const { messages } = await ask(ben, 'fetch-history', { roomId: 'general' })
  expect(messages).toMatchObject([{ content: 'two' }])
})

test('a delete reaches both, and the history leaves it out', async () => {
  await joinRooms(ada)
  await joinRooms(ben)
  const { message } = await send(ada, 'one')
  await send(ada, 'two')
  const deletes = [next(ada, 'message-deleted'), next(ben, 'message-deleted')]
  expect(await ask(ada, 'delete-message', { messageId: message?.id })).toMatchObject({ ok: true })
  const gone = expect.objectContaining({ messageId: message?.id, seq: 1 })
  expect(await Promise.all(deletes)).toEqual([gone, gone])
  const { messages } = await ask(ben, 'fetch-history', { roomId: 'general' })
  expect(messages).toMatchObject([{ seq: 2, content: 'two' }])
})

test('an image is its address, as in the reference, also if the server accepts uploads', async () => {
  await using files = await mkdtempDisposable()
  await using uploads = await createTestServer({ files: files.path })
  const token = await uploads.token({ id: 'ada', name: 'Ada' })
  const socket = io(uploads.url, { auth: { token }, forceNew: true })
  try {
    const image = (content: string) =>
      ask(socket, 'send-message', { roomId: 'general', content, type: 'image', clientId: randomUUID() })
    const { message } = await image('https://cdn.example.com/cat.png')
    expect(message).toMatchObject({ type: 'image', content: 'https://cdn.example.com/cat.png' })
    for (const content of ['javascript:alert(1)', 'a cat', 'https://', 'data:text/html,x'])
      expect((await image(content)).error).toEqual(expect.any(String))
    const edit = (content: string) => ask(socket, 'edit-message', { messageId: message?.id, content })
    expect((await edit('javascript:alert(1)')).error).toEqual(expect.any(String))
    expect(await edit('https://cdn.example.com/dog.png')).toMatchObject({ ok: true })
  } finally {
    socket.disconnect()
  }
})

test('a refusal is a text in `error`', async () => {
  const { message } = await send(ada, 'one')
  for (const answer of [
    await ask(ada, 'send-message', { roomId: 'not-mine', content: 'x', clientId: randomUUID() }),
    await ask(ben, 'edit-message', { messageId: message?.id, content: 'x' }),
    await ask(ben, 'delete-message', { messageId: message?.id }),
  ]) {
    expect(answer.ok).not.toBe(true)
    expect(answer.error).toEqual(expect.any(String))
  }
})
