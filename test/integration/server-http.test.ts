import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '@roomful/protocol'
import { type ChatServer, createChatServer } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, SECRET, signIn, startServer } from './server-fixture'

let folder: string
let server: ChatServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-http-'))
  mkdirSync(join(folder, 'site/assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'a secret')
  writeFileSync(join(folder, 'site/index.html'), '<!doctype html><title>Chat</title>')
  writeFileSync(join(folder, 'site/.env'), 'KEY=1')
  writeFileSync(join(folder, 'site/assets/index-DbX1_a2b.js'), 'export {}')
  writeFileSync(join(folder, 'site/favicon.svg'), '<svg/>')
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'site/link.txt'))
  writeFileSync(join(folder, 'site/assets/page-DbX1_a2b.css'), 'body { margin: 0 }')
  writeFileSync(join(folder, 'site/assets/page-DbX1_a2b.css.br'), 'as brotli')
  writeFileSync(join(folder, 'site/assets/page-DbX1_a2b.css.gz'), 'as gzip')
  writeFileSync(join(folder, 'site/assets/old-DbX1_a2b.css'), 'p { margin: 0 }')
  writeFileSync(join(folder, 'site/assets/old-DbX1_a2b.css.gz'), 'as gzip')
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'site/favicon.svg.br'))
  server = await startServer({ static: join(folder, 'site'), guests: true })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

/** As written: fetch would normalise the path before it sends it. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      request({ hostname, port, path, headers }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text) => (body += text))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
      })
        .on('error', reject)
        .end()
    },
  )
}

describe('health', () => {
  test('healthz and readyz answer as soon as it can serve', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: '{"ok":true}' })
    expect(await get('/readyz')).toMatchObject({ status: 200 })
  })

  test('metrics count sends, deliveries, commits, sockets and refusals', async () => {
    const device = await signIn(server, 'counted')
    await device.ask('join-rooms', { roomIds: ['general'] })
    await device.ask('send-message', { roomId: 'general', content: 'hi', clientId: 'client-id-1' })
    await device.ask('send-message', { roomId: 'nowhere', content: 'hi', clientId: 'client-id-2' })
    const { body, headers } = await get('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(/^roomful_sends_total 1$/m)
    expect(body).toMatch(/^roomful_deliveries_total{event="changes"} 1$/m)
    expect(body).toMatch(/^roomful_refusals_total{code="ROOM_NOT_FOUND"} 1$/m)
    expect(body).toMatch(/^roomful_sockets 1$/m)
    expect(body).toMatch(/^roomful_queue_depth 0$/m)
    for (const name of ['commit_seconds', 'batch_ops', 'fan_out_seconds', 'request_seconds'])
      expect(body).toMatch(new RegExp(`^roomful_${name}_count.* [1-9]`, 'm'))
    device.close()
  })
})

describe('static files', () => {
  test('the page, with a policy that lets it load its own files and call this server', async () => {
    const { status, headers, body } = await get('/')
    expect([status, body]).toEqual([200, '<!doctype html><title>Chat</title>'])
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('text/html'),
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    const host = new URL(server.url).host
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://${host} wss://${host}`)
    expect(headers['content-security-policy']).toContain("script-src 'self';")
  })

  test('a bundle is cached for ever, a plain file is requested again and answered with 304', async () => {
    const bundle = await get('/assets/index-DbX1_a2b.js')
    expect(bundle.headers).toMatchObject({
      'content-type': expect.stringContaining('text/javascript'),
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': '9',
    })
    const icon = await get('/favicon.svg')
    expect(icon.headers).toMatchObject({
      'content-type': expect.stringContaining('image/svg+xml'),
      'cache-control': 'no-cache',
    })
    expect(await get('/favicon.svg', { 'if-none-match': String(icon.headers.etag) })).toMatchObject({
      status: 304,
    })
  })

  describe('what was compressed beforehand', () => {
    const css = '/assets/page-DbX1_a2b.css'

    test.each([
      ['gzip, deflate, br, zstd', 'br', 'as brotli'],
      ['GZIP', 'gzip', 'as gzip'],
      ['*', 'br', 'as brotli'],
      ['*, br;q=0', 'gzip', 'as gzip'],
      ['br;q=0, gzip;q=0.1', 'gzip', 'as gzip'],
      ['zstd', undefined, 'body { margin: 0 }'],
      ['br;q=0, gzip;q=0', undefined, 'body { margin: 0 }'],
      ['', undefined, 'body { margin: 0 }'],
    ])('to a browser that takes "%s": %s', async (accepted, encoding, sent) => {
      const { headers, body } = await get(css, { 'accept-encoding': accepted })
      expect(body).toBe(sent)
      expect(headers['content-encoding']).toBe(encoding)
      expect(headers).toMatchObject({
        'content-type': expect.stringContaining('text/css'),
        'content-length': String(sent.length),
        'cache-control': 'public, max-age=31536000, immutable',
        vary: expect.stringMatching(/accept-encoding/i),
      })
    })

    test('in one way only, or in none, is sent as it is there', async () => {
      const old = await get('/assets/old-DbX1_a2b.css', { 'accept-encoding': 'br' })
      expect([old.body, old.headers['content-encoding']]).toEqual(['p { margin: 0 }', undefined])
      const page = await get('/', { 'accept-encoding': 'br, gzip' })
      expect([page.body, page.headers['content-encoding']]).toEqual([
        '<!doctype html><title>Chat</title>',
        undefined,
      ])
    })

    test('has an ETag of its own, so that no cache mixes them', async () => {
      const [brotli, plain] = [await get(css, { 'accept-encoding': 'br' }), await get(css)]
      expect(brotli.headers.etag).not.toBe(plain.headers.etag)
      const again = { 'accept-encoding': 'br', 'if-none-match': String(brotli.headers.etag) }
      const { status, headers } = await get(css, again)
      expect([status, headers.vary]).toEqual([304, expect.stringMatching(/accept-encoding/i)])
      expect(await get(css, { 'if-none-match': String(brotli.headers.etag) })).toMatchObject({ status: 200 })
    })

    test('leads out of the folder no more than any other file', async () => {
      expect(await get('/favicon.svg', { 'accept-encoding': 'br' })).toMatchObject({ body: '<svg/>' })
    })
  })

  test('an address of the app is its page; a missing file is missing', async () => {
    expect(await get('/rooms/general', { accept: 'text/html' })).toMatchObject({ status: 200 })
    expect(await get('/rooms/general')).toMatchObject({ status: 404 })
    expect(await get('/assets/missing.js', { accept: 'text/html' })).toMatchObject({ status: 404 })
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/.env',
    '/%2eenv',
    '/link.txt',
    '/%00',
    '/%',
    '//etc/passwd',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await get(path)
    expect(body).not.toContain('secret')
    expect(body).not.toContain('KEY')
    expect(body).not.toContain('root:')
    expect(status).toBe(404)
  })

  test('without a folder the address shows that a server is there', async () => {
    await using plain = await startServer()
    expect(await (await fetch(plain.url)).text()).toBe('Roomful is running.\n')
  })
})

describe('guests', () => {
  const guest = (body: string, to = server.url) =>
    fetch(`${to}/auth/guest`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

  test('sign in by a name and chat', async () => {
    const { token, user } = (await (await guest('{"name":" Zoë "}')).json()) as Record<string, never>
    expect(user).toEqual({ id: expect.stringMatching(/^guest_[0-9a-f-]{36}$/), name: 'Zoë' })
    const device = await connect(server, { token, protocol: 2 })
    expect(await device.next('ready')).toMatchObject({ user })
    const sent = { roomId: 'general', content: 'hi', clientId: 'client-id-1' }
    expect(await device.ask('send-message', sent)).toMatchObject({ ok: true })
    device.close()
  })

  test.each([
    '',
    '{',
    '[]',
    '{}',
    '{"name":""}',
    '{"name":" "}',
    '{"name":"\\u200b"}',
    '{"name":"\\u202e\\u0007"}',
  ])('not by %j', async (body) => expect((await guest(body)).status).toBe(400))

  test('a name that is too long or on two lines is cut and cleaned, not refused', async () => {
    const answer = await guest(JSON.stringify({ name: `Ann\nMarie ${'x'.repeat(200)}` }))
    expect(answer.status).toBe(200)
    const { user } = (await answer.json()) as { user: { name: string } }
    expect(user.name).toBe(`Ann Marie ${'x'.repeat(200)}`.slice(0, LIMITS.userNameLength))
  })

  test('not with a body of 5 KB, and not if they are not enabled', async () => {
    expect((await guest(JSON.stringify({ name: 'x'.repeat(5_000) }))).status).toBe(413)
    await using plain = await startServer()
    expect((await guest('{"name":"Zoë"}', plain.url)).status).toBe(404)
  })

  test("not in production, and not without this server's own secret", async () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    try {
      const inProduction = createChatServer({
        port: 0,
        database: 'memory:',
        guests: true,
        logLevel: 'silent',
      })
      await expect(inProduction).rejects.toThrow('--guests, ROOMFUL_GUESTS')
    } finally {
      process.env.NODE_ENV = before
    }
    const auth = { jwks: 'https://id.example.com/keys', anyAudience: true } as const
    const withJwks = createChatServer({
      port: 0,
      database: 'memory:',
      guests: true,
      auth,
      logLevel: 'silent',
    })
    await expect(withJwks).rejects.toThrow('--guests, ROOMFUL_GUESTS')
  })

  test('with the secret that a server without one generates and stores beside its data, for its owner only', async () => {
    const database = `sqlite:${join(folder, 'data/chat.db')}`
    const options = { port: 0, host: '127.0.0.1', database, guests: true, logLevel: 'silent' } as const
    const first = await createChatServer(options)
    const { token } = (await (await guest('{"name":"Zoë"}', first.url)).json()) as { token: string }
    await first.close()
    const path = join(folder, 'data/jwt-secret')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8').length).toBeGreaterThan(40)
    await using second = await createChatServer(options)
    const device = await connect(second, { token, protocol: 2 })
    await device.next('ready')
    device.close()
  })
})

test('no answer names the software behind it', async () => {
  const { headers } = await get('/nowhere')
  expect(Object.keys(headers)).not.toContain('x-powered-by')
  expect(JSON.stringify(headers)).not.toContain(SECRET)
})
