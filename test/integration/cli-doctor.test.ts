import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { signToken } from '@roomful/server'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../packages/testing/src/local-process'
import { startPostgres } from '../../packages/testing/src/postgres'
import { startRedis } from '../../packages/testing/src/redis'
import { roomful, temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

type Finding = { check: string; verdict: string; found: string; fix?: string }

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function doctor(
  ...args: string[]
): Promise<{ code: number | null; findings: Record<string, Finding> }> {
  const { code, stdout } = await roomful(['doctor', '--json', ...args])
  const findings = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line): Finding => JSON.parse(line))
  return { code, findings: Object.fromEntries(findings.map((finding) => [finding.check, finding])) }
}

const verdicts = (findings: Record<string, Finding>) =>
  Object.fromEntries(Object.values(findings).map(({ check, verdict }) => [check, verdict]))

test('a healthy server, with everything named', async () => {
  using folder = temporaryFolder()
  const page = 'https://app.example.com'
  await using redis = await startRedis()
  await using server = await startServer({ origins: [page], database: `sqlite:${folder.path}/a.db` })
  const token = await tokenOf('ann')
  const { code, findings } = await doctor(
    ...[
      '--url',
      server.url,
      '--token',
      token,
      '--origin',
      page,
      '--database',
      `sqlite:${folder.path}/a.db`,
      '--redis',
      redis.url,
    ],
  )
  expect(verdicts(findings)).toEqual({
    ...{ reach: 'good', clock: 'good', ready: 'good', version: 'good', websocket: 'good', origin: 'good' },
    ...{ token: 'good', protocol: 'good', disk: 'good', node: 'good', port: 'good', path: 'good' },
    ...{ tables: 'good', redis: 'good' },
  })
  expect(code).toBe(0)
})

test('for people: one line per finding, and skipped checks are not wrong', async () => {
  await using server = await startServer()
  const { code, stdout } = await roomful(['doctor', '--url', server.url])
  expect(code).toBe(0)
  expect(stdout.toString()).toMatch(/^ok {3}reach: .* answered$/m)
  expect(stdout.toString()).toMatch(/^- {4}token: name a token with --token/m)
})

test('a page that may not connect, and a token of another server', async () => {
  await using server = await startServer()
  const token = await signToken('another secret than that of this server', { id: 'ann', name: 'Ann' })
  const { code, findings } = await doctor(
    '--url',
    server.url,
    '--origin',
    'https://evil.example',
    '--token',
    token,
  )
  expect(code).toBe(1)
  expect(findings.websocket).toMatchObject({ verdict: 'bad', fix: expect.stringContaining('--origins') })
  expect(findings.origin).toMatchObject({ verdict: 'bad', fix: expect.stringContaining('--origins') })
  expect(findings.token).toMatchObject({ verdict: 'bad', found: expect.stringContaining('TOKEN_INVALID') })
})

test('no server at this address, and a folder that does not exist', async () => {
  const url = `http://localhost:${await freePort()}`
  const { code, findings } = await doctor('--url', url, '--database', 'sqlite:/nowhere/at/all.db')
  expect(code).toBe(1)
  expect(verdicts(findings)).toEqual({
    ...{ node: 'good', reach: 'bad', port: 'bad', disk: 'bad', tables: 'bad', redis: 'skipped' },
  })
  expect(findings.port?.found).toContain('nothing listens')
  expect(findings.reach?.fix).toContain('roomful serve')
})

test('something else at this address: a wrong clock, no database, no websocket', async () => {
  const other = createServer((request, response) => {
    response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString())
    response.statusCode = request.url === '/healthz' ? 200 : 404
    response.end('hello')
  })
  open.push(other)
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  const { code, findings } = await doctor('--url', `http://127.0.0.1:${address.port}`)
  expect(code).toBe(1)
  expect(verdicts(findings)).toMatchObject({ clock: 'bad', ready: 'bad', version: 'bad', websocket: 'bad' })
  expect(findings.clock?.found).toMatch(/3(599|6\d\d) s apart/)
})

test('a page on another port of this machine, named or not', async () => {
  await using server = await startServer()
  const { port } = new URL(server.url)
  const url = `http://localhost:${port}`
  const { findings } = await doctor('--url', url, '--origin', 'http://localhost:5173')
  expect(findings.origin).toMatchObject({
    verdict: 'bad',
    found: expect.stringContaining('another port is another origin'),
    fix: 'serve with --origins http://localhost:5173',
  })
  const unnamed = await doctor('--url', url)
  expect(unnamed.findings.origin).toMatchObject({
    verdict: 'skipped',
    found: expect.stringContaining('serve --origins http://localhost:5173'),
  })
  await using open = await startServer({ origins: '*' })
  const allowed = await doctor('--url', open.url)
  expect(allowed.findings.origin?.found).not.toContain('--origins')
})

test('a server that is mounted under a path, looked for at another', async () => {
  await using server = await startServer({ path: '/api/chat' })
  const { origin } = new URL(server.url)
  const wrong = await doctor('--url', origin)
  expect(wrong.code).toBe(1)
  expect(wrong.findings.path).toMatchObject({
    verdict: 'bad',
    fix: expect.stringContaining(`${origin}/api/chat`),
  })
  const right = await doctor('--url', `${origin}/api/chat`)
  expect(right.findings.path).toMatchObject({ verdict: 'good' })
  expect(right.code).toBe(0)
})

test('tables of another version, on either database, and a Redis that drops what it has', async () => {
  using folder = temporaryFolder()
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  await using server = await startServer()
  const at = ['--url', server.url]
  const database = await postgres.createDatabase()
  const empty = await doctor(...at, '--database', database)
  expect(empty.findings.tables).toMatchObject({
    verdict: 'bad',
    fix: expect.stringContaining('roomful migrate'),
  })
  await roomful(['migrate', '--database', database])
  const lru = new Redis(redis.url)
  await lru.config('SET', 'maxmemory-policy', 'allkeys-lru')
  lru.disconnect()
  const { findings } = await doctor(...at, '--database', database, '--redis', redis.url)
  expect(findings.tables).toMatchObject({ verdict: 'good' })
  expect(findings.redis).toMatchObject({ verdict: 'bad', fix: expect.stringContaining('noeviction') })
  const none = await doctor(
    ...at,
    '--database',
    `sqlite:${folder.path}/none.db`,
    '--redis',
    'redis://127.0.0.1:9',
  )
  expect(none.findings).toMatchObject({ tables: { verdict: 'bad' }, redis: { verdict: 'bad' } })
})

test('a port that another program has', async () => {
  const other = createTcpServer((socket) => socket.on('error', () => {}).end('220 mail\r\n'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  const { findings } = await doctor('--url', `http://127.0.0.1:${address.port}`)
  other.close()
  expect(findings.port).toMatchObject({ verdict: 'bad', found: expect.stringContaining('speaks no HTTP') })
})

test('an address that names no database is a finding, and the rest is looked at all the same', async () => {
  const { code, findings } = await doctor('--url', 'http://127.0.0.1:1', '--database', './data/roomful.db')
  expect(code).toBe(1)
  expect(findings.tables).toMatchObject({ verdict: 'bad', found: expect.stringContaining('sqlite:./path') })
  expect(verdicts(findings)).toMatchObject({ node: 'good', reach: 'bad', disk: 'skipped' })
})
