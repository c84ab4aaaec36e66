import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../captured-run'

const folder = mkdtempSync(join(tmpdir(), 'roomful-export-'))
const file = join(folder, 'room.ndjson')
let server: TestServer
let url: string
/** Of ann's two rooms, each of a few messages. */
let room: string
let other: string
/** What an export of the first has, line by line: the room, its member, its messages. */
let rows: string[]

beforeAll(async () => {
  server = await createTestServer()
  url = server.url
  await using ann = await createTestClient(server, 'ann')
  const made = [
    await ann.createRoom({ name: 'One', type: 'private' }),
    await ann.createRoom({ name: 'Two', type: 'private' }),
  ]
  for (const one of made) for (const text of ['a', 'b', 'c']) await one.send(text)
  ;[room = '', other = ''] = made.map(({ id }) => id)
  rows = (await asAnn(['export', room])).stdout.split('\n').filter(Boolean)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function asAnn(words: readonly string[]) {
  return runCli([...words, '--url', url, '--token', await server.token('ann')])
}

/** `roomful export -o FILE` over a file with this content, and what the file has then. */
async function exportedOver(content: string | Uint8Array) {
  writeFileSync(file, content)
  const outcome = await asAnn(['export', room, '-o', file])
  return { ...outcome, left: readFileSync(file) }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

test.each<[string, () => string | Uint8Array | Promise<string>]>([
  [
    'what `roomful tail --json` has printed',
    async () => (await asAnn(['tail', room, '--no-follow', '--json'])).stdout,
  ],
  [
    'a log in JSON',
    () => '{"level":"info","kind":"room"}\n{"level":"warn","kind":"message","message":"x"}\n',
  ],
  ['numbers, a line each', () => '1\n2\nnull\n'],
  ['JSON in one line without an end', () => '{"name":"app","private":true}'],
  ['a token without an end of its line', () => 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.x'],
  ['a text of many lines', () => 'Dear Ann,\n\nyours\n'],
  ['a picture', () => new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff])],
  ['an export with a line of something else in it', () => `${text(rows)}{"name":"app"}\n`],
])('a file that is no export is refused and stays as it was: %s', async (_, content) => {
  const before = Buffer.from(await content())
  expect(before.length).toBeGreaterThan(0)
  const { code, stdout, stderr, left } = await exportedOver(before)
  expect(left.equals(before)).toBe(true)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^roomful: USAGE: [^\n]*room\.ndjson is no export[^\n]* \(choose another file\)\n$/)
})

test('an export of another room is refused and stays as it was, also one without its room', async () => {
  const ofOther = (await asAnn(['export', other])).stdout
  const messages = (await asAnn(['export', other, '--since', '1'])).stdout
  for (const before of [ofOther, messages]) {
    const { code, stderr, left } = await exportedOver(before)
    expect(left.toString()).toBe(before)
    expect(stderr).toContain(`USAGE: ${file} holds the room ${other} (choose another file)`)
    expect(code).toBe(2)
  }
})

test('what an interrupted export has left is gone on with, wherever it ended', async () => {
  const whole = text(rows)
  // Within the first row, behind it, among the members, and within a message.
  const firstMessage = whole.indexOf('{"kind":"message"')
  const ends = [0, 1, 8, 20, 60, rows[0]?.length ?? 0, (rows[0]?.length ?? 0) + 1, (rows[0]?.length ?? 0) + 9]
  for (const end of [
    ...ends,
    firstMessage,
    firstMessage + 5,
    whole.length - 9,
    whole.length - 1,
    whole.length,
  ]) {
    const { code, left } = await exportedOver(whole.slice(0, end))
    expect({ end, code, left: left.toString() }).toEqual({ end, code: 0, left: whole })
  }
})

test('one with messages only, and a partial row behind them, is gone on with', async () => {
  const since = rows.slice(-2)
  const { code, left } = await exportedOver(`${since[0]}\n${since[1]?.slice(0, 7)}`)
  expect({ code, left: left.toString() }).toEqual({ code: 0, left: text(since) })
})

test('a room that cannot be had leaves the file of an earlier export as it was', async () => {
  const before = text(rows.filter((row) => !row.startsWith('{"kind":"message"')))
  writeFileSync(file, before)
  const { code } = await runCli([
    'export',
    room,
    '-o',
    file,
    '--url',
    url,
    '--token',
    await server.token('bob'),
  ])
  expect({ code, left: readFileSync(file, 'utf8') }).toEqual({ code: 1, left: before })
})
