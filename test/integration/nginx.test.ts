import { readFileSync } from 'node:fs'
import { type Chat, type ChatOptions, createChat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { type ServerProcess, startServerProcess } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startNginx, type TestNginx } from '../../packages/testing/src/nginx'
import { startPostgres } from '../../packages/testing/src/postgres'
import { startRedis } from '../../packages/testing/src/redis'
import { ROOT } from '../../scripts/build.mjs'
import { ROOMFUL, temporaryFolder } from './roomful-command'
import { SECRET, tokenOf } from './server-fixture'

const PATH = '/api/chat'
const NAMES = ['node1:3000', 'node2:3000', 'node3:3000']

let nodes: ServerProcess[]
let nginx: TestNginx
const ends: (() => unknown)[] = []
/** As deploy/compose.cluster.yaml has them, without its containers. */
beforeAll(async () => {
  const folder = temporaryFolder()
  ends.push(() => folder[Symbol.dispose]())
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  for (const one of [postgres, redis]) ends.push(() => one[Symbol.asyncDispose]())
  const database = await postgres.createDatabase()
  const settings = {
    ROOMFUL_PATH: PATH,
    ROOMFUL_TRUST_PROXY: '1',
    ROOMFUL_DATABASE: database,
    ROOMFUL_REDIS: redis.url,
    ROOMFUL_JWT_SECRET: SECRET,
    ROOMFUL_FILES: folder.path,
    ROOMFUL_DEFAULT_ROOMS: 'general',
    ROOMFUL_LOG_LEVEL: 'warn',
  }
  nodes = await Promise.all(
    NAMES.map(() => startServerProcess({ command: ROOMFUL, args: ['--port', '0'], env: settings })),
  )
  for (const node of nodes) ends.push(() => node[Symbol.asyncDispose]())
  nginx = await startNginx(readFileSync(`${ROOT}/deploy/nginx.conf`, 'utf8'), {
    listen: 8080,
    servers: Object.fromEntries(NAMES.map((name, i) => [name, `127.0.0.1:${nodes[i]?.port}`])),
  })
  ends.push(() => nginx[Symbol.asyncDispose]())
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

const chats: Chat[] = []
afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.close()))
})

async function open(id: string, options: Partial<ChatOptions> = {}): Promise<Chat> {
  const url = nginx.url + PATH
  const chat = createChat({ url, auth: () => tokenOf(id), storage: 'memory', ...options })
  chats.push(chat)
  await chat.room('general').open()
  return chat
}

const socketsOf = async (node: ServerProcess): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${node.port}${PATH}/metrics`)).text()
  return Number(/^roomful_sockets (\d+)$/m.exec(text)?.[1])
}
const texts = (chat: Chat): string[] =>
  chat
    .room('general')
    .messages()
    .map(({ content }) => content)

/** Each of them writes, and has what the others wrote. */
async function allWrite(all: readonly Chat[], word: string): Promise<void> {
  const written = all.map((_, i) => `${word} ${i}`)
  await Promise.all(all.map((chat, i) => chat.room('general').send(`${word} ${i}`)))
  for (const chat of all)
    await waitUntil('all of it', () => written.every((text) => texts(chat).includes(text)))
}

const ids = (prefix: string) => Array.from({ length: 12 }, (_, i) => `${prefix}-${i}`)

test.each([
  ['websocket', {}],
  // Node has no jar of cookies of its own: the client keeps that of the balancer.
  ['polling', { transports: ['polling'], withCredentials: true }],
] as const)(
  'by %s, clients are spread over three servers, stay with theirs, and chat',
  async (transport, options) => {
    const { transports, ...rest } = { transports: undefined, ...options }
    const all = await Promise.all(
      ids(transport).map((id) => open(id, transports ? { transports: [...transports], ...rest } : rest)),
    )
    const since = all.map((chat) => chat.getState().connection)
    const counts = await Promise.all(nodes.map(socketsOf))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length)
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1)
    await allWrite(all, `first by ${transport}`)
    await allWrite(all, `then by ${transport}`)
    // None has lost its connection: each is the same since its beginning.
    expect(all.map((chat) => chat.getState().connection)).toEqual(since)
  },
)

test('a server is killed: its clients go on with another one, and nothing is lost', async () => {
  const all = await Promise.all(ids('killed').map((id) => open(id)))
  const counts = await Promise.all(nodes.map(socketsOf))
  const victim = nodes[counts.indexOf(Math.max(...counts))]
  await victim?.kill()
  await allWrite(all, 'after it')
})

test('what is under the path is passed on with its cookie; figures and all other addresses are not', async () => {
  const ready = await fetch(`${nginx.url}${PATH}/readyz`)
  expect(await ready.json()).toEqual({ ok: true })
  const cookie = ready.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^roomful_server=\w{32}; Path=\/api\/chat; HttpOnly; SameSite=Lax$/)
  const again = await fetch(`${nginx.url}${PATH}/readyz`, { headers: { cookie: cookie.split(';')[0] ?? '' } })
  expect(again.headers.get('set-cookie')).toBe(null)
  for (const path of [`${PATH}/metrics`, '/', '/readyz', '/api/chats'])
    expect((await fetch(nginx.url + path)).status).toBe(404)
})

test('a page of the address of nginx is one of the servers own, and one of another address is not', async () => {
  const upgrade = async (origin: string): Promise<number> => {
    const answer = await fetch(`${nginx.url}${PATH}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin },
    })
    return answer.status
  }
  expect(await upgrade(nginx.url)).toBe(200)
  expect(await upgrade('https://elsewhere.example.com')).toBe(403)
})
