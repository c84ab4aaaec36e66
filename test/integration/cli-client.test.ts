import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRoom } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packedProject } from '../packed/packed-project'
import { roomful, temporaryFolder } from './roomful-command'

let server: TestServer
let at: string[]
beforeAll(async () => {
  server = await createTestServer()
  at = ['--url', server.url]
})
afterAll(() => server.close())

type Shown = { seq: number; id: string; senderId: string; senderName: string; content: string }

async function shown(room: string, ...args: string[]): Promise<Shown[]> {
  const { stdout } = await roomful(['tail', room, '--no-follow', '--json', ...at, ...args])
  const lines = stdout.toString().split('\n').filter(Boolean)
  return lines.map((line): Shown => JSON.parse(line)).filter(({ content }) => content !== '')
}

async function freshRoom(name: string): Promise<string> {
  await using owner = await createTestClient(server, 'owner')
  return (await owner.createRoom({ name, type: 'public' })).id
}

describe('the guest of this machine', () => {
  test('is one person over any number of commands, another under another name, and nobody else can read who', async () => {
    using folder = temporaryFolder()
    const env = { XDG_CONFIG_HOME: folder.path, ROOMFUL_NAME: 'Ada' }
    const room = await freshRoom('Guests')
    for (const text of ['one', 'two']) await roomful(['send', room, text, '--join', ...at], { env })
    await roomful(['send', room, 'three', '--join', '--as', 'Bot', ...at], { env })
    const rows = (await shown(room, '--join', '--as', 'Bot')).filter(({ content }) =>
      /one|two|three/.test(content),
    )
    expect(rows.map(({ senderName }) => senderName)).toEqual(['Ada', 'Ada', 'Bot'])
    expect(new Set(rows.map(({ senderId }) => senderId)).size).toBe(2)
    const guests = join(folder.path, 'roomful', 'guests')
    expect(readdirSync(guests)).toHaveLength(2)
    for (const file of readdirSync(guests)) expect(statSync(join(guests, file)).mode & 0o077).toBe(0)
  })

  test('that a server does not know any more is a new one, and so is a damaged file', async () => {
    using folder = temporaryFolder()
    const env = { XDG_CONFIG_HOME: folder.path }
    await roomful(['rooms', ...at], { env })
    const guests = join(folder.path, 'roomful', 'guests')
    const onlyFile = (): string => {
      const names = readdirSync(guests)
      expect(names).toHaveLength(1)
      return join(guests, names[0] ?? '')
    }
    const kept = JSON.parse(readFileSync(onlyFile(), 'utf8'))
    for (const bad of [JSON.stringify({ ...kept, token: 'of.another.server' }), '{"tok']) {
      writeFileSync(onlyFile(), bad)
      expect(await roomful(['rooms', ...at], { env })).toMatchObject({ code: 0, stderr: '' })
      const { token } = JSON.parse(readFileSync(onlyFile(), 'utf8'))
      expect(token).toEqual(expect.any(String))
      expect(token).not.toBe('of.another.server')
    }
  })

  test('is the same for two commands that come at once', async () => {
    using folder = temporaryFolder()
    const env = { XDG_CONFIG_HOME: folder.path }
    const room = await freshRoom('At once')
    await Promise.all(['a', 'b', 'c'].map((text) => roomful(['send', room, text, '--join', ...at], { env })))
    const rows = (await shown(room, '--join')).filter(({ content }) => /^[abc]$/.test(content))
    expect(rows).toHaveLength(3)
    expect(new Set(rows.map(({ senderId }) => senderId)).size).toBe(1)
  })

  test('cannot be kept in a folder that is not ours: one line says so', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'roomful'))
    writeFileSync(join(folder.path, 'roomful', 'guests'), 'a file')
    const { code, stderr } = await roomful(['rooms', ...at], { env: { XDG_CONFIG_HOME: folder.path } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^roomful: FILE: .* \(is .* writable\?\)\n$/)
  })
})

describe('roomful send', () => {
  test('answers a message by its seq or its id', async () => {
    const room = await freshRoom('Replies')
    await roomful(['send', room, 'which one?', '--join', ...at])
    const [question] = (await shown(room, '--join')).filter(({ content }) => content === 'which one?')
    if (!question) throw new Error('the question is there')
    for (const named of [String(question.seq), question.id])
      expect(await roomful(['send', room, 'this one', '--reply-to', named, ...at])).toMatchObject({ code: 0 })
    await using reader = await createTestClient(server, 'owner')
    const { messages } = await readRoom(reader, room)
    const replies = messages.filter(({ content }) => content === 'this one')
    expect(replies).toMatchObject([{ type: 'reply', replyTo: question.id }, { replyTo: question.id }])
    const none = await roomful(['send', room, 'to nothing', '--reply-to', '4000', ...at])
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/^roomful: MESSAGE_NOT_FOUND: /) })
  })

  test('refuses an empty text, and reads no input instead', async () => {
    const empty = await roomful(['send', 'general', '', ...at], { stdin: 'not this' })
    expect(empty).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^roomful: INVALID_CONTENT: .*empty/),
    })
  })

  test('is quiet where it is asked to be, and with --json', async () => {
    for (const flag of ['--quiet', '--json'])
      expect(await roomful(['send', 'general', flag, ...at], { stdin: 'a\nb' })).toMatchObject({
        code: 0,
        stderr: '',
      })
  })
})

test('roomful tail begins at a time, in a room of any length', async () => {
  const room = await freshRoom('Times')
  await roomful(['send', room, '--join', ...at], {
    stdin: Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n'),
  })
  const contents = async (since: string) =>
    (await shown(room, '--join', '--since', since)).map((row) => row.content)
  expect(await contents('1h')).toContain('line 0')
  expect(await contents('0s')).not.toContain('line 39')
  expect(await contents('2999-01-01T00:00:00Z')).toEqual([])
  const half = (await shown(room, '--join')).find(({ content }) => content === 'line 20')
  expect((await contents(String(half?.seq)))[0]).toBe('line 21')
})

test("roomful rooms --query is about the user's own rooms too", async () => {
  const env = { ROOMFUL_TOKEN: await server.token('owner') }
  await freshRoom('Straw')
  const id = await freshRoom('A Needle')
  const { stdout } = await roomful(['rooms', '--query', 'needle', '--json', ...at], { env })
  expect(
    stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual([id])
})

test('as installed, the client commands need no server, and the others say what to install', async () => {
  using project = await packedProject(['protocol', 'client', 'create-roomful', 'cli'])
  const env = { XDG_CONFIG_HOME: project.folder }
  const sent = JSON.parse(await project.cli(['send', 'general', 'light', '--json', ...at], env))
  expect(sent).toMatchObject({ sent: 1, refused: 0 })
  const shows = { 'tail general --no-follow': 'light', rooms: 'general', 'export general': 'light' }
  for (const [words, text] of Object.entries(shows))
    expect(await project.cli([...words.split(' '), ...at], env)).toContain(text)
  for (const words of [['serve'], ['migrate'], ['token', '--user', 'ann']])
    await expect(project.cli(words, env)).rejects.toThrow(
      `SERVER_NOT_INSTALLED: this command needs @roomful/server, which is not installed (\`npm install @roomful/server\``,
    )
})
