import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChat, type InspectTrace } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../captured-run'

const folder = mkdtempSync(join(tmpdir(), 'roomful-trace-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (trace: unknown): string => {
  const file = join(folder, 'trace.json')
  writeFileSync(file, typeof trace === 'string' ? trace : JSON.stringify(trace))
  return file
}

let shy: InspectTrace
let open: InspectTrace
beforeAll(async () => {
  await using server = await createTestServer()
  const chat = createChat({ url: server.url, auth: () => server.token('ada'), storage: 'memory' })
  const inspectors = [await chat.inspect(), await chat.inspect({ payloads: true })]
  const room = chat.room('general')
  await room.open()
  await room.send('a private matter')
  // The change may come before the answer.
  const answers = () => inspectors[0]?.getState().events.filter(({ kind }) => kind === 'answer') ?? []
  await waitUntil('all answers', () => answers().length === inspectors[0]?.getState().counts.requests)
  const [one, two] = inspectors.map((inspector) => inspector.trace())
  if (!one || !two) throw new Error('two traces')
  shy = one
  open = two
  await chat.close()
})

test('a trace of a real chat is shown as a table of its rooms and a timeline', async () => {
  const { code, stdout } = await runCli(['replay', fileOf(shy)])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Trace of ada, ended \d{4}-/)
  expect(stdout).toContain('Texts were left out')
  expect(stdout).toMatch(/^general +synced +\d+ +1-?\d* +- /m)
  expect(stdout).toMatch(/^\d+ +\+\d+\.\d{3} +→ +send-messages? +general +#\d+$/m)
  expect(stdout).toMatch(/^\d+ +\+\d+\.\d{3} +← +send-messages? +general +#\d+ ack, \d+ ms$/m)
  expect(stdout).not.toContain('private')
})

test('texts are shown where the trace has them', async () => {
  const { stdout } = await runCli(['replay', fileOf(open), '--only', 'send-message'])
  expect(stdout).toContain('a private matter')
})

test('--only and --room leave out the rest, --json gives the events whole', async () => {
  const file = fileOf(shy)
  const { stdout } = await runCli(['replay', file, '--only', 'answer', '--json'])
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.length).toBeGreaterThan(1)
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['answer']))
  expect((await runCli(['replay', file, '--room', 'elsewhere', '--json'])).stdout).toBe('')
})

test('standard input, and a kind of event that only a newer version knows', async () => {
  const events = [{ no: 0, at: 0, kind: 'moon\u001b[2J' }]
  const trace = { ...shy, inspection: { ...shy.inspection, events } }
  const { code, stdout } = await runCli(['replay', '-'], { stdin: JSON.stringify(trace) })
  expect(code).toBe(0)
  expect(stdout).toContain('moon\ufffd[2J')
})

test.each([
  ['no JSON', 'hello', 'is not JSON'],
  ['another file', { format: 'har' }, 'is no trace of Roomful'],
  ['a later version', { format: 'roomful-trace', version: 2 }, 'is of version 2'],
  ['half a trace', { format: 'roomful-trace', version: 1, inspection: { events: [3] } }, 'is damaged'],
])('%s is refused, with what to do', async (_, content, text) => {
  const { code, stdout, stderr } = await runCli(['replay', fileOf(content)])
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(text)
})

test('a file that is not there is named', async () => {
  const { code, stderr } = await runCli(['replay', join(folder, 'missing.json')])
  expect(code).toBe(1)
  expect(stderr).toContain('missing.json')
})
