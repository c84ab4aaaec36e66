import { createApiKey } from '@roomful/server'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '../../packages/server/src/api/operations'
import { temporaryFolder } from './roomful-command'
import { signIn, startServer } from './server-fixture'

type Values = Readonly<Record<string, unknown>>
type Described = {
  readonly operationId: keyof typeof operations
  readonly 'x-scope': string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> }

const folder = temporaryFolder()
const file = `${folder.path}/api-keys`
let server: Awaited<ReturnType<typeof startServer>>
let client: ReturnType<typeof clientOf>
let all: string
beforeAll(async () => {
  all = (await createApiKey(file, ['*'])).key
  server = await startServer({ apiKeyFile: file })
  client = clientOf((await (await fetch(`${server.url}/v1/openapi.json`)).json()) as Document)
})
afterAll(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

/** A client made of nothing but the document. */
function clientOf({ paths }: Document) {
  const found = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  )
  const byId = new Map(found.map((operation) => [operation.operationId, operation]))
  async function call(id: Described['operationId'], values: Values, key: string | undefined) {
    const operation = byId.get(id)
    if (!operation) throw new Error(`the document has no ${id}`)
    const { path, method, parameters, requestBody } = operation
    const rest = new Map(Object.entries(values))
    let url = server.url + path
    const query = new URLSearchParams()
    for (const { name, in: place } of parameters) {
      if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(String(rest.get(name))))
      if (place === 'query' && rest.has(name)) query.set(name, String(rest.get(name)))
      rest.delete(name)
    }
    // What the document does not know goes where the rest does.
    if (!requestBody) for (const [name, value] of rest) query.set(name, String(value))
    const response = await fetch(query.size === 0 ? url : `${url}?${query}`, {
      method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      ...(requestBody ? { body: JSON.stringify(Object.fromEntries(rest)) } : {}),
    })
    const answer: unknown = await response.json()
    return { status: response.status, type: response.headers.get('content-type'), answer }
  }
  return { operations: found, call }
}

const [user, room] = [{ userId: 'ann' }, { roomId: 'room-1' }]
const member = { ...room, ...user }
let messageId = ''
let systemId = ''
let reportId = ''

/** A valid request of every operation, in an order in which each finds what it needs. */
const VALID: readonly (readonly [Described['operationId'], () => Values])[] = [
  ['users.upsert', () => ({ ...user, name: 'Ann' })],
  [
    'users.upsertMany',
    () => ({
      users: [
        { id: 'bob', name: 'Bob' },
        { id: 'cid', name: 'Cid' },
      ],
    }),
  ],
  ['users.get', () => user],
  ['users.list', () => ({ query: 'BO', limit: 10 })],
  ['rooms.upsert', () => ({ ...room, name: 'One', type: 'private', metadata: { order: 7 } })],
  ['rooms.get', () => room],
  ['rooms.list', () => ({ key: 'order', value: '7' })],
  ['rooms.update', () => ({ ...room, name: 'Room one', settings: { slowModeSeconds: 5 } })],
  ['rooms.openDm', () => ({ userIds: ['ann', 'bob'] })],
  ['members.add', () => ({ ...member, role: 'owner' })],
  ['members.addMany', () => ({ ...room, members: [{ userId: 'bob' }, { userId: 'new', name: 'New' }] })],
  ['members.list', () => ({ ...room, limit: 2 })],
  ['members.setRole', () => ({ ...room, userId: 'bob', role: 'admin' })],
  ['members.mute', () => ({ ...room, userId: 'bob', until: '2030-01-01T00:00:00.000Z' })],
  ['messages.send', () => ({ ...member, content: 'hello', clientId: 'hello-0001' })],
  ['messages.sendSystem', () => ({ ...room, kind: 'note', content: 'one' })],
  [
    'messages.sendSystemMany',
    () => ({ ...room, messages: [{ kind: 'note', content: 'two', clientId: 'note-0002' }] }),
  ],
  ['messages.list', () => ({ ...room, newest: true, limit: 3 })],
  ['messages.count', () => room],
  ['messages.edit', () => ({ ...room, messageId, content: 'Hello' })],
  ['users.rooms', () => user],
  ['moderation.rooms', () => ({})],
  ['moderation.reports', () => room],
  ['moderation.report', () => ({ ...room, reportId })],
  ['moderation.resolve', () => ({ ...room, reportId, resolution: 'dismissed' })],
  ['moderation.audit', () => room],
  ['webhooks.list', () => ({})],
  ['webhooks.dead', () => ({ endpointId: 'app', limit: 3 })],
  ['webhooks.replay', () => ({ endpointId: 'app', ids: ['event-1'] })],
  ['messages.delete', () => ({ ...room, messageId: systemId })],
  ['members.remove', () => ({ ...room, userId: 'new', reason: 'done' })],
  ['members.ban', () => ({ ...room, userId: 'bob' })],
  ['members.unban', () => ({ ...room, userId: 'bob' })],
  ['users.export', () => user],
  ['users.endSessions', () => user],
  ['users.deactivate', () => user],
  ['users.reactivate', () => user],
  ['users.delete', () => ({ userId: 'cid', messages: 'blank' })],
  ['stats.live', () => ({})],
  ['rooms.delete', () => room],
]

test('the document has every operation, and this test a request for each', () => {
  const ids = client.operations.map(({ operationId }) => operationId).sort()
  expect(ids).toEqual(Object.keys(operations).sort())
  expect(VALID.map(([id]) => id).sort()).toEqual(ids)
})

describe('a client that is generated from the document', () => {
  test.each(VALID.map(([id, values]) => ({ id, values })))('calls $id', async ({ id, values }) => {
    const { status, type, answer } = await client.call(id, values(), all)
    expect({ status, type, answer }).toMatchObject({ status: 200, type: 'application/json' })
    v.parse(operations[id].answer, answer)
    if (id === 'messages.send') messageId = v.parse(operations[id].answer, answer).message.id
    if (id === 'messages.sendSystem') systemId = v.parse(operations[id].answer, answer).message.id
    // What a user reports, moderators find.
    if (id === 'messages.edit') {
      const ann = await signIn(server, 'ann')
      reportId = (await ann.do('report-message', { messageId, reason: 'rude' })).report.id
      ann.socket.close()
    }
  })
})

describe('every refusal is a problem document, of', () => {
  const refused = async (id: Described['operationId'], values: Values, key: string | undefined) => {
    const { status, type, answer } = await client.call(id, values, key)
    expect({ status, type, answer }).toMatchObject({
      type: 'application/problem+json',
      answer: { status, title: expect.any(String), retry: expect.any(String), requestId: expect.any(String) },
    })
    // The document says so.
    const described = client.operations.find(({ operationId }) => operationId === id)
    const { code } = v.parse(v.looseObject({ code: v.string() }), answer)
    expect(described?.responses[status]?.description).toContain(code)
    return { status, code }
  }

  test.each(VALID.map(([id, values]) => ({ id, values })))('$id', async ({ id, values }) => {
    expect(await refused(id, values(), undefined)).toEqual({ status: 401, code: 'UNAUTHENTICATED' })
    expect(await refused(id, values(), 'rfk_000000000000_wrong')).toEqual({
      status: 401,
      code: 'TOKEN_INVALID',
    })
    const scopes = [...new Set(client.operations.map((one) => one['x-scope']))]
    const others = scopes.filter((scope) => scope !== operations[id].scope)
    const { key: lacking } = await createApiKey(file, others)
    expect(await refused(id, values(), lacking)).toEqual({ status: 403, code: 'FORBIDDEN' })
    expect(await refused(id, { ...values(), unknown: 1 }, all)).toEqual({
      status: 400,
      code: 'INVALID_PAYLOAD',
    })
  })

  const NOT_FOUND = /(ROOM|USER|MESSAGE)_NOT_FOUND/
  const UNKNOWN = { roomId: 'nowhere', userId: 'nobody', messageId: 'nothing', reportId: 'nothing' }
  test.each(
    VALID.filter(([id]) => operations[id].refusals.some((code) => NOT_FOUND.test(code))).map(
      ([id, values]) => ({
        ...{ id, values },
      }),
    ),
  )('$id with unknown ids', async ({ id, values }) => {
    const asked = values()
    const unknown = Object.fromEntries(Object.entries(UNKNOWN).filter(([field]) => field in asked))
    const dm = id === 'rooms.openDm' ? { userIds: ['ann', 'nobody'] } : {}
    const { status, code } = await refused(id, { ...asked, ...unknown, ...dm }, all)
    expect({ status, code: NOT_FOUND.test(code) }).toEqual({ status: 404, code: true })
  })
})
