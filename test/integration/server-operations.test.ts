import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ChatServer, signToken, verifyWebhook, wordFilter } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { connect, type Device, refusalOf, SECRET, signIn, startServer, tokenOf } from './server-fixture'

const devices: Device[] = []
afterEach(() => {
  for (const device of devices.splice(0)) device.close()
})
const say = (device: Device, content: string, clientId: string) =>
  device.ask('send-message', { roomId: 'general', content, clientId })

describe('POST /admin/sessions/:sid/revoke', () => {
  let server: ChatServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())
  const revoke = (sid: string, token?: string): Promise<Response> =>
    fetch(`${server.url}/admin/sessions/${sid}/revoke`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
  const admin = (): Promise<string> => signToken(SECRET, { id: 'root', name: 'Root', admin: true })

  test('ends the login session at once, on every device, for good, and no other', async () => {
    const token = await tokenOf('bob', { sid: 'stolen' })
    const [thief, owner] = [
      await connect(server, { token, protocol: 2 }),
      await connect(server, { token: await tokenOf('bob', { sid: 'his own' }), protocol: 2 }),
    ]
    devices.push(thief, owner)
    const response = await revoke('stolen', await admin())
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(await thief.next('bye')).toEqual({ reason: 'SESSION_REVOKED' })
    await thief.disconnected
    expect(await refusalOf(server, { token, protocol: 2 })).toMatchObject({ code: 'SESSION_REVOKED' })
    expect(await owner.ask('list-rooms')).toMatchObject({ ok: true })
  })

  test('requires the claim', async () => {
    expect((await revoke('any')).status).toBe(401)
    const member = await revoke('any', await tokenOf('bob'))
    expect([member.status, await member.json()]).toMatchObject([403, { code: 'FORBIDDEN' }])
    const expired = await signToken(
      SECRET,
      { id: 'root', name: 'Root', admin: true },
      { expiresInSeconds: -60 },
    )
    expect((await revoke('any', expired)).status).toBe(401)
    expect((await revoke('x'.repeat(200), await admin())).status).toBe(400)
    expect((await revoke('a%00b', await admin())).status).toBe(400)
    expect((await fetch(`${server.url}/admin/sessions/any/revoke`)).status).toBe(404)
  })
})

describe('hooks', () => {
  let receiver: Server
  let url: string
  let received: { body: string; headers: IncomingHttpHeaders }[] = []
  let answer: (end: (status: number) => void) => void = (end) => end(204)
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        received.push({ body, headers: request.headers })
        answer((status) => response.writeHead(status).end())
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/chat`
  })
  afterAll(() => new Promise((resolve) => receiver.close(resolve)))

  const secrets = [`whsec_${Buffer.alloc(32, 'shared').toString('base64')}`]
  const webhooks = () => [{ id: 'app', url, secrets, types: ['message.sent'] as const }]

  test('a webhook gets each new message, signed, and no duplicates', async () => {
    received = []
    await using server = await startServer({ webhooks: webhooks() })
    const ann = await signIn(server, 'ann')
    devices.push(ann)
    for (const content of ['one', 'one', 'two']) await say(ann, content, `client-id-${content}`)
    await waitUntil('both calls', () => received.length >= 2)
    const events = received.map((call) => verifyWebhook({ ...call, secrets }))
    expect(events.map((event) => event?.type === 'message.sent' && event.data.message.content)).toEqual([
      'one',
      'two',
    ])
  })

  test('a receiver that does not answer delays no send, and a stop only for a few seconds', async () => {
    answer = () => {}
    const server = await startServer({ webhooks: webhooks() })
    const ann = await signIn(server, 'ann')
    devices.push(ann)
    const watch = stopwatch()
    for (let index = 0; index < 10; index++)
      expect(await say(ann, `text ${index}`, `client-id-${index}`)).toMatchObject({ ok: true })
    expect(watch.idleMs()).toBeLessThan(3_000)
    const stopping = stopwatch()
    await server.close()
    expect(stopping.idleMs()).toBeLessThan(10_000)
    receiver.closeAllConnections()
    answer = (end) => end(204)
  })

  test('a word filter runs before the room, for edits too', async () => {
    await using server = await startServer({ hooks: { beforeSend: wordFilter(['darn']) } })
    const ann = await signIn(server, 'ann')
    devices.push(ann)
    expect(await say(ann, 'oh darn', 'client-id-1')).toMatchObject({
      code: 'REFUSED',
      retry: 'never',
    })
    const sent = await ann.do('send-message', { roomId: 'general', content: 'oh', clientId: 'client-id-2' })
    const edit = { messageId: sent.message.id, content: 'DARN' }
    expect(await ann.ask('edit-message', edit)).toMatchObject({ code: 'REFUSED' })
  })
})

test('the protocol is described at /asyncapi.json', async () => {
  await using server = await startServer()
  const document = await (await fetch(`${server.url}/asyncapi.json`)).json()
  expect(document).toMatchObject({ asyncapi: expect.stringMatching(/^3\./) })
})
