import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChat } from '@roomful/client'
import { type ChatServer, ConfigError, createChatServer } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { io } from 'socket.io-client'
import { afterEach, expect, test } from 'vitest'
import { Device, SECRET, startServer, tokenOf } from './server-fixture'

const PATH = '/api/chat'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function app(): Promise<{ server: ReturnType<typeof createServer>; url: string }> {
  const server = createServer((request, response) => response.end(`the app at ${request.url}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
async function dial(url: string, transport: 'websocket' | 'polling'): Promise<Device> {
  const auth = { token: await tokenOf('ann'), protocol: 2 }
  const socket = io(url, { path: `${PATH}/socket.io`, auth, transports: [transport], forceNew: true })
  ends.push(() => socket.disconnect())
  const device = new Device(socket)
  await device.next('ready')
  return device
}
const mounted = (options: Parameters<typeof createChatServer>[0]): Promise<ChatServer> =>
  createChatServer({
    ...{ database: 'memory:', auth: { jwtSecret: SECRET }, logLevel: 'silent', defaultRooms: ['general'] },
    ...{ path: PATH, ...options },
  })

test.each(['websocket', 'polling'] as const)('in a server of the app, by %s', async (transport) => {
  const { server, url } = await app()
  const chat = await mounted({ server })
  ends.push(() => chat.close())
  expect(chat).toMatchObject({ url: url.replace('127.0.0.1', 'localhost') + PATH })
  const device = await dial(url, transport)
  await device.do('send-message', { roomId: 'general', clientId: 'client-0001', type: 'text', content: 'hi' })
  expect(await (await fetch(`${url}${PATH}/readyz`)).json()).toEqual({ ok: true })
  expect(await (await fetch(`${url}/elsewhere`)).text()).toBe('the app at /elsewhere')

  await chat.close()
  await device.disconnected
  // The app continues, and the path is its own again.
  expect(await (await fetch(`${url}${PATH}/readyz`)).text()).toBe('the app at /api/chat/readyz')
})

test.each([{}, { transports: ['polling' as const] }, { path: `${PATH}/socket.io`, url: '' }])(
  'the SDK finds it by the path in its address: %j',
  async ({ url: under = PATH, ...options }) => {
    const { server, url } = await app()
    const chat = await mounted({ server })
    ends.push(() => chat.close())
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map(async (id) => {
        const auth = await tokenOf(id)
        const client = createChat({ ...options, url: url + under, auth, storage: 'memory' })
        ends.push(() => client.close())
        await client.room('general').open()
        return client.room('general')
      }),
    )
    await ann?.send('through the path')
    await waitUntil('bob has it', () => bob?.messages().at(-1)?.content === 'through the path')
  },
)

test('attached to a server that is created later, and answering requests from a framework', async () => {
  const chat = await mounted({ port: false })
  ends.push(() => chat.close())
  expect(chat).toMatchObject({ port: 0 })
  const answer = await chat.handler(new Request(`https://app.example.com${PATH}/readyz`))
  expect(await answer.json()).toEqual({ ok: true })
  expect((await chat.handler(new Request('https://app.example.com/readyz'))).status).toBe(404)
  const { server, url } = await app()
  chat.attach(server)
  await dial(url, 'websocket')
  expect(chat.port).toBe((server.address() as AddressInfo).port)
})

test('under a path of a separate port, with nothing else there', async () => {
  await using chat = await startServer({ path: `${PATH}/` })
  expect(chat.url).toBe(`http://127.0.0.1:${chat.port}${PATH}`)
  await dial(new URL(chat.url).origin, 'websocket')
  expect(await (await fetch(`${chat.url}/readyz`)).json()).toEqual({ ok: true })
  expect((await fetch(new URL('/readyz', chat.url))).status).toBe(404)
})

test('contradictory options are refused at the start', async () => {
  const { server } = await app()
  await expect(mounted({ server, path: '' })).rejects.toThrow('needs the path of its part')
  await expect(mounted({ server, port: 3000 })).rejects.toThrow('has a port and a host already')
  for (const path of ['chat', '/a b', '/a//b', '/a?b', '/../a', '/a/..'])
    await expect(mounted({ server, path })).rejects.toThrow(ConfigError)
})

test('the log names a port only where the server listens on one', async () => {
  const logged = async (options: Parameters<typeof createChatServer>[0]) => {
    const lines: object[] = []
    const none = () => {}
    const info = (fields: object, text: string): void => void lines.push({ ...fields, text })
    ends.push((await mounted({ ...options, logger: { debug: none, info, warn: none, error: none } })).close)
    return lines.find((line) => 'path' in line)
  }
  const { server, url } = await app()
  expect(await logged({ server })).toMatchObject({ text: 'listening', port: Number(new URL(url).port) })
  for (const options of [{ server: createServer() }, { port: false as const }]) {
    const line = await logged(options)
    expect(line).toMatchObject({ text: 'mounted', database: 'memory' })
    expect(line).not.toHaveProperty('port')
  }
})
