import { Readable } from 'node:stream'
import { readRoom } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../captured-run'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

/** Sends an input into a room of its own; returns what the user sees, and what is in the room. */
async function sent(stdin: string | Uint8Array | Readable, ...flags: string[]) {
  await using owner = await createTestClient(server, 'owner')
  const { id } = await owner.createRoom({ name: 'Inbox', type: 'private' })
  const argv = ['send', id, '--url', server.url, '--token', await server.token('owner'), '--quiet', ...flags]
  const { code, stdout, stderr } = await runCli(argv, { stdin })
  const { messages } = await readRoom(owner, id)
  const contents = messages.filter(({ type }) => type !== 'system').map(({ content }) => content)
  return { code, stdout: stdout.replace(id, 'ROOM'), stderr, contents }
}

/** What stands before what cannot be read. */
const LINES = Array.from({ length: 40 }, (_, index) => `line ${index}`)
const BEFORE = LINES.map((line) => `${line}\n`).join('')

async function* brokenAfter(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
  throw new Error('EIO: i/o error, read')
}

describe('an input that cannot be read on', () => {
  test.each([
    [
      'a line that is not UTF-8',
      () => Buffer.from(`${BEFORE}caf\xe9\nafter\n`, 'latin1'),
      'INVALID_CONTENT: line 41 ',
    ],
    ['a record that is too long', () => BEFORE + 'x'.repeat(2 ** 20 + 1), 'CONTENT_TOO_LONG: message 41 '],
    ['a failing disk', () => Readable.from(brokenAfter(`${BEFORE}half a li`)), 'INTERNAL: EIO'],
  ])(
    '%s: all that came before is sent, confirmed and counted, and the reason is reported',
    async (_, input, why) => {
      const { code, stdout, stderr, contents } = await sent(input())
      expect(contents).toEqual(LINES)
      expect(stdout).toBe('40 messages sent to ROOM\n')
      expect(stderr).toMatch(/^roomful: [^\n]+\n$/)
      expect(stderr).toContain(why)
      expect(code).toBe(1)
    },
  )

  test('is reported beside the messages that were refused', async () => {
    const { code, stdout, stderr, contents } = await sent(
      Buffer.concat([Buffer.from('one\0\u200b\0two\0'), Buffer.from([0xff, 0])]),
      '--null',
    )
    expect(contents).toEqual(['one', 'two'])
    expect(stdout).toBe('2 messages sent to ROOM, 1 refused\n')
    expect(stderr).toMatch(
      /^roomful: INVALID_CONTENT: record 4 [^\n]+\nroomful: INVALID_CONTENT: message 2: /,
    )
    expect(code).toBe(1)
  })

  test('is reported as JSON with --json, and the counts stand on standard output', async () => {
    const { code, stdout, stderr } = await sent(Buffer.from('one\n\xff\n', 'latin1'), '--json')
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INVALID_CONTENT' } })
    expect(JSON.parse(stdout)).toMatchObject({ sent: 1, refused: 0, unconfirmed: 0 })
    expect(code).toBe(1)
  })
})
