import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, request } from 'node:http'
import { createChat } from '@roomful/client'
import { AuthError, type ChatServer, createChatServer, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, refusalOf, SECRET, signIn, startServer, tokenOf } from './server-fixture'

let server: ChatServer
beforeAll(async () => {
  server = await startServer({ origins: ['https://app.example.com'] })
})
afterAll(() => server.close())

describe('a token', () => {
  test('is required: without one the answer is UNAUTHENTICATED', async () => {
    const refusal = await refusalOf(server, { protocol: 2 })
    expect(refusal).toEqual({
      ok: false,
      error: 'Not signed in',
      code: 'UNAUTHENTICATED',
      retry: 'auth',
      requestId: expect.any(String),
    })
  })

  test('33: that has expired is TOKEN_EXPIRED', async () => {
    const token = await tokenOf('ann', { expiresInSeconds: -60 })
    expect(await refusalOf(server, { token })).toMatchObject({ code: 'TOKEN_EXPIRED', retry: 'auth' })
  })

  test.each([
    ['of another secret', () => signToken('another secret', { id: 'ann', name: 'Ann' })],
    ['without a subject', () => signed({ alg: 'HS256' }, {}, bySecret)],
    ['with an id that is none', () => tokenOf('a b')],
    ['that is not signed', () => signed({ alg: 'none' }, { sub: 'ann' }, () => '')],
    ['that is no token', () => 'x'],
    ['that is a number', () => 1],
    ['that is an object', () => ({ toString: 'x' })],
    ['of 9 KB', () => 'x'.repeat(9_000)],
  ])('%s is TOKEN_INVALID', async (_, make) => {
    expect(await refusalOf(server, { token: await make() })).toMatchObject({
      code: 'TOKEN_INVALID',
      retry: 'never',
    })
  })

  test('in the query is ignored', async () => {
    const token = await tokenOf('ann')
    const answer = await polling(server, `&token=${token}`)
    expect(answer.status).toBe(200)
    expect(await refusalOf(server, {})).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test.each([
    ['that will be valid in 2 s', { nbf: 2 }],
    ['that expired 2 s ago', { exp: -2 }],
  ])('%s is accepted: clocks differ by more', async (_, claims) => {
    const now = Math.floor(Date.now() / 1000)
    const times = Object.fromEntries(Object.entries(claims).map(([name, ahead]) => [name, now + ahead]))
    const token = signed({ alg: 'HS256' }, { sub: 'ann', name: 'Ann', ...times }, bySecret)
    const device = await connect(server, { token, protocol: 2 })
    expect(await device.next('ready')).toMatchObject({ user: { id: 'ann' } })
    expect(await device.ask('list-rooms')).toMatchObject({ ok: true })
    device.close()
  })

  test('33: that expires on a live connection: bye, then closed within 5 s', async () => {
    const device = await connect(server, {
      token: await tokenOf('brief', { expiresInSeconds: 1 }),
      protocol: 2,
    })
    expect(await device.next('bye')).toEqual({ reason: 'TOKEN_EXPIRED' })
    expect(await device.ask('list-rooms')).toMatchObject({ code: 'TOKEN_EXPIRED' })
    expect(await device.disconnected).toBe('io server disconnect')
  })

  test('that is refreshed on the live connection keeps it up', async () => {
    const device = await connect(server, {
      token: await tokenOf('fresh', { expiresInSeconds: 1 }),
      protocol: 2,
    })
    await device.next('bye')
    const token = await tokenOf('fresh', { expiresInSeconds: 3_600 })
    expect(await device.ask('refresh-token', { token })).toMatchObject({
      ok: true,
      expiresAt: expect.any(String),
    })
    expect(await device.ask('list-rooms')).toMatchObject({ ok: true })
    device.close()
  })
})

describe('34: a revoked login session', () => {
  test('is notified on the live connection, closed, and refused afterwards', async () => {
    const token = await tokenOf('ann', { sid: 'session-1' })
    const device = await connect(server, { token, protocol: 2 })
    await device.next('ready')
    await server.revokeSession('session-1')
    expect(await device.next('bye')).toEqual({ reason: 'SESSION_REVOKED' })
    await device.disconnected
    expect(await refusalOf(server, { token })).toMatchObject({ code: 'SESSION_REVOKED', retry: 'never' })
  })

  test('by logging out over HTTP', async () => {
    const token = await tokenOf('ann', { sid: 'session-2' })
    const device = await connect(server, { token, protocol: 2 })
    const logout = (authorization: string) =>
      fetch(`${server.url}/auth/logout`, { method: 'POST', headers: { authorization } })
    expect((await logout('Bearer nonsense')).status).toBe(401)
    expect((await logout(`Bearer ${token}`)).status).toBe(200)
    await device.next('bye', ({ reason }) => reason === 'SESSION_REVOKED')
  })
})

describe('a protocol', () => {
  test('that is not requested is 1: no ready', async () => {
    const device = await connect(server, { token: await tokenOf('old') })
    expect(await device.ask('join-rooms', { roomIds: [] })).toMatchObject({ ok: true })
    expect(device.all('ready')).toEqual([])
    device.close()
  })

  test.each([0, 3, '2', null])('%j is PROTOCOL_UNSUPPORTED', async (protocol) => {
    const refusal = await refusalOf(server, { token: await tokenOf('ann'), protocol })
    expect(refusal).toMatchObject({ code: 'PROTOCOL_UNSUPPORTED', retry: 'never' })
  })
})

describe('35: an origin', () => {
  test.each([
    ['https://evil.example.com', 403],
    ['https://app.example.com.evil.com', 403],
    ['http://app.example.com', 403],
    ['null', 403],
    ['https://app.example.com', 200],
  ])('%s is answered with %i', async (origin, status) => {
    expect((await polling(server, '', { origin })).status).toBe(status)
  })

  test('of the page that this server serves is allowed, and without an origin only the token counts', async () => {
    expect((await polling(server, '', { origin: server.url })).status).toBe(200)
    expect((await polling(server, '')).status).toBe(200)
  })

  test('is checked for a websocket too, which CORS does not stop', async () => {
    const token = await tokenOf('ann')
    const evil = { origin: 'https://evil.example.com' }
    await expect(connect(server, { token, extraHeaders: evil })).rejects.toThrow('websocket error')
    const device = await connect(server, { token, extraHeaders: { origin: 'https://app.example.com' } })
    device.close()
  })
})

test('a device that can only poll chats as well', async () => {
  const device = await connect(server, { token: await tokenOf('poll'), protocol: 2, transports: ['polling'] })
  await device.do('join-rooms', { roomIds: ['general'] })
  await device.do('send-message', { roomId: 'general', content: 'polled', clientId: 'client-id-p' })
  expect(await device.heard('polled')).toMatchObject({ senderId: 'poll' })
  device.close()
})

test('the 21st connection of one user is refused, and accepted when one is gone', async () => {
  const devices = await Promise.all(Array.from({ length: 20 }, () => signIn(server, 'many')))
  const token = await tokenOf('many')
  expect(await refusalOf(server, { token })).toMatchObject({
    code: 'RATE_LIMITED',
    limit: 20,
    retry: 'after',
  })
  for (const device of devices) device.close()
  await waitUntil('a place', () =>
    connect(server, { token }).then(
      (one) => {
        one.close()
        return true
      },
      () => false,
    ),
  )
})

test('connection state recovery is off: no private id is sent', async () => {
  const device = await signIn(server, 'ann')
  expect(Reflect.get(device.socket, '_pid')).toBeUndefined()
  device.close()
})

describe('auth by', () => {
  test("an app's own function", async () => {
    await using own = await startServer({
      auth: {
        authenticate: async ({ token }) => {
          if (token === 'banned') throw new AuthError('USER_BANNED')
          if (token === 'broken') throw new Error('the user database is down')
          return token === 'good' ? { id: 'ann', name: 'Ann' } : undefined
        },
      },
    })
    const device = await connect(own, { token: 'good', protocol: 2 })
    expect(await device.next('ready')).toMatchObject({ user: { id: 'ann', name: 'Ann' } })
    device.close()
    expect(await refusalOf(own, { token: 'bad' })).toMatchObject({ code: 'TOKEN_INVALID' })
    expect(await refusalOf(own, { token: 'broken' })).toMatchObject({ code: 'TOKEN_INVALID' })
    expect(await refusalOf(own, { token: 'banned' })).toMatchObject({ code: 'USER_BANNED' })
  })

  test("an app's own function that takes its time: longer than a connection may be silent", async () => {
    await using own = await startServer({
      auth: {
        authenticate: async () => {
          await new Promise((resolve) => setTimeout(resolve, 6_000))
          return { id: 'ann', name: 'Ann' }
        },
      },
    })
    const device = await connect(own, { token: 'good', protocol: 2 })
    expect(await device.next('ready')).toMatchObject({ user: { id: 'ann', name: 'Ann' } })
    device.close()
  })

  test("a provider's key set, which a secret cannot imitate", async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }
    await using provider = await startKeySet([key])
    await using own = await startServer({ auth: { jwks: provider.url, ...OURS } })
    const token = signed(
      { alg: 'ES256', kid: 'k1' },
      { sub: 'ann', name: 'Ann', ...claimed() },
      byKey(privateKey),
    )
    const device = await connect(own, { token, protocol: 2 })
    expect(await device.next('ready')).toMatchObject({ user: { id: 'ann', name: 'Ann' } })
    device.close()
    expect(await refusalOf(own, { token: await tokenOf('ann') })).toMatchObject({ code: 'TOKEN_INVALID' })
  })

  test("a provider's key that is newer than the last fetch of its keys: UNAVAILABLE, with the time to come back", async () => {
    const [old, next] = [providerKey('k1'), providerKey('k2')]
    await using provider = await startKeySet([old.jwk])
    const logged: object[] = []
    const logger = { debug() {}, info() {}, warn: (fields: object) => logged.push(fields), error() {} }
    await using own = await startServer({ auth: { jwks: provider.url, ...OURS }, logger })
    const device = await connect(own, { token: old.tokenOf('ann'), protocol: 2 })
    provider.keys = [next.jwk, old.jwk]
    expect(await refusalOf(own, { token: next.tokenOf('bob') })).toMatchObject({
      code: 'UNAVAILABLE',
      retry: 'after',
      retryAfterMs: expect.any(Number),
    })
    expect(await device.ask('refresh-token', { token: next.tokenOf('ann') })).toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: expect.any(Number),
    })
    const reason = 'no applicable key found in the JSON Web Key Set'
    expect(logged).toContainEqual({ code: 'UNAVAILABLE', reason })
    device.close()
  })

  test('an unreadable key set: UNAVAILABLE, because the token is not at fault', async () => {
    await using own = await startServer({ auth: { jwks: 'http://127.0.0.1:1/keys', anyAudience: true } })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = signed({ alg: 'ES256' }, { sub: 'ann' }, byKey(privateKey))
    expect(await refusalOf(own, { token })).toMatchObject({ code: 'UNAVAILABLE', retry: 'after' })
  })
})

/** Audience and issuer of the provider's tokens. */
const OURS = { issuer: 'https://id.example.com/', audience: 'chat' }
const claimed = () => ({ iss: OURS.issuer, aud: [OURS.audience], exp: Math.floor(Date.now() / 1000) + 3_600 })

/** A token by hand, so that the tests can make wrong ones too. */
function signed(header: object, claims: object, signature: (text: string) => string): string {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${signature(text)}`
}

const bySecret = (text: string): string => createHmac('sha256', SECRET).update(text).digest('base64url')
const byKey = (key: KeyObject) => (text: string) =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')

function providerKey(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' },
    tokenOf: (sub: string) =>
      signed({ alg: 'ES256', kid }, { sub, name: sub, ...claimed() }, byKey(privateKey)),
  }
}

/** An identity provider; its keys may change. */
async function startKeySet(keys: readonly object[]) {
  const http = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: provider.keys })),
  )
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () => new Promise<void>((resolve) => http.close(() => resolve()))
  const provider = { keys, url: `http://127.0.0.1:${port}/keys`, [Symbol.asyncDispose]: close }
  return provider
}

/** The first request of a polling transport, as from a browser. */
function polling(
  to: ChatServer,
  query: string,
  headers: Record<string, string> = {},
): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const url = `${to.url}/socket.io/?EIO=4&transport=polling${query}`
    request(url, { headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0 })
    })
      .on('error', reject)
      .end()
  })
}

test('a second server on the same port gets that error', async () => {
  const second = createChatServer({
    ...{ port: server.port, host: '127.0.0.1', database: 'memory:', logLevel: 'silent' },
  })
  await expect(second).rejects.toThrow('EADDRINUSE')
})

test('a server that comes back with another secret: the client gets another token from its app, and continues', async () => {
  const secrets = ['the secret of the first run, of 32 bytes', 'the secret of the second, of 32 bytes']
  const first = await startServer({ auth: { jwtSecret: secrets[0] ?? '' } })
  const { port } = first
  const auth = () => signToken(secrets[0] ?? '', { id: 'ann', name: 'Ann' })
  const chat = createChat({ url: first.url, auth, storage: 'memory' })
  await chat.connect()
  await first.close()
  secrets.shift()
  await using _second = await startServer({ auth: { jwtSecret: secrets[0] ?? '' }, port })
  expect(await chat.room('general').send('still here')).toMatchObject({ status: 'sent' })
  await chat.close()
})
