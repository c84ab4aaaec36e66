import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signToken } from '@roomful/server'
import { readRoom } from '@roomful/testing'
import { createTestClient } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { roomful, serve, temporaryFolder } from './roomful-command'

const SECRET = 'a secret for this test only, 32 bytes'
const as = (url: string) => ({
  url,
  token: (user: string | { id: string }) =>
    signToken(SECRET, { id: typeof user === 'string' ? user : user.id, name: 'x' }),
})

test('it prints where it listens and where the data lies', async () => {
  using folder = temporaryFolder()
  await using server = await serve(['--port', '0'], { cwd: folder.path })
  expect(JSON.parse(server.output().stdout)).toMatchObject({
    url: server.url,
    database: 'sqlite:./data/roomful.db',
  })
  expect(existsSync(join(folder.path, 'data/roomful.db'))).toBe(true)
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

test('its own secret is stored beside the data, readable by the owner alone, and `roomful token` signs with it', async () => {
  using folder = temporaryFolder()
  await using server = await serve(['--port', '0'], { cwd: folder.path })
  expect(statSync(join(folder.path, 'data/jwt-secret')).mode & 0o777).toBe(0o600)
  const { stdout, code } = await roomful(['token', '--user', 'ada', '--name', 'Ada'], { cwd: folder.path })
  expect(code).toBe(0)
  const sent = await roomful(['send', 'general', 'hello', '--url', server.url], {
    env: { ROOMFUL_TOKEN: stdout.toString().trim() },
  })
  expect(sent).toMatchObject({ code: 0, stderr: '' })
  const seen = await roomful(['tail', 'general', '--no-follow', '--json', '--url', server.url])
  expect(JSON.parse(seen.stdout.toString())).toMatchObject({
    senderId: 'ada',
    senderName: 'Ada',
    content: 'hello',
  })
})

test('PORT, ROOMFUL_DATABASE and ROOMFUL_JWT_SECRET are honoured', async () => {
  using folder = temporaryFolder()
  await using free = await serve(['--port', '0', '--database', 'memory:'])
  await free.stop()
  const database = `sqlite:${folder.path}/deep/chat.db`
  const env = { PORT: String(free.port), ROOMFUL_DATABASE: database, ROOMFUL_JWT_SECRET: SECRET }
  await using server = await serve([], { env, cwd: folder.path })
  expect(server.port).toBe(free.port)
  expect(existsSync(join(folder.path, 'deep/chat.db'))).toBe(true)
  await using chat = await createTestClient(as(server.url), 'ada')
  expect(chat.getState().user).toMatchObject({ id: 'ada' })
  // With a given secret, none is generated.
  expect(existsSync(join(folder.path, 'deep/jwt-secret'))).toBe(false)
})

test('a flag wins over the environment', async () => {
  using folder = temporaryFolder()
  await using server = await serve(['--port', '0', '--database', 'memory:'], {
    env: { PORT: '1', ROOMFUL_DATABASE: `sqlite:${folder.path}/chat.db` },
    cwd: folder.path,
  })
  expect(server.port).not.toBe(1)
  expect(existsSync(join(folder.path, 'chat.db'))).toBe(false)
})

test('a second server on one file ends with 1 and one clear line; the first continues', async () => {
  using folder = temporaryFolder()
  const database = `sqlite:${folder.path}/chat.db`
  await using server = await serve(['--port', '0', '--database', database])
  const second = await roomful(['serve', '--port', '0', '--database', database])
  expect(second.code).toBe(1)
  expect(second.stdout.toString()).toBe('')
  expect(second.stderr).toMatch(/^roomful: [^\n]*\n$/)
  expect(second.stderr).toContain('chat.db')
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

test('a port in use is one clear line', async () => {
  await using server = await serve(['--port', '0', '--database', 'memory:'])
  const second = await roomful([
    'serve',
    '--host',
    '127.0.0.1',
    '--port',
    String(server.port),
    '--database',
    'memory:',
  ])
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(/^roomful: PORT_IN_USE: [^\n]*--port[^\n]*\n$/)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s drains: exit 0, and all that was acked is there at the next start (P15)',
  async (signal) => {
    using folder = temporaryFolder()
    const args = [
      '--database',
      `sqlite:${folder.path}/chat.db`,
      '--sends-per-second',
      '0',
      '--events-per-second',
      '0',
    ]
    const env = { ROOMFUL_JWT_SECRET: SECRET }
    await using server = await serve(['--port', '0', ...args], { env })
    const acked: string[] = []
    let stopping: Promise<{ code: number | null; signal: NodeJS.Signals | null }> | undefined
    {
      await using chat = await createTestClient(as(server.url), 'ada')
      const room = chat.room('general')
      const sends = Array.from({ length: 500 }, (_, i) => room.send(`message ${i}`))
      for (const sent of sends) {
        sent.then(
          (message) => {
            acked.push(message.id)
            // In the middle of traffic.
            if (acked.length === 100) stopping = server.stop(signal)
          },
          () => {},
        )
      }
      await sends[99]
    }
    expect(await stopping).toEqual({ code: 0, signal: null })
    await using again = await serve(['--port', '0', ...args], { env })
    await using chat = await createTestClient(as(again.url), 'ada')
    const { messages, lastSeq } = await readRoom(chat, 'general')
    const there = new Set<string>(messages.map((row) => row.id))
    expect(acked.length).toBeGreaterThanOrEqual(100)
    expect(acked.filter((id) => !there.has(id))).toEqual([])
    expect(messages.map((row) => row.seq)).toEqual(Array.from({ length: lastSeq }, (_, i) => i + 1))
  },
)

test.each([
  [['--database', 'postgres://chat:hidden@127.0.0.1:1/chat'], 1, 'postgres://chat:***@127.0.0.1:1/chat'],
  [
    ['--database', 'postgres://chat:hid#den@db/chat'],
    2,
    'in a password, write all but letters and digits as %XX',
  ],
  [['--jwt-secret', 'hidden'], 2, 'needs 32 bytes at least'],
])('%j ends with %i and a line with the reason, without the secret', async (args, code, why) => {
  const failed = await roomful([
    'serve',
    '--port',
    '0',
    ...args,
    ...(code === 1 ? ['--jwt-secret', SECRET] : []),
  ])
  expect(failed.code).toBe(code)
  expect(failed.stderr).toContain(why)
  expect(failed.stderr).not.toMatch(/hidden|den@/)
})

test('secrets in files: for the server and for the command that signs tokens', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'secret')
  writeFileSync(path, `${SECRET}\n`)
  const env = { ROOMFUL_JWT_SECRET_FILE: path }
  await using server = await serve(['--port', '0', '--database', 'memory:'], { env })
  const token = (await roomful(['token', '--user', 'ada', '--jwt-secret-file', path])).stdout
    .toString()
    .trim()
  const sent = await roomful(['send', 'general', 'hello', '--url', server.url, '--token', token])
  expect(sent.code).toBe(0)
})

test('no secret is printed or logged', async () => {
  using folder = temporaryFolder()
  await using server = await serve(['--port', '0', '--log-level', 'debug'], { cwd: folder.path })
  const secret = readFileSync(join(folder.path, 'data/jwt-secret'), 'utf8').trim()
  const token = (await roomful(['token', '--user', 'ada'], { cwd: folder.path })).stdout.toString().trim()
  await roomful(['send', 'general', 'a private text', '--url', server.url, '--token', token])
  await server.stop()
  const { stdout, stderr } = server.output()
  for (const word of [secret, token, 'a private text']) expect(stdout + stderr).not.toContain(word)
})
