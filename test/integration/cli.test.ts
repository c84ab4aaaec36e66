import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createChat } from '@roomful/client'
import { createChatServer, signToken } from '@roomful/server'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOMFUL, roomful, startRoomful, temporaryFolder } from './roomful-command'

const run = promisify(execFile)

/** The last line about messages of a pipe. */
const RATE = /^\d+ messages sent in \d+\.\d s, [\d,]+ a second\n?$/m

let server: TestServer
let url: string
beforeAll(async () => {
  server = await createTestServer()
  url = server.url
})
afterAll(() => server.close())

/** A public room for one test, created by another user. */
async function freshRoom(name: string): Promise<string> {
  await using owner = await createTestClient(server, 'owner')
  const room = await owner.createRoom({ name, type: 'public' })
  return room.id
}

async function contents(roomId: string): Promise<string[]> {
  await using reader = await createTestClient(server, 'owner')
  const { messages } = await readRoom(reader, roomId)
  return messages.filter((row) => row.type !== 'system').map((row) => row.content)
}

describe('roomful send', () => {
  test('sends the typed text, under the given name', async () => {
    const room = await freshRoom('typed')
    const sent = await roomful(['send', room, 'hello', 'you  two', '--as', 'Ada L.', '--join', '--url', url])
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout.toString()).toBe(`1 message sent to ${room}\n`)
    expect(await contents(room)).toEqual(['hello you  two'])
  })

  test('sends standard input, one message per line, in order', async () => {
    const room = await freshRoom('lines')
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`)
    const stdin = `${lines.join('\n')}\n\n`
    const sent = await roomful(['send', room, '--join', '--url', url], { stdin })
    expect(sent).toMatchObject({ code: 0, stderr: expect.stringMatching(RATE) })
    expect(sent.stdout.toString()).toBe(`300 messages sent to ${room}\n`)
    expect(await contents(room)).toEqual(lines)
  })

  test('keeps records of several lines whole, with any delimiter', async () => {
    const room = await freshRoom('records')
    const args = ['send', room, '--join', '--delimiter', '\\n--\\n', '--url', url]
    expect((await roomful(args, { stdin: 'a\nb\n--\n c \n--\nd' })).code).toBe(0)
    expect(await contents(room)).toEqual(['a\nb', ' c ', 'd'])
  })

  test('names the refused message and the reason, sends the others, and ends with 1', async () => {
    const room = await freshRoom('refused')
    const sent = await roomful(['send', room, '--join', '--null', '--url', url], {
      stdin: 'one\0\u200b\0three\0',
    })
    expect(sent.code).toBe(1)
    expect(sent.stderr).toMatch(/^2 messages sent in [^\n]+\nroomful: INVALID_CONTENT: message 2: [^\n]+\n$/)
    expect(sent.stdout.toString()).toBe(`2 messages sent to ${room}, 1 refused\n`)
    expect(await contents(room)).toEqual(['one', 'three'])
  })

  test('a room that does not exist, or is hidden, is one line with what to do', async () => {
    const sent = await roomful(['send', 'nowhere', 'x', '--url', url])
    expect(sent.code).toBe(1)
    expect(sent.stderr).toMatch(/^roomful: ROOM_NOT_FOUND: [^\n]*--join\)\n$/)
  })

  test('an invalid token is one line with what to do', async () => {
    const sent = await roomful(['send', 'general', 'x', '--url', url], { env: { ROOMFUL_TOKEN: 'nonsense' } })
    expect(sent.code).toBe(1)
    expect(sent.stderr).toMatch(/^roomful: TOKEN_INVALID: [^\n]*--token[^\n]*\n$/)
  })

  test('Ctrl+C ends it cleanly, with 130 and the outcome of the messages', async () => {
    await using slow = await createTestServer({ limits: { sendsPerSecond: 1, sendsBurst: 2 } })
    const stdin = Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n')
    const running = startRoomful(['send', 'general', '--url', slow.url], { stdin })
    await using reader = await createTestClient(slow, 'reader')
    await waitUntil('the first message', async () => (await readRoom(reader, 'general')).lastSeq > 0)
    running.kill('SIGINT')
    const { code, stdout, stderr } = await running.done
    expect(code).toBe(130)
    expect(stdout.toString()).toMatch(/^\d+ messages? sent to general, \d+ not confirmed\n$/)
    const [, left] = /(\d+) not confirmed/.exec(stdout.toString()) ?? []
    expect(stderr.replace(/^.* a second\n/, '')).toBe(
      `roomful: closed; messages and changes that are not confirmed, and that nothing keeps: ${left} (storage: memory)\n`,
    )
  })

  test('a login session that ends midway ends it, with the reason and the number of unconfirmed messages', async () => {
    const jwtSecret = 'a secret of this test, 32 bytes long'
    const slow = await createChatServer({
      ...{ port: 0, host: '127.0.0.1', database: 'memory:', defaultRooms: ['general'], logLevel: 'silent' },
      limits: { sendsPerSecond: 1, sendsBurst: 2 },
      auth: { jwtSecret },
    })
    const token = await signToken(jwtSecret, { id: 'ada', name: 'Ada', sid: 'one' })
    const stdin = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n')
    const running = startRoomful(['send', 'general', '--token', token, '--url', slow.url], { stdin })
    await using reader = createChat({
      url: slow.url,
      auth: await signToken(jwtSecret, { id: 'reader', name: 'Reader' }),
    })
    await waitUntil('the first message', async () => (await readRoom(reader, 'general')).lastSeq > 0)
    await slow.revokeSession('one')
    const { code, stdout, stderr } = await running.done
    await slow.close()
    expect(code).toBe(1)
    expect(stdout.toString()).toMatch(/^\d+ messages? sent to general, \d+ not confirmed\n$/)
    expect(stderr).toMatch(/^roomful: SESSION_REVOKED: /m)
  })

  test('rate limits slow it down, and nothing is lost', async () => {
    await using slow = await createTestServer({ limits: { sendsPerSecond: 20, sendsBurst: 10 } })
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`)
    const sent = await roomful(['send', 'general', '--url', slow.url], { stdin: lines.join('\n') })
    expect(sent).toMatchObject({ code: 0 })
    expect(sent.stderr.split('\n').at(-2)).toMatch(RATE)
    await using reader = await createTestClient(slow, 'reader')
    expect((await readRoom(reader, 'general')).messages.map((row) => row.content)).toEqual(lines)
  })

  test('what a file outbox still holds is sent on the next run', async () => {
    using folder = temporaryFolder()
    await using slow = await createTestServer({ limits: { sendsPerSecond: 1, sendsBurst: 2 } })
    const token = await slow.token('ada')
    const args = ['send', 'general', '--file-outbox', folder.path, '--token', token, '--url', slow.url]
    const running = startRoomful(args, { stdin: Array.from({ length: 6 }, (_, i) => `line ${i}`).join('\n') })
    await using reader = await createTestClient(slow, 'reader')
    await waitUntil('the first message', async () => (await readRoom(reader, 'general')).lastSeq > 0)
    running.kill('SIGKILL')
    await running.done
    const again = await roomful([...args, 'the last'])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout.toString()).toMatch(/^1 message sent to general, \d from before\n$/)
    const { messages } = await readRoom(reader, 'general')
    const texts = [...Array.from({ length: 6 }, (_, i) => `line ${i}`), 'the last']
    expect(messages.map((row) => row.content)).toEqual(texts)
  })
})

describe('roomful tail', () => {
  test('prints from the given start, in the requested format', async () => {
    const room = await freshRoom('tail')
    await roomful(['send', room, '--join', '--url', url, '--as', 'Ada'], { stdin: 'one\ntwo\nthree\n' })
    const tail = async (...args: string[]): Promise<string> =>
      (await roomful(['tail', room, '--no-follow', '--join', '--url', url, ...args])).stdout.toString()
    const rows = (await tail('--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const two = rows.find((row) => row.content === 'two')
    expect(two).toMatchObject({ senderName: 'Ada', type: 'text' })
    expect(await tail('--raw', '--since', String(two.seq))).toBe('three\n')
    const text = await tail('--last', '10')
    expect(text).toMatch(/^\d\d:\d\d:\d\d Ada: two$/m)
    // No terminal codes without a terminal.
    expect(text).not.toContain('\u001b')
  })

  test('pages through all of a long history', async () => {
    const room = await freshRoom('long')
    const lines = Array.from({ length: 450 }, (_, i) => `line ${i}`)
    await roomful(['send', room, '--join', '--url', url], { stdin: lines.join('\n') })
    const shown = await roomful(['tail', room, '--no-follow', '--join', '--raw', '--url', url])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout.toString().trim().split('\n')).toEqual(lines)
  })

  test('follows, until Ctrl+C, which is 130', async () => {
    await using chat = await createTestClient(server, 'owner')
    const room = await chat.createRoom({ name: 'follow', type: 'public' })
    await room.send('before')
    const running = startRoomful(['tail', room.id, '--join', '--raw', '--url', url])
    await waitUntil('the past', () => running.stdout().includes('before'))
    await room.send('after')
    await waitUntil('what is new', () => running.stdout() === 'before\nafter\n')
    running.kill('SIGINT')
    expect(await running.done).toMatchObject({ code: 130, signal: null, stderr: '' })
  })

  test('a reader that goes away ends it, at the next message', async () => {
    await using chat = await createTestClient(server, 'owner')
    const room = chat.room('general')
    const command = [...ROOMFUL, 'tail', 'general', '--raw', '--url', url]
      .map((word) => `'${word}'`)
      .join(' ')
    // pipefail shows how the first of the two ended.
    let ended = false
    const done = run('bash', ['-o', 'pipefail', '-c', `${command} | head -n 1`]).finally(() => {
      ended = true
    })
    await waitUntil('it to end', async () => {
      await room.send('more')
      return ended
    })
    expect(await done).toEqual({ stdout: 'more\n', stderr: '' })
  })
})

describe('roomful rooms', () => {
  test("lists the user's own as a table, and as JSON", async () => {
    const { stdout } = await roomful(['rooms', '--url', url])
    expect(stdout.toString()).toMatch(
      /^ID +NAME +TYPE +MESSAGES +UNREAD\n(.*\n)*general +\S+ +public +\d+ +\d+\n/,
    )
    const json = await roomful(['rooms', '--json', '--url', url])
    expect(
      json.stdout
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toContainEqual(expect.objectContaining({ id: 'general', type: 'public' }))
  })

  test('lists those that any user may join', async () => {
    const id = await freshRoom('Needle in a haystack')
    const { stdout } = await roomful(['rooms', '--public', '--query', 'NEEDLE', '--url', url])
    expect(stdout.toString().split('\n')[1]).toMatch(
      new RegExp(`^${id} +Needle in a haystack +public +\\d+$`),
    )
  })
})

describe('roomful pins', () => {
  test('pins, lists and unpins, for who moderates the room', async () => {
    await using strict = await createTestServer({ defaultRooms: [] })
    await using ann = await createTestClient(strict, { id: 'ann', name: 'Ann' })
    const den = await ann.createRoom({ name: 'Den', type: 'public' })
    const { id } = await den.send('the\nrules')
    const session = ['--url', strict.url, '--token', await strict.token('ann')]
    const { stdout } = await roomful(['pins', den.id, '--pin', id, ...session])
    expect(stdout.toString()).toMatch(/^MESSAGE +SEQ +FROM +PINNED BY +TEXT\n/)
    expect(stdout.toString()).toContain(id)
    const bob = ['--url', strict.url, '--token', await strict.token('bob')]
    const refused = await roomful(['pins', den.id, '--join', '--unpin', id, ...bob])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('FORBIDDEN') })
    const json = await roomful(['pins', den.id, '--json', ...bob])
    expect(JSON.parse(json.stdout.toString())).toMatchObject({ messageId: id, pinned: { by: 'ann' } })
    const none = await roomful(['pins', den.id, '--unpin', id, '--json', ...session])
    expect(none).toMatchObject({ code: 0 })
    expect(none.stdout.toString()).toBe('')
  })
})

describe('roomful invitations', () => {
  test('lists invitations, accepts and declines', async () => {
    await using strict = await createTestServer({ defaultRooms: [], invitations: 'consent' })
    await using ann = await createTestClient(strict, { id: 'ann', name: 'Ann' })
    const members = ['bob']
    const den = await ann.createRoom({ name: 'Den', type: 'private', members })
    const loft = await ann.createRoom({ name: 'Loft', type: 'private', members })
    const session = ['--url', strict.url, '--token', await strict.token('bob')]
    const { stdout } = await roomful(['invitations', ...session])
    expect(stdout.toString()).toMatch(/^ROOM +NAME +TYPE +FROM +UNTIL\n/)
    expect(stdout.toString()).toMatch(new RegExp(`${den.id} +Den +private +Ann \\(ann\\) +20`))
    const accepted = await roomful(['invitations', '--accept', den.id, '--json', ...session])
    expect(JSON.parse(accepted.stdout.toString())).toMatchObject({ roomId: loft.id, name: 'Loft' })
    const declined = await roomful(['invitations', '--decline', loft.id, '--json', ...session])
    expect(declined).toMatchObject({ code: 0 })
    expect(declined.stdout.toString()).toBe('')
    const rooms = await roomful(['rooms', '--json', ...session])
    expect(JSON.parse(rooms.stdout.toString())).toMatchObject({ id: den.id })
    const again = await roomful(['invitations', '--accept', loft.id, ...session])
    expect(again).toMatchObject({ code: 1 })
    expect(again.stderr).toContain('INVITATION_NOT_FOUND')
  })

  test('lists those that one sent, and takes one back', async () => {
    await using strict = await createTestServer({ defaultRooms: [], invitations: 'consent' })
    await using ann = await createTestClient(strict, { id: 'ann', name: 'Ann' })
    const den = await ann.createRoom({ name: 'Den', type: 'private', members: ['bob', 'nobody'] })
    const session = ['--url', strict.url, '--token', await strict.token('ann')]
    const { stdout } = await roomful(['invitations', '--sent', ...session])
    expect(stdout.toString()).toMatch(/^ROOM +USER +SINCE +UNTIL\n/)
    expect(stdout.toString()).toMatch(new RegExp(`${den.id} +bob +20.* 20.*\n${den.id} +nobody +20`))
    const left = await roomful(['invitations', '--withdraw', den.id, '--user', 'bob', '--json', ...session])
    expect(JSON.parse(left.stdout.toString())).toMatchObject({ roomId: den.id, userId: 'nobody' })
    expect(await roomful(['invitations', '--withdraw', den.id, ...session])).toMatchObject({ code: 2 })
  })
})
