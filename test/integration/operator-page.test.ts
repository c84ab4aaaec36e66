import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChatServer, signToken } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, newApiKey } from '../../packages/server/src/api/api-keys'
import { build } from '../../scripts/build.mjs'
import { SECRET, signIn, startServer, tokenOf } from './server-fixture'

const AT = '2026-01-01T00:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'roomful-operator-'))
const file = join(folder, 'api-keys')
const { key, kept } = newApiKey(['*'], AT)
writeFileSync(file, lineOf(kept))

let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  await build({ types: false })
  server = await startServer({ apiKeyFile: file, adminPage: true })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const adminToken = () => signToken(SECRET, { id: 'olga', name: 'Olga', admin: true })

async function ask(path: string, credential: string, init: RequestInit = {}) {
  const response = await fetch(server.url + path, {
    ...init,
    headers: { authorization: `Bearer ${credential}` },
  })
  return { status: response.status, answer: await response.json() }
}

describe('the page', () => {
  test('is served with its own files, and may load and reach nothing else', async () => {
    const page = await fetch(`${server.url}/admin/`)
    const html = await page.text()
    expect(page.headers.get('content-type')).toContain('text/html')
    const policy = page.headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]),
    )
    expect(policy?.join()).not.toContain('unsafe')
    const [script = ''] = /(?<=src=")\.\/[^"]+\.js/.exec(html) ?? []
    const code = await fetch(new URL(script, `${server.url}/admin/`))
    expect([code.status, code.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    expect((await fetch(`${server.url}/admin/../package.json`)).status).toBe(404)
  })

  test('is found without the slash at the end, also under a path', async () => {
    const app = createServer((_, response) => response.end('the app'))
    const chat = await createChatServer({
      ...{ server: app, path: '/api/chat', database: 'memory:', logLevel: 'silent' },
      ...{ auth: { jwtSecret: SECRET }, adminPage: true },
    })
    await once(app.listen(0, '127.0.0.1'), 'listening')
    const page = await fetch(`${chat.url}/admin`)
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/api/chat/admin/'])
    expect(await page.text()).toContain('id="root"')
    await chat.close()
    app.close()
  })

  test('is not there unless it is turned on', async () => {
    const plain = await startServer()
    expect((await fetch(`${plain.url}/admin/`)).status).toBe(404)
    await plain.close()
  })
})

describe('an operator', () => {
  test('with an admin token may use the server API, and others may not', async () => {
    expect(await ask('/v1/users/nobody', await adminToken())).toMatchObject({
      answer: { code: 'USER_NOT_FOUND' },
    })
    expect(await ask('/v1/users/nobody', await tokenOf('ann'))).toMatchObject({
      status: 403,
      answer: { code: 'FORBIDDEN' },
    })
    expect(await ask('/v1/users/nobody', `${await adminToken()}x`)).toMatchObject({
      status: 401,
      answer: { code: 'TOKEN_INVALID' },
    })
  })

  test('whose session was ended is refused, with the code that says so', async () => {
    const token = await signToken(SECRET, { id: 'otto', name: 'Otto', admin: true, sid: 'ended' })
    expect((await ask('/v1/stats/live', token)).status).toBe(200)
    await server.revokeSession('ended')
    expect(await ask('/v1/stats/live', token)).toMatchObject({
      status: 401,
      answer: { code: 'SESSION_REVOKED' },
    })
  })

  test('needs an API key where the page is not turned on', async () => {
    const plain = await startServer({ apiKeyFile: file })
    const answers = await Promise.all(
      [await adminToken(), key].map(async (credential) => {
        const headers = { authorization: `Bearer ${credential}` }
        return (await fetch(`${plain.url}/v1/stats/live`, { headers })).status
      }),
    )
    expect(answers).toEqual([401, 200])
    await plain.close()
  })
})

test('the live figures count people, devices, sends, deliveries and commits of the node', async () => {
  const before = await server.api.stats.live({})
  const [ann, alsoAnn, bob] = await Promise.all(['ann', 'ann', 'bob'].map((id) => signIn(server, id)))
  if (!ann || !alsoAnn || !bob) throw new Error('three devices')
  for (const device of [ann, alsoAnn, bob]) await device.do('join-rooms', { roomIds: ['general'] })
  for (const content of ['one', 'two']) await ann.do('send-message', { roomId: 'general', content })
  for (const device of [alsoAnn, bob]) await device.heard('two')
  const after = await server.api.stats.live({})
  expect(after).toMatchObject({ nodeId: before.nodeId, people: 2, sockets: 3, queueDepth: 0 })
  expect(after.sends - before.sends).toBe(2)
  expect(after.deliveries - before.deliveries).toBeGreaterThanOrEqual(6)
  expect(after.commits).toBeGreaterThan(before.commits)
  expect(after.commitMs).toBeGreaterThan(before.commitMs)
  for (const device of [ann, alsoAnn, bob]) device.close()
})

test('rooms are found by a part of their name or id, in any case', async () => {
  for (const [roomId, name] of [
    ['order-8', 'Fragile'],
    ['x7', 'Order of the day'],
    ['y7', 'Other'],
  ] as const)
    await server.api.rooms.upsert({ roomId, name, type: 'private' })
  const { rooms, next } = await server.api.rooms.list({ query: 'ORDER' })
  expect([rooms.map(({ id }) => id), next]).toEqual([['order-8', 'x7'], undefined])
})
