import { type Chat, createChat } from '@roomful/client'
import { type ChatServer, createChatServer } from '@roomful/server'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { poolingOf } from '../../packages/server/src/stores/postgres/pooling'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { startPgBouncer, type TestPgBouncer } from '../../packages/testing/src/pgbouncer'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { waitUntil } from '../../packages/testing/src/wait-until'
import { connect, SECRET, tokenOf } from './server-fixture'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

const ROOMS = ['r1', 'r2', 'r3', 'r4', 'r5']

/** A server, and its warnings. */
async function start(database: string, more: { databaseDirectUrl?: string } = {}) {
  const complaints: string[] = []
  const complain = (fields: object, text: string) =>
    complaints.push(`${text} ${'err' in fields && fields.err instanceof Error ? fields.err.message : ''}`)
  const logger = { debug() {}, info() {}, warn: complain, error: complain }
  const options = { port: 0, host: '127.0.0.1', database, defaultRooms: ROOMS, logger, ...more }
  const server = await createChatServer({ ...options, auth: { jwtSecret: SECRET } })
  return { server, complaints }
}

const open = ({ url }: ChatServer, id: string): Chat =>
  createChat({ url, auth: () => tokenOf(id), storage: 'memory' })

test('a direct connection is recognised as one', async () => {
  expect(await poolingOf(await postgres.createDatabase())).toBe('none')
})

describe.each(['session', 'transaction'] as const)('behind PgBouncer in %s mode', (mode) => {
  let pooler: TestPgBouncer
  beforeAll(async () => {
    pooler = await startPgBouncer(postgres.port, mode)
  })
  afterAll(() => pooler[Symbol.asyncDispose]())

  test('the pooler is recognised, also while others use it', async () => {
    const url = pooler.through(await postgres.createDatabase())
    expect(await poolingOf(url)).toBe(mode)
    const store = await openPostgresStore(url)
    expect(await poolingOf(url)).toBe(mode)
    await store.close()
  })

  test('25 users send 250 messages in 5 rooms, and none is refused (P1, P2)', async () => {
    const { server, complaints } = await start(pooler.through(await postgres.createDatabase()))
    const chats = Array.from({ length: 25 }, (_, index) => open(server, `u${index}`))
    await Promise.all(chats.map((chat) => chat.connect()))
    const sends = chats.flatMap((chat, i) =>
      Array.from({ length: 10 }, (_, j) => chat.room(ROOMS[(i + j) % 5] ?? '').send(`${i}/${j}`)),
    )
    const sent = await Promise.all(sends)
    expect(new Set(sent.map(({ roomId, seq }) => `${roomId} ${seq}`)).size).toBe(250)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    for (const chat of chats) await chat.close()
    await server.close()
    expect(complaints.filter((text) => !text.includes('a pooler lends'))).toEqual([])
  })

  test('settings apply to each transaction, and none of them is left on a connection', async () => {
    const direct = await postgres.createDatabase()
    const store = await openPostgresStore(pooler.through(direct))
    const userIds = Array.from({ length: 50 }, (_, index) => `u${index}`)
    await Promise.all(userIds.map((sid) => store.revokeSession(sid, Date.now() + 60_000)))
    const other = new Client({ connectionString: pooler.through(direct) })
    await other.connect()
    const { rows } = await other.query(
      `SELECT current_setting('enable_seqscan') AS scan, current_setting('statement_timeout') AS timeout`,
    )
    expect(rows).toEqual([{ scan: 'on', timeout: '0' }])
    await other.end()
    await store.close()
  })

  test("two servers find each other's commits (P5, P16)", async () => {
    const url = pooler.through(await postgres.createDatabase())
    const [a, b] = [await start(url), await start(url)]
    const [ann, bob] = [open(a.server, 'ann'), open(b.server, 'bob')]
    await Promise.all([ann.room('r1').open(), bob.room('r1').open()])
    await ann.room('r1').send('over two servers')
    await waitUntil('the message', () =>
      bob
        .room('r1')
        .messages()
        .some(({ content }) => content === 'over two servers'),
    )
    const warned = [...a.complaints, ...b.complaints].filter((text) => text.includes('a pooler lends'))
    expect(warned).toHaveLength(mode === 'transaction' ? 2 : 0)
    for (const chat of [ann, bob]) await chat.close()
    for (const { server } of [a, b]) await server.close()
  })

  test('with a direct address for notifications two servers are joined at once', async () => {
    const direct = await postgres.createDatabase()
    const nodes = [0, 1].map(() => start(pooler.through(direct), { databaseDirectUrl: direct }))
    const [a, b] = await Promise.all(nodes)
    if (!a || !b) throw new Error('unreachable')
    const device = await connect(b.server, { token: await tokenOf('bob'), protocol: 2 })
    await device.do('join-rooms', { roomIds: ['r1'] })
    const ann = open(a.server, 'ann')
    await ann.room('r1').send('hello')
    await device.heard('hello')
    expect([...a.complaints, ...b.complaints]).toEqual([])
    device.close()
    await ann.close()
    for (const { server } of [a, b]) await server.close()
  })
})

describe('a database that an app has for itself', () => {
  async function withAppsTable(): Promise<string> {
    const url = await postgres.createDatabase()
    const app = new Client({ connectionString: url })
    await app.connect()
    await app.query('CREATE TABLE messages (id serial PRIMARY KEY, body text)')
    await app.query(`INSERT INTO messages (body) VALUES ('of the app')`)
    await app.end()
    return url
  }

  test('with a table `messages`: the server reports it, and what to do', async () => {
    const started = start(await withAppsTable())
    await expect(started).rejects.toThrow(/relation "messages".*--database-schema roomful/)
  })

  test.each(['none', 'transaction'] as const)('a separate schema beside it (pooler: %s)', async (mode) => {
    const url = await withAppsTable()
    const pooler = mode === 'none' ? undefined : await startPgBouncer(postgres.port, mode)
    const options = { databaseSchema: 'chat', port: 0, defaultRooms: ['r1'], logLevel: 'silent' } as const
    const auth = { jwtSecret: SECRET }
    for (const text of ['first', 'after a restart']) {
      const server = await createChatServer({ ...options, auth, database: pooler?.through(url) ?? url })
      const ann = open(server, 'ann')
      await ann.room('r1').send(text)
      await ann.close()
      await server.close()
    }
    const app = new Client({ connectionString: url })
    await app.connect()
    const { rows } = await app.query('SELECT body FROM messages')
    expect(rows).toEqual([{ body: 'of the app' }])
    const ours = await app.query(`SELECT content FROM chat.messages WHERE type = 'text' ORDER BY seq`)
    expect(ours.rows).toEqual([{ content: 'first' }, { content: 'after a restart' }])
    const others = await app.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
    expect(others.rows).toEqual([{ tablename: 'messages' }])
    await app.end()
    await pooler?.[Symbol.asyncDispose]()
  })
})
