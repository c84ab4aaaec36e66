import { type Chat, createChat, memoryStore } from '@roomful/client'
import { openStore } from '@roomful/server'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient } from '@roomful/testing/node'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../packages/testing/src/local-process'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { exportLines } from './generated-export'
import { roomful, startRoomful, temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

const token = (user: string | { readonly id: string }): Promise<string> =>
  tokenOf(typeof user === 'string' ? user : user.id)
const serverOn = (database: string, port = 0) =>
  startServer({ database, port, invitations: 'consent', limits: { sendsPerSecond: 0 } })
const MESSAGES = 6_000

/** A database with something in most tables, and a long room that was imported. */
async function filled(folder: string): Promise<string> {
  const database = `sqlite:${folder}/from.db`
  const server = await serverOn(database)
  {
    await using ann = await createTestClient({ url: server.url, token }, 'ann')
    await using bob = await createTestClient({ url: server.url, token }, 'bob')
    const den = await ann.createRoom({ name: 'Den “é” \u{1f600}', type: 'public' })
    const bobs = await bob.joinRoom(den.id)
    const { id } = await den.send({
      content: 'line\nline {1,2} "q" \\',
      metadata: { a: 1.5, b: 'ü', c: [true, null] },
    })
    await den.open()
    await den.edit(id, 'it is edited, NULL')
    await den.react(id, '❤️', 'add')
    await den.pin(id)
    const gone = await bobs.send('to be deleted')
    await bobs.delete(gone.id)
    await bob.request('report-message', { messageId: id, reason: 'spam, "really"' })
    await ann.request('mute-member', { roomId: den.id, userId: 'bob', until: '2999-01-01T00:00:00.000Z' })
    await ann.request('ban-member', { roomId: den.id, userId: 'bob', reason: 'enough' })
    await bob.request('block-user', { userId: 'carol' })
    await ann.createRoom({ name: 'Loft', type: 'private', members: ['carol'] })
    await ann.openDm(['bob'])
  }
  await server.close()
  const lines = [...exportLines({ id: 'logs', messages: MESSAGES, texts: ['a text', 'ü\n\u2028'] })].join('')
  expect(await roomful(['import', '--quiet', '--database', database], { stdin: lines })).toMatchObject({
    code: 0,
  })
  return database
}

type Table = { table: string; rows: number; hash: string }

/** Rows of the target's `messages`, as soon as the move waits at them. */
async function holdAt(client: Client, rows: number): Promise<void> {
  await client.query('UPDATE hold SET at = $1', [rows])
  await client.query('SELECT pg_advisory_lock(42)')
}

/** Inserts of messages wait for the test once the table has so many rows: a kill then is in the middle, always. */
const HOLD = `
  CREATE TABLE hold (at bigint);
  INSERT INTO hold VALUES (0);
  CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM messages) >= (SELECT at FROM hold) THEN PERFORM pg_advisory_xact_lock_shared(42); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER hold BEFORE INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION hold();`

test('a move to Postgres that is killed goes on, and is equal; back again it is the same file', async () => {
  using folder = temporaryFolder()
  const from = await filled(folder.path)
  const to = await postgres.createDatabase()
  await roomful(['migrate', '--database', to])
  const client = new Client({ connectionString: to })
  await client.connect()
  await client.query(HOLD)
  const line = ['move', '--from', from, '--to', to]
  for (const rows of [1_000, 2_500, 4_000]) {
    await holdAt(client, rows)
    const running = startRoomful(line)
    await waitUntil('it to wait', async () => {
      const { rows: waiting } = await client.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
      )
      return waiting.length > 0
    })
    running.kill('SIGKILL')
    expect(await running.done).toMatchObject({ signal: 'SIGKILL' })
    await client.query('SELECT pg_advisory_unlock(42)')
  }
  // No server takes a half of it for the whole.
  await expect(openStore(to)).rejects.toThrow(/has not ended/)
  const other = await roomful(['move', '--from', from, '--to', `sqlite:${folder.path}/x.db`])
  expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/from SQLite to Postgres, or back/) })

  const moved = await roomful([...line, '--json'])
  expect(moved).toMatchObject({ code: 0, stderr: '' })
  const { tables, added }: { tables: Table[]; added: number } = JSON.parse(moved.stdout.toString())
  expect(added).toBeLessThan(MESSAGES - 3_000)
  const rowsOf = (name: string) => tables.find(({ table }) => table === name)?.rows
  expect(rowsOf('messages')).toBeGreaterThan(MESSAGES)
  for (const name of [
    'users',
    'rooms',
    'room_members',
    'room_heads',
    'op_ids',
    'reports',
    'audit',
    'invitations',
    'blocks',
  ])
    expect({ [name]: rowsOf(name) }).not.toEqual({ [name]: 0 })
  await client.query('DROP TRIGGER hold ON messages')
  await client.end()

  const back = `sqlite:${folder.path}/back.db`
  const returned = await roomful(['move', '--from', to, '--to', back])
  expect(returned).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/rows compared in .* a second\n$/),
  })
  for (const { table, rows, hash } of tables.filter((one) => one.rows > 0))
    expect(returned.stdout.toString()).toMatch(new RegExp(`^${table} +${rows} +${hash.slice(0, 16)}$`, 'm'))
  const exports = await Promise.all(
    [from, to, back].map((database) => roomful(['export', 'logs', '--quiet', '--database', database])),
  )
  const [first, ...others] = exports.map(({ stdout }) => stdout.toString())
  expect(first?.split('\n')).toHaveLength(MESSAGES + 5)
  for (const text of others) expect(text === first).toBe(true)
})

test('a client of the server before goes on with the server after, and what was done twice is there once', async () => {
  using folder = temporaryFolder()
  const from = `sqlite:${folder.path}/from.db`
  const port = await freePort()
  const before = await serverOn(from, port)
  const chat: Chat = createChat({ url: before.url, auth: () => token('ann'), storage: memoryStore() })
  await chat.connect()
  const room = chat.room('general')
  await room.open()
  await room.send('before')
  const held = await roomful(['move', '--from', from, '--to', await postgres.createDatabase()])
  expect(held).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^roomful: DATABASE_IN_USE: .*stop all servers/),
  })
  await before.close()
  const to = await postgres.createDatabase()
  expect(await roomful(['move', '--from', from, '--to', to, '--quiet'])).toMatchObject({
    code: 0,
    stderr: '',
  })
  const sent = room.send('meanwhile')
  const after = await startServer({ database: to, port })
  await sent
  await using reader = await createTestClient({ url: after.url, token }, 'ben')
  const { messages } = await readRoom(reader, 'general')
  expect(messages.map(({ content }) => content).filter((text) => text !== '')).toEqual(
    expect.arrayContaining(['before', 'meanwhile']),
  )
  const back = await roomful(['move', '--from', to, '--to', `sqlite:${folder.path}/back.db`])
  expect(back).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^roomful: DATABASE_IN_USE: servers are connected/),
  })
  expect(room.messages().map(({ content }) => content)).toEqual(messages.map(({ content }) => content))
  await chat.close()
  await after.close()
})

test('a target that was written to meanwhile is found, by its room, and is begun again', async () => {
  using folder = temporaryFolder()
  const from = await filled(folder.path)
  const to = await postgres.createDatabase()
  await roomful(['migrate', '--database', to])
  const client = new Client({ connectionString: to })
  await client.connect()
  await client.query(HOLD)
  await holdAt(client, 1_000)
  const line = ['move', '--from', from, '--to', to]
  const running = startRoomful(line)
  await waitUntil('it to wait', async () => {
    const { rows } = await client.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return rows.length > 0
  })
  running.kill('SIGTERM')
  await client.query("UPDATE messages SET content = 'forged' WHERE room_id = 'logs' AND seq = 10")
  await client.query('SELECT pg_advisory_unlock(42)')
  expect(await running.done).toMatchObject({ code: 143 })
  const differs = await roomful(line)
  expect(differs).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/MOVE_DIFFERS: .*messages of logs: 6000 and 6000/),
  })
  await client.query('DROP TRIGGER hold ON messages')
  await client.end()
  expect(await roomful([...line, '--restart'])).toMatchObject({ code: 0 })
  const again = await roomful(line)
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/target is not empty/) })
})
