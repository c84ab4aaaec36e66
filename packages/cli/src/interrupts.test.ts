import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { AuthorizedAction } from '@roomful/server'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from './captured-run'
import type { Interrupt } from './io'
import { run } from './program'

const folder = mkdtempSync(join(tmpdir(), 'roomful-interrupt-'))
let server: TestServer
/** Two members, messages, and a report. */
let room: string
let stop: AbortController
/** When the server is asked about this act, the signal comes. */
let moment: AuthorizedAction | undefined
let why: Interrupt
/** Whether the server answers then, before the command has ended. */
let isSilent: boolean
let answer: () => void

beforeAll(async () => {
  server = await createTestServer({
    authorize: async (action) => {
      if (action !== moment) return true
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      stop.abort(why)
      if (isSilent) await answered
      return true
    },
  })
  await using ann = await createTestClient(server, 'ann')
  await using bob = await createTestClient(server, 'bob')
  const made = await ann.createRoom({ name: 'Den', type: 'public' })
  room = made.id
  const bad = await (await bob.joinRoom(room)).send('buy now')
  await ann.request('report-message', { messageId: bad.id, reason: 'advertising' })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  ;[stop, moment, why, isSilent, answer] = [new AbortController(), undefined, 'SIGINT', false, () => {}]
})

/** Runs this line as a server admin who is in no room, or as a member; `ROOM` stands for the room. */
async function interrupted(line: string, who: 'root' | 'ann' = 'ann') {
  const token = await server.token({ id: who, admin: who === 'root' })
  const words = line.split(' ').map((word) => word.replace('ROOM', room))
  const outcome = await runCli([...words, '--url', server.url, '--token', token], { signal: stop.signal })
  answer()
  expect(stop.signal.aborted).toBe(true)
  return outcome
}

describe('Ctrl+C while the server is asked ends it with 130, and prints nothing that is not whole', () => {
  test.each<[string, AuthorizedAction, ('root' | 'ann')?]>([
    ['moderate reports', 'list-reported-rooms', 'root'],
    ['moderate reports', 'handle-reports', 'root'],
    ['moderate reports ROOM --json', 'handle-reports'],
    ['moderate audit ROOM', 'read-audit'],
    ['moderate audit ROOM --last 500 --json', 'read-audit'],
    ['moderate delete ROOM 1', 'read'],
    ['rooms --public', 'search-rooms'],
    ['pins ROOM --join', 'join'],
    ['tail ROOM --no-follow', 'read'],
    ['tail ROOM --since 5m', 'read'],
    ['export ROOM', 'read'],
    ['send ROOM hello --join', 'join'],
    ['send ROOM hello --reply-to 1', 'read'],
    ['send ROOM --file package.json --join', 'join'],
  ])('roomful %s, at %s', async (line, at, who) => {
    moment = at
    for (isSilent of [false, true]) {
      stop = new AbortController()
      expect(await interrupted(line, who)).toEqual({ code: 130, stdout: '', stderr: '' })
    }
  })
})

test('SIGTERM ends it with 143, and a reader of the output that has gone with 0', async () => {
  moment = 'read-audit'
  why = 'SIGTERM'
  expect(await interrupted('moderate audit ROOM')).toEqual({ code: 143, stdout: '', stderr: '' })
  stop = new AbortController()
  why = 'reader gone'
  expect(await interrupted('moderate audit ROOM')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('Ctrl+C while a guest signs in ends with 130', async () => {
  // The head of an answer comes, and its body never does.
  const slow = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{')
  }).listen(0, '127.0.0.1')
  await once(slow, 'listening')
  const address = slow.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const argv = ['rooms', '--url', `http://127.0.0.1:${port}`]
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementationOnce(async (...asked) => {
    const response = await fetch(...asked)
    void setImmediate().then(() => stop.abort('SIGINT'))
    return response
  })
  expect(await runCli(argv, { signal: stop.signal })).toEqual({ code: 130, stdout: '', stderr: '' })
  vi.restoreAllMocks()
  slow.close()
})

test('Ctrl+C while roomful doctor looks is no finding: it ends with 130', async () => {
  const silent = createServer(() => stop.abort('SIGINT')).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const argv = ['doctor', '--json', '--url', `http://127.0.0.1:${port}`]
  expect(await runCli(argv, { signal: stop.signal })).toEqual({ code: 130, stdout: '', stderr: '' })
  silent.close()
})

/** Standard input that has this, and then Ctrl+C, which destroys it. */
const inputUntilInterrupt = (text: string): Readable =>
  Readable.from(
    (async function* () {
      yield Buffer.from(text)
      // What is there is read by then.
      for (let turn = 0; turn < 20; turn++) await setImmediate()
      stop.abort('SIGINT')
      throw new Error('Premature close')
    })(),
  )

test('Ctrl+C while roomful replay reads its input ends with 130', async () => {
  const stdin = inputUntilInterrupt('{"format":')
  expect(await runCli(['replay', '-'], { stdin, signal: stop.signal })).toEqual({
    ...{ code: 130, stdout: '', stderr: '' },
  })
})

test('Ctrl+C before the first message of an import leaves nothing, and the next import has all members', async () => {
  const token = await server.token('ann')
  const { stdout: whole } = await runCli(['export', room, '--url', server.url, '--token', token])
  const rows = whole.split('\n')
  const database = `sqlite:${join(folder, 'import.db')}`
  for (const count of [0, 1, 2]) {
    stop = new AbortController()
    const stdin = inputUntilInterrupt(
      rows
        .slice(0, count)
        .map((row) => `${row}\n`)
        .join(''),
    )
    const outcome = await runCli(['import', '--database', database], { stdin, signal: stop.signal })
    expect(outcome).toEqual({ code: 130, stdout: '', stderr: '' })
  }
  expect((await runCli(['import', '--database', database, '--quiet'], { stdin: whole })).code).toBe(0)
  const again = await runCli(['export', room, '--database', database])
  const members = (text: string) => text.split('\n').filter((row) => row.startsWith('{"kind":"member"'))
  expect(members(again.stdout)).toHaveLength(2)
})

test('SIGTERM while roomful create asks ends with 143, and makes nothing', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} })
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  // As `main.ts` does.
  stop.signal.addEventListener('abort', () => stdin.destroy())
  stdout.once('data', () => stop.abort('SIGTERM'))
  const io = { stdin, stdout, stderr: new PassThrough(), env: {}, signal: stop.signal }
  expect(await run(['create', join(folder, 'app')], io)).toBe(143)
  expect(() => readFileSync(join(folder, 'app', 'package.json'))).toThrow('ENOENT')
})
