import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, newApiKey } from '../../packages/server/src/api/api-keys'
import { signIn, startServer } from './server-fixture'

const AT = '2026-01-01T00:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'roomful-api-'))
const file = join(folder, 'api-keys')
const all = newApiKey(['*'], AT)
const reads = newApiKey(['users:read'], AT)

let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  writeFileSync(file, lineOf(all.kept) + lineOf(reads.kept))
  server = await startServer({ apiKeyFile: file })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

type Asked = { key?: string | undefined; body?: unknown; headers?: Record<string, string> }
async function ask(method: string, path: string, { key = all.key, body, headers = {} }: Asked = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  return { status: response.status, type: response.headers.get('content-type'), answer }
}

describe('a backend', () => {
  test('puts a user who never signed in into a room of its own id, and writes there: the user finds it all', async () => {
    expect(await ask('PUT', '/v1/users/zoe%40example.com', { body: { name: 'Zoe' } })).toMatchObject({
      answer: { user: { id: 'zoe@example.com', name: 'Zoe' } },
    })
    const room = { name: 'Order 7', type: 'private', metadata: { orderId: '7' } }
    expect((await ask('PUT', '/v1/rooms/order-7', { body: room })).answer).toMatchObject({ created: true })
    expect((await ask('PUT', '/v1/rooms/order-7', { body: room })).answer).toMatchObject({ created: false })
    await ask('PUT', '/v1/rooms/order-7/members/zoe%40example.com', { body: { silent: true } })
    const sent = await ask('POST', '/v1/rooms/order-7/system-messages', {
      body: { kind: 'shipped', content: 'On its way', metadata: { parcel: 3 } },
      headers: { 'idempotency-key': '"order-7-shipped"' },
    })
    expect(sent.answer).toMatchObject({
      message: {
        senderId: 'roomful:server',
        clientId: 'order-7-shipped',
        metadata: { action: 'shipped', parcel: 3 },
      },
    })

    const zoe = await signIn(server, 'zoe@example.com')
    const { list } = await zoe.do('sync', { rooms: {}, list: true })
    expect(list).toContainEqual(
      expect.objectContaining({ room: expect.objectContaining({ id: 'order-7' }), unread: 0 }),
    )
    const { messages } = await zoe.do('fetch-history', { roomId: 'order-7' })
    expect(messages).toMatchObject([{ content: 'On its way', type: 'system' }])
    zoe.socket.close()
  })

  test('sends a message to connected devices at once, and once under one key', async () => {
    await server.api.rooms.upsert({ roomId: 'live', name: 'Live', type: 'public' })
    await server.api.members.add({ roomId: 'live', userId: 'ann' })
    const ann = await signIn(server, 'ann')
    await ann.do('join-rooms', { roomIds: ['live'] })
    const message = { roomId: 'live', kind: 'deployed', content: 'v2', clientId: 'deploy-0002' }
    const { message: first } = await server.api.messages.sendSystem(message)
    await ann.next('changes', ({ changes }) =>
      changes.some((change) => change.kind === 'message' && change.message.id === first.id),
    )
    expect(await server.api.messages.sendSystem(message)).toEqual({ message: first, duplicate: true })
    ann.socket.close()
  })

  test('gives a user another name: their devices and rooms have it', async () => {
    await server.api.users.upsert({ userId: 'bob', name: 'Bob' })
    await server.api.rooms.upsert({ roomId: 'bobs', name: 'Bobs', type: 'private' })
    await server.api.members.add({ roomId: 'bobs', userId: 'bob' })
    const bob = await signIn(server, 'bob')
    await bob.do('join-rooms', { roomIds: ['bobs'] })
    await server.api.users.upsert({ userId: 'bob', name: 'Robert' })
    await bob.next('user-changed', ({ user }) => user.name === 'Robert')
    await bob.next('changes', ({ changes }) =>
      changes.some((change) => change.kind === 'member' && change.member.name === 'Robert'),
    )
    bob.socket.close()
  })

  test('in the process is refused with an error that has the code and the field', async () => {
    await expect(server.api.users.get({ userId: 'nobody' })).rejects.toMatchObject({
      name: 'ApiError',
      code: 'USER_NOT_FOUND',
      retry: 'never',
      field: 'userId',
    })
    await expect(server.api.rooms.upsert({ roomId: 'a b', name: 'A', type: 'public' })).rejects.toMatchObject(
      { code: 'INVALID_PAYLOAD', field: 'roomId' },
    )
  })
})

describe('a refusal is a problem document:', () => {
  test.each([
    ['no key', 'GET', '/v1/users/ann', { key: '' }, 401, 'UNAUTHENTICATED'],
    ['a wrong key', 'GET', '/v1/users/ann', { key: `${all.key.slice(0, -2)}xx` }, 401, 'TOKEN_INVALID'],
    [
      'a scope that the key lacks',
      'PUT',
      '/v1/users/ann',
      { key: reads.key, body: { name: 'A' } },
      403,
      'FORBIDDEN',
    ],
    ['an unknown user', 'GET', '/v1/users/nobody', { key: reads.key }, 404, 'USER_NOT_FOUND'],
    ['an unknown route', 'GET', '/v1/nothing', {}, 404, 'UNKNOWN_EVENT'],
    ['another method', 'POST', '/v1/users/ann', {}, 404, 'UNKNOWN_EVENT'],
    ['no JSON', 'PUT', '/v1/users/ann', { body: '{' }, 400, 'INVALID_PAYLOAD'],
    [
      'a field that does not exist',
      'PUT',
      '/v1/users/ann',
      { body: { name: 'A', x: 1 } },
      400,
      'INVALID_PAYLOAD',
    ],
    ['a field of the query that does not exist', 'GET', '/v1/users/ann?x=1', {}, 400, 'INVALID_PAYLOAD'],
    [
      'a field of the path in the body too',
      'PUT',
      '/v1/users/ann',
      { body: { userId: 'ann', name: 'A' } },
      400,
      'INVALID_PAYLOAD',
    ],
    [
      'the id of the server itself',
      'PUT',
      '/v1/users/roomful:server',
      { body: { name: 'A' } },
      400,
      'INVALID_PAYLOAD',
    ],
    [
      'a body that is too large',
      'PUT',
      '/v1/users/ann',
      { body: 'x'.repeat(1_100_000) },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'a kind that the server itself writes',
      'POST',
      '/v1/rooms/live/system-messages',
      { body: { kind: 'join', content: 'x' } },
      400,
      'INVALID_PAYLOAD',
    ],
  ] as const)('%s', async (_, method, path, asked, status, code) => {
    const refused = await ask(method, path, asked)
    expect(refused).toMatchObject({ status, type: 'application/problem+json', answer: { status, code } })
    expect(refused.answer).toMatchObject({ type: `urn:roomful:error:${code}`, requestId: expect.any(String) })
  })
})

test('a key that is taken out of the file is refused at once, and one that is added is taken', async () => {
  const more = newApiKey(['users:read'], AT)
  expect(await ask('GET', '/v1/users/nobody', { key: more.key })).toMatchObject({ status: 401 })
  appendFileSync(file, `# added by hand\n\nnonsense\n${lineOf(more.kept)}`)
  expect(await ask('GET', '/v1/users/nobody', { key: more.key })).toMatchObject({ status: 404 })
  writeFileSync(file, lineOf(all.kept) + lineOf(reads.kept))
  expect(await ask('GET', '/v1/users/nobody', { key: more.key })).toMatchObject({ status: 401 })
  rmSync(file)
  expect(await ask('GET', '/v1/users/nobody')).toMatchObject({ status: 401 })
  writeFileSync(file, lineOf(all.kept) + lineOf(reads.kept))
  expect(await ask('GET', '/v1/users/nobody')).toMatchObject({ status: 404 })
})

test('a key that asks for too much is told when to ask again; another key is not', async () => {
  const limited = await startServer({ apiKeyFile: file, limits: { apiRowsPerSecond: 1 } })
  const get = (key: string) =>
    fetch(`${limited.url}/v1/users/nobody`, { headers: { authorization: `Bearer ${key}` } })
  // At once: one after the other, a slow machine's pace would be within the limit.
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(all.key)))
  expect(answers.map(({ status }) => status)).toContain(429)
  expect((await get(reads.key)).status).toBe(404)
  await limited.close()
})
