import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRoomId } from '@roomful/protocol'
import { createMemoryStore, openStore } from '@roomful/server'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { freePort } from '../../packages/testing/src/local-process'
import { startPostgres } from '../../packages/testing/src/postgres'
import { NO_LIMITS, roomful, serve, temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

const token = (user: string | { readonly id: string }): Promise<string> =>
  tokenOf(typeof user === 'string' ? user : user.id)

const rowsOf = (text: string): { kind: string; message: { seq: number; content: string } }[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('a room is exported from a running server, continues where the file ends, and is imported once', async () => {
  using folder = temporaryFolder()
  const [source, file] = [`sqlite:${folder.path}/from.db`, join(folder.path, 'general.ndjson')]
  const lines = Array.from({ length: 420 }, (_, n) => `line ${n}`)
  {
    await using server = await serve(['--port', '0', '--database', source, ...NO_LIMITS])
    const at = ['--url', server.url, '--as', 'Ada']
    expect((await roomful(['send', 'general', ...at], { stdin: lines.slice(0, 400).join('\n') })).code).toBe(
      0,
    )
    const first = await roomful(['export', 'general', '-o', file, ...at])
    expect(first).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^400 messages exported in .* a second\n$/),
    })
    expect(first.stdout.toString()).toBe(`400 messages of general written to ${file}\n`)
    // As a kill during a write leaves it.
    appendFileSync(file, '{"kind":"message","mess')
    expect((await roomful(['send', 'general', ...at], { stdin: lines.slice(400).join('\n') })).code).toBe(0)
    const second = await roomful(['export', 'general', '-o', file, ...at])
    expect(second.stdout.toString()).toBe(`20 messages of general written to ${file}\n`)
    const whole = await roomful(['export', 'general', ...at])
    const messages = (text: string) => rowsOf(text).filter(({ kind }) => kind === 'message')
    expect(messages(readFileSync(file, 'utf8'))).toEqual(messages(whole.stdout.toString()))
    expect(messages(whole.stdout.toString()).map(({ message }) => message.content)).toEqual(lines)
    expect(rowsOf(whole.stdout.toString())[0]).toMatchObject({ kind: 'room', room: { id: 'general' } })
    expect(statSync(file).mode & 0o077).toBe(0)
  }
  const target = ['--database', `sqlite:${folder.path}/to.db`]
  const imported = await roomful(['import', file, ...target])
  expect(imported).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^420 messages imported in .* a second\n$/),
  })
  expect(imported.stdout.toString()).toBe('420 messages added to general, 0 were there\n')
  const again = await roomful(['import', ...target], { stdin: readFileSync(file) })
  expect(again.stdout.toString()).toBe('0 messages added to general, 420 were there\n')
  const [from, to] = await Promise.all(
    [['--database', source], target].map((database) => roomful(['export', 'general', ...database])),
  )
  const texts = (text = '') =>
    rowsOf(text)
      .filter(({ kind }) => kind === 'message')
      .map(({ message }) => ({ ...message, rev: 0 }))
  expect(texts(to?.stdout.toString())).toEqual(texts(from?.stdout.toString()))
  expect(texts(to?.stdout.toString())).toHaveLength(420)
})

test('an import of another file names the line, and an export of no room reports that', async () => {
  using folder = temporaryFolder()
  const target = ['--database', `sqlite:${folder.path}/to.db`]
  const wrong = await roomful(['import', ...target], { stdin: '{"a":1}\n' })
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toMatch(/^roomful: INVALID_EXPORT: line 1 is no row of an export \(.*\)\n$/)
  const none = await roomful(['export', 'nowhere', ...target])
  expect(none.code).toBe(1)
  expect(none.stderr).toMatch(/^roomful: ROOM_NOT_FOUND: /)
})

test('migrate prints what it did, on SQLite and on Postgres', async () => {
  using folder = temporaryFolder()
  await using postgres = await startPostgres()
  for (const database of [`sqlite:${folder.path}/a.db`, await postgres.createDatabase()]) {
    const made = await roomful(['migrate', '--database', database])
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout.toString()).toMatch(/^Version 0 → \d+\.\n$/)
    const again = await roomful(['migrate', '--json', '--database', database])
    const { from, to } = JSON.parse(again.stdout.toString())
    expect(from).toBe(to)
    const before = (await openStore(database).then(async (store) => [store.epoch, await store.close()]))[0]
    const renewed = await roomful(['new-epoch', '--json', '--database', database])
    const { epoch } = JSON.parse(renewed.stdout.toString())
    expect(epoch).not.toBe(before)
    const store = await openStore(database)
    expect(store.epoch).toBe(epoch)
    await store.close()
  }
  const memory = await roomful(['migrate', '--database', 'memory:'])
  expect(memory.code).toBe(1)
  expect(createMemoryStore().kind).toBe('memory')
})

test("a client ahead of a restored database replaces its rows by the server's", async () => {
  using folder = temporaryFolder()
  const [database, copy] = [`sqlite:${folder.path}/roomful.db`, join(folder.path, 'copy.db')]
  const options = { database, limits: { sendsPerSecond: 0 } }
  const port = await freePort()
  const first = await startServer({ ...options, port })
  await using ann = await createTestClient({ url: first.url, token }, 'ann', { storage: 'memory' })
  const room = ann.room('general')
  await room.open()
  for (let n = 1; n <= 20; n++) await room.send(`kept ${n}`)
  // While the server runs, and refused if the file exists.
  expect(await roomful(['backup', copy, '--database', database])).toMatchObject({ code: 0, stderr: '' })
  expect((await roomful(['backup', copy, '--database', database])).code).toBe(1)
  for (let n = 1; n <= 30; n++) await room.send(`lost ${n}`)
  const refused = await roomful(['restore', copy, '--database', database])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/^roomful: DATABASE_IN_USE: .*stop that server first;.*\)\n$/)
  await first.close()

  const restored = await roomful(['restore', '--json', copy, '--database', database])
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  const { kept } = JSON.parse(restored.stdout.toString())
  expect(statSync(kept).size).toBeGreaterThan(0)

  const second = await startServer({ ...options, port })
  // New revs overtake the old numbers: only the epoch can distinguish them.
  await using bob = await createTestClient({ url: second.url, token }, 'bob')
  for (let n = 1; n <= 40; n++) await bob.room('general').send(`after ${n}`)
  const contents = (): string[] => room.messages().map(({ content }) => content)
  await waitUntil('the swap', () => contents().at(-1) === 'after 40' && !contents().includes('lost 1'))
  await waitUntil('live', () => room.getState().status === 'live')
  while (room.getState().hasOlder) await room.loadOlder()
  const there = await readRoom(bob, 'general')
  expect(room.messages().map(({ seq, rev, content }) => [seq, rev, content])).toEqual(
    there.messages.map(({ seq, rev, content }) => [seq, rev, content]),
  )
  expect(contents().slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => `kept ${n + 1}`))
  await second.close()
  // A copy: a connection that this process has closed holds the file until its statements are collected.
  const opened = join(folder.path, 'opened.db')
  copyFileSync(kept, opened)
  const old = await openStore(`sqlite:${opened}`)
  const heads = await old.read((reader) => reader.heads([asRoomId('general')]))
  expect([...heads.values()]).toMatchObject([{ lastSeq: 50 }])
  await old.close()
})

test('a file that is not a copy of a database is not restored', async () => {
  using folder = temporaryFolder()
  const [database, copy] = [`sqlite:${folder.path}/roomful.db`, join(folder.path, 'copy.db')]
  const { epoch } = await openStore(database).then(async (store) => ({
    epoch: store.epoch,
    end: await store.close(),
  }))
  writeFileSync(
    copy,
    'not a database at all, but long enough to be looked at as one by whoever reads it'.repeat(50),
  )
  expect((await roomful(['restore', copy, '--database', database])).code).toBe(1)
  const store = await openStore(database)
  expect(store.epoch).toBe(epoch)
  await store.close()
})
