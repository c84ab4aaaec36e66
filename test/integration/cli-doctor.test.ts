import { createServer, type Server } from 'node:http'
import { signToken } from '@roomful/server'
import { createTcpProxy } from '@roomful/testing'
import { afterEach, expect, test } from 'vitest'
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
  await using server = await startServer({ origins: [page], database: `sqlite:${folder.path}/a.db` })
  const token = await tokenOf('ann')
  const { code, findings } = await doctor(
    ...['--url', server.url, '--token', token, '--origin', page, '--database', `sqlite:${folder.path}/a.db`],
  )
  expect(verdicts(findings)).toEqual({
    ...{ reach: 'good', clock: 'good', ready: 'good', version: 'good', websocket: 'good', cors: 'good' },
    ...{ token: 'good', protocol: 'good', disk: 'good' },
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
  expect(findings.cors).toMatchObject({ verdict: 'bad', fix: expect.stringContaining('--origins') })
  expect(findings.token).toMatchObject({ verdict: 'bad', found: expect.stringContaining('TOKEN_INVALID') })
})

test('no server at this address, and a folder that does not exist', async () => {
  const proxy = await createTcpProxy(1)
  const { url } = proxy
  await proxy[Symbol.asyncDispose]()
  const { code, findings } = await doctor('--url', url, '--database', 'sqlite:/nowhere/at/all.db')
  expect(code).toBe(1)
  expect(verdicts(findings)).toEqual({ reach: 'bad', disk: 'bad' })
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
  expect(findings.clock?.found).toMatch(/36\d\d s apart/)
})
