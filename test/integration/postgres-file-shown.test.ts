import { asUserId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import type {
  DatabaseClient,
  Statement,
  Value,
} from '../../packages/server/src/stores/postgres/database-client'
import { migrate } from '../../packages/server/src/stores/postgres/migrate'
import { postgresReader } from '../../packages/server/src/stores/postgres/postgres-reader'
import { text } from '../../packages/server/src/stores/sql/column'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

const [FEW, MANY] = [10, 10_000]

/** Adds up the pages that Postgres looks at for each prepared statement. */
class Counting implements DatabaseClient {
  pages = 0
  constructor(readonly client: DatabaseClient) {}

  async query(statement: Statement | string, ...values: Value[]) {
    if (typeof statement !== 'string') {
      const name = `counted_${statement.name.replaceAll('-', '_')}`
      await this.client.query(`PREPARE ${name} AS ${statement.text}`)
      const words = values.map((value) => (typeof value === 'string' ? `'${value}'` : `${value}`))
      const explained = `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, FORMAT JSON) EXECUTE ${name} (${words})`
      const [row = {}] = await this.client.query(explained)
      this.pages += pagesOf(text(row, 'QUERY PLAN'))
      await this.client.query(`DEALLOCATE ${name}`)
    }
    return this.client.query(statement, ...values)
  }
}

function pagesOf(explained: string): number {
  const [{ Plan: plan }] = JSON.parse(explained) as [{ Plan: Record<string, number> }]
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
}

describe('P12: what it costs to look whether a user may load a file does not grow with', () => {
  let postgres: TestPostgres
  let pool: ClientPool
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { autovacuum: 'off' } })
    pool = new ClientPool(await postgres.createDatabase(), { max: 1 })
    await pool.lend((client) => migrate(client))
  })
  afterAll(async () => {
    await pool.close()
    await postgres[Symbol.asyncDispose]()
  })

  /** Rooms `<name>-000001<end>` and on, with `messages` each that show a file. */
  const rooms = (
    name: string,
    { count = 1, messages = 1, member = 'ann', fromSeq = 1, end = '', file = name } = {},
  ): Promise<void> =>
    pool.lend(async (client) => {
      const made = `(
        SELECT '${name}-' || lpad(n::text, 6, '0') || '${end}' AS room FROM generate_series(1, ${count}) AS n
      ) AS made`
      await client.query(`INSERT INTO rooms (id, name, name_search) SELECT room, 'Room', 'room' FROM ${made}`)
      await client.query(`INSERT INTO room_heads (room_id) SELECT room FROM ${made}`)
      await client.query(`INSERT INTO room_members (room_id, user_id, name, from_seq, rev)
        SELECT room, '${member}', '${member}', ${fromSeq}, 1 FROM ${made}`)
      await client.query(`INSERT INTO messages
        (room_id, seq, rev, id, sender_id, sender_name, type, content, metadata)
        SELECT room, n, n, room || n, 'ann', 'Ann', 'image', '', '{"fileId":"${file}"}'
        FROM ${made}, generate_series(1, ${messages}) AS n`)
    })

  const costOf = (fileId: string, user: string, isShown = false): Promise<number> =>
    pool.lend(async (client) => {
      const counting = new Counting(client)
      expect(await postgresReader(counting).isFileShown(fileId, asUserId(user))).toBe(isShown)
      expect(counting.pages).toBeGreaterThan(0)
      return counting.pages
    })

  test('the messages that show it, in a room that the user is not in, or entered after them', async () => {
    await rooms('few', { messages: FEW })
    await rooms('many', { messages: MANY })
    await rooms('own', { member: 'bob' })
    const few = await costOf('few', 'bob')
    expect(await costOf('many', 'bob')).toBeLessThan(few * 4)
    await rooms('late', { messages: MANY, member: 'eve', fromSeq: MANY + 1 })
    expect(await costOf('late', 'eve')).toBeLessThan(few * 4)
    await rooms('shown', { messages: MANY, member: 'eve', fromSeq: MANY })
    expect(await costOf('shown', 'eve', true)).toBeLessThan(few * 4)
  })

  test('the rooms that show it, of a user who is in few, nor the rooms of the user, of a file that few show', async () => {
    await rooms('narrow', { count: FEW })
    await rooms('wide', { count: MANY })
    await rooms('zoe', { count: FEW, member: 'zoe' })
    const few = await costOf('narrow', 'zoe')
    expect(await costOf('wide', 'zoe')).toBeLessThan(few * 4)
    await rooms('dan', { count: MANY, member: 'dan' })
    expect(await costOf('narrow', 'dan')).toBeLessThan(few * 4)
  })
  test('and the room that shows it to them is found behind any number of others', async () => {
    await rooms('mixed', { count: 250 })
    await rooms('mixed', { count: 250, member: 'fay', end: '-fays', file: 'another' })
    await costOf('mixed', 'fay', false)
    await rooms('mixed-too', { member: 'fay', file: 'mixed' })
    await costOf('mixed', 'fay', true)
  })
})
