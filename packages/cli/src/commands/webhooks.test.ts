import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '@roomful/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from '../captured-run'

let folder: string
let database: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-webhooks-'))
  database = `sqlite:${join(folder, 'chat.db')}`
  // Stays open, as a server's does.
  store = await openStore(database)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const webhooks = (...args: string[]) => runCli(['webhooks', ...args, '--database', database])

const at = Date.UTC(2026, 0, 1)

async function bury(count: number): Promise<void> {
  const event = { endpoint: 'app', stream: 'general', type: 'message.sent', at, body: '{"secret":"words"}' }
  await store.outbox.add(Array.from({ length: count }, (_, index) => ({ ...event, id: `event-${index}` })))
  const events = await store.outbox.oldest('app', { limit: count })
  const dead = events.slice(1).map(({ seq }) => ({ seq, reason: 'status 500' }))
  await store.outbox.settle({ endpoint: 'app', stream: 'general', nowMs: at, delivered: [], dead })
}

test('what waits is listed, and dead letters are shown and replayed while a server runs', async () => {
  await bury(4)
  const listed = await webhooks('list')
  expect(listed).toMatchObject({
    code: 0,
    stdout: 'ENDPOINT  WAITING  DEAD  OLDEST\napp       1        3     2026-01-01T00:00:00.000Z\n',
  })
  const shown = await webhooks('dead', 'app')
  expect(shown.stdout.split('\n')).toEqual([
    'EVENT    TYPE          GIVEN UP                  REASON',
    'event-1  message.sent  2026-01-01T00:00:00.000Z  status 500',
    'event-2  message.sent  2026-01-01T00:00:00.000Z  status 500',
    'event-3  message.sent  2026-01-01T00:00:00.000Z  status 500',
    '',
  ])
  expect((await webhooks('dead', 'app', '--json')).stdout).toContain('secret')
  expect((await webhooks('replay', 'app', 'event-2', 'event-9')).stdout).toBe('1 waits again.\n')
  expect((await webhooks('replay', 'app', '--json')).stdout).toBe('{"replayed":2}\n')
  expect((await store.outbox.oldest('app', { limit: 9 })).map(({ id }) => id)).toEqual([
    ...['event-0', 'event-1', 'event-2', 'event-3'],
  ])
})

test('hundreds of dead letters are shown page by page, and replayed in steps', async () => {
  await bury(701)
  const { stdout } = await webhooks('dead', 'app')
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['EVENT', ...Array.from({ length: 700 }, (_, index) => `event-${index + 1}`)])
  expect((await webhooks('replay', 'app')).stdout).toBe('700 wait again.\n')
})

test('Ctrl+C ends it at the next page, with 130 and what is done so far', async () => {
  await bury(701)
  const signal = AbortSignal.abort('SIGINT')
  const cli = (...args: string[]) => runCli(['webhooks', ...args, '--database', database], { signal })
  const shown = await cli('dead', 'app', '--json')
  expect(shown).toMatchObject({ code: 130, stderr: '' })
  expect(shown.stdout.split('\n').length).toBeLessThan(700)
  const ids = Array.from({ length: 700 }, (_, index) => `event-${index + 1}`)
  const { code, stdout } = await cli('replay', 'app', ...ids, '--json')
  expect(code).toBe(130)
  expect(JSON.parse(stdout).replayed).toBeLessThan(700)
})

test('a database that is not there is an error, and is not made', async () => {
  const missing = `sqlite:${join(folder, 'other.db')}`
  for (const args of [['list'], ['list']])
    expect(await runCli(['webhooks', ...args, '--database', missing])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not there'),
    })
  expect(await runCli(['webhooks', 'list', '--database', 'memory:'])).toMatchObject({ code: 1 })
})
