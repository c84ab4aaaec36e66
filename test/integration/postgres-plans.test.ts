import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitOps, newRoom, sendOp } from '../../packages/server/src/stores/contract/contract-room'
import type { MessageQuery } from '../../packages/server/src/stores/port'
import { lockAndRead } from '../../packages/server/src/stores/postgres/facts'
import { migrate } from '../../packages/server/src/stores/postgres/migrate'
import { postgresReader } from '../../packages/server/src/stores/postgres/postgres-reader'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import type { Session, Statement, Value } from '../../packages/server/src/stores/postgres/session'
import { SessionPool } from '../../packages/server/src/stores/postgres/session-pool'
import { markRead, putUser } from '../../packages/server/src/stores/postgres/small-writes'
import { text } from '../../packages/server/src/stores/sql/column'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

const ann = asUserId('ann')
const general = asRoomId('general')

/** Asks Postgres about each statement, and runs it. */
class Explaining implements Session {
  readonly plans = new Map<string, string>()
  constructor(readonly session: Session) {}

  async query(statement: Statement | string, ...values: Value[]) {
    if (typeof statement !== 'string') {
      const steps = await this.session.query(`EXPLAIN (COSTS OFF) ${statement.text}`, ...values)
      this.plans.set(statement.name, steps.map((row) => text(row, 'QUERY PLAN')).join('\n'))
    }
    return this.session.query(statement, ...values)
  }
}

/** A planner that knows nothing yet, and one that has seen much: both have to take the index. */
describe.each(['empty', 'filled'])('Postgres finds by index: %s tables', (kind) => {
  let postgres: TestPostgres
  let pool: SessionPool
  beforeAll(async () => {
    postgres = await startPostgres()
    const url = await postgres.createDatabase()
    pool = new SessionPool(url, { max: 1 })
    if (kind === 'empty') {
      await pool.lend((session) => migrate(session))
      return
    }
    const store = await openPostgresStore(url)
    for (let room = 0; room < 30; room++) {
      const roomId = room === 0 ? general : asRoomId(`room-${room}`)
      await newRoom(store, { id: roomId, type: 'public', settings: { slowModeSeconds: 0 } })
      const ops = Array.from({ length: 100 }, (_, index) =>
        sendOp(index % 2 ? 'ann' : 'bob', 'text', {
          clientId: `client-${room}-${String(index).padStart(4, '0')}`,
        }),
      )
      await commitOps(store, roomId, ops)
    }
    await store.close()
    await pool.lend((session) => session.query('ANALYZE'))
  })
  afterAll(async () => {
    await pool.close()
    await postgres[Symbol.asyncDispose]()
  })

  async function plansOf(work: (session: Session) => Promise<unknown>): Promise<Map<string, string>> {
    return pool.lend(async (session) => {
      const explaining = new Explaining(session)
      await work(explaining)
      expect(explaining.plans.size).toBeGreaterThan(0)
      return explaining.plans
    })
  }
  const walks = (plans: Map<string, string>): string[] =>
    [...plans].filter(([, plan]) => /Seq Scan|Bitmap|Hash|Merge Join/.test(plan)).map(([name]) => name)

  test('the facts of a commit', async () => {
    const need = {
      userIds: [ann],
      messageIds: [asMessageId('m1')],
      clientIds: [{ userId: ann, clientId: asClientId('client-0001') }],
      opIds: [{ userId: ann, opId: 'op-00001' }],
      owners: true,
      lastSendOf: [ann],
    }
    const plans = await plansOf(async (session) => {
      await lockAndRead(session, general, need)
      await session.query('ROLLBACK')
    })
    expect(walks(plans)).toEqual([])
    expect([...plans.keys()].sort()).toEqual([
      'fact-client-ids',
      'fact-last-sends',
      'fact-members',
      'fact-messages',
      'fact-op-ids',
      'fact-owners',
      'lock',
      'room',
    ])
    expect(plans.get('fact-client-ids')).toContain('messages_client')
    expect(plans.get('fact-messages')).toContain('messages_id')
    expect(plans.get('fact-last-sends')).toContain('messages_sender')
  })

  const bounds: Partial<MessageQuery>[] = [{}, { fromSeq: 5 }, { toSeq: 9 }, { fromSeq: 5, toSeq: 9 }]
  const queries = bounds.flatMap((bound) =>
    [true, false].flatMap((includeDeleted) => [
      { ...bound, includeDeleted, take: 'oldest', index: 'messages_pkey' } as const,
      { ...bound, includeDeleted, take: 'newest', index: 'messages_pkey' } as const,
      { ...bound, includeDeleted, take: 'rev', afterRev: 3, index: 'messages_rev' } as const,
    ]),
  )
  test.each(queries)(
    'messages by $take from $fromSeq to $toSeq, deleted: $includeDeleted',
    async ({ index, ...query }) => {
      const plans = await plansOf((session) =>
        postgresReader(session).messages({ roomId: general, limit: 50, ...query }),
      )
      const plan = [...plans.values()].join()
      expect(plan).toMatch(/^Limit\n {2}-> {2}Index Scan/)
      expect(plan).toContain(index)
      expect(plan).not.toContain('Sort')
    },
  )

  test('everything else that is read, and what is written in passing', async () => {
    const plans = await plansOf(async (session) => {
      const reader = postgresReader(session)
      await reader.memberships(ann)
      await reader.memberships(ann, [general])
      await reader.unread(ann, [general])
      await reader.previews([general])
      await reader.members(general, { limit: 10 })
      await reader.members(general, { limit: 10, afterRev: 1 })
      await reader.roomOfMessage(asMessageId('m1'))
      await reader.publicRooms({ limit: 10 })
      await reader.user(ann)
      await reader.reports(general, { resolved: false, limit: 10 })
      await reader.audit(general, { limit: 10 })
      await reader.audit(general, { limit: 10, after: 'x' })
      await markRead(session, general, ann, 5)
      await putUser(session, { id: ann, name: 'Ann' })
    })
    expect(walks(plans)).toEqual([])
    expect(plans.get('unread')).toMatch(/Limit\n +-> +Index Scan using messages_pkey/)
    expect(plans.get('memberships')).toContain('room_members_user')
    expect(plans.get('public-rooms')).toMatch(/rooms_public/)
    expect(plans.get('public-rooms')).not.toContain('Sort')
  })
})
