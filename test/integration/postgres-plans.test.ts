import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitOps, editOp, newRoom, sendOp } from '../../packages/server/src/stores/contract/contract-room'
import type { MessageQuery, Store } from '../../packages/server/src/stores/port'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import type {
  DatabaseClient,
  Statement,
  Value,
} from '../../packages/server/src/stores/postgres/database-client'
import { lockAndRead } from '../../packages/server/src/stores/postgres/facts'
import { postgresOutbox } from '../../packages/server/src/stores/postgres/outbox'
import {
  answerInvitation,
  block,
  forgetInvitations,
  hide,
  invite,
  withdrawInvitation,
} from '../../packages/server/src/stores/postgres/people'
import { forgetOps, markRead, putUser } from '../../packages/server/src/stores/postgres/postgres-mutations'
import { postgresReader } from '../../packages/server/src/stores/postgres/postgres-reader'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { DELETE_MESSAGES, KEEP_SENDS, purge } from '../../packages/server/src/stores/postgres/purge'
import { text } from '../../packages/server/src/stores/sql/column'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const general = asRoomId('general')

/** The values that occur here: words, numbers and lists of words. */
const literal = (value: Value): string =>
  Array.isArray(value)
    ? `ARRAY[${value.map(literal)}]::text[]`
    : typeof value === 'string'
      ? `'${value}'`
      : `${value}`

let asked = 0

/** Asks Postgres for the plan of each prepared statement, and runs it. */
class Explaining implements DatabaseClient {
  readonly plans = new Map<string, string>()
  constructor(readonly client: DatabaseClient) {}

  async query(statement: Statement | string, ...values: Value[]) {
    if (typeof statement !== 'string') {
      const name = `asked_${++asked}`
      await this.client.query(`PREPARE ${name} AS ${statement.text}`)
      const steps = await this.client.query(`EXPLAIN (COSTS OFF) EXECUTE ${name} (${values.map(literal)})`)
      this.plans.set(statement.name, steps.map((row) => text(row, 'QUERY PLAN').trim()).join('\n'))
    }
    return this.client.query(statement, ...values)
  }
}

const ROOMS = 40
const MEMBERS = 30
const MESSAGES = 60

// A planner without any statistics, one that sees large tables without statistics, and one that has them: for each the
// other indexes look cheap in another query.
describe.each(['empty', 'filled', 'analysed'])('Postgres finds by index: %s tables', (kind) => {
  let postgres: TestPostgres
  let pool: ClientPool
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { autovacuum: 'off' } })
    const url = await postgres.createDatabase()
    pool = new ClientPool(url, { max: 1 })
    const store = await openPostgresStore(url)
    if (kind !== 'empty') for (let room = 0; room < ROOMS; room++) await fill(store, room)
    await store.close()
    if (kind === 'analysed') await pool.lend((client) => client.query('ANALYZE'))
  })
  afterAll(async () => {
    await pool.close()
    await postgres[Symbol.asyncDispose]()
  })

  async function fill(store: Store, room: number): Promise<void> {
    const id = room === 0 ? general : asRoomId(`room-${room}`)
    const names = Array.from({ length: MEMBERS }, (_, index) =>
      index === 0 ? 'ann' : `user-${room}-${index}`,
    )
    const roles = Object.fromEntries(names.map((name) => [name, 'owner' as const]))
    await newRoom(store, { id, type: 'public', roles })
    const sends = Array.from({ length: MESSAGES }, (_, index) =>
      sendOp('ann', 'text', { clientId: `client-${room}-${String(index).padStart(4, '0')}` }),
    )
    const edits = sends.map((op) => editOp('ann', op.id, 'edited', `edit-${op.id}`))
    await commitOps(store, id, [...sends, ...edits])
  }

  async function plansOf(work: (client: DatabaseClient) => Promise<unknown>): Promise<Map<string, string>> {
    return pool.lend(async (client) => {
      const explaining = new Explaining(client)
      await work(explaining)
      expect(explaining.plans.size).toBeGreaterThan(0)
      return explaining.plans
    })
  }
  const walks = (plans: Map<string, string>): string[] =>
    [...plans].filter(([, plan]) => /Seq Scan|Bitmap|Hash|Merge|Sort/.test(plan)).map(([name]) => name)

  test('the facts of a commit', async () => {
    const need = {
      userIds: [ann],
      messageIds: [asMessageId('m1')],
      clientIds: [{ userId: ann, clientId: asClientId('client-0001') }],
      opIds: [{ userId: ann, opId: 'op-00001' }],
      owners: true,
      pins: true,
      lastSendOf: [ann],
    }
    const plans = await plansOf(async (client) => {
      await lockAndRead(client, general, need)
      await client.query('ROLLBACK')
    })
    expect(walks(plans)).toEqual([])
    expect([...plans.keys()].sort()).toEqual([
      'fact-client-ids',
      'fact-last-sends',
      'fact-members',
      'fact-messages',
      'fact-op-ids',
      'fact-owners',
      'fact-pins',
      'lock',
      'room',
    ])
    expect(plans.get('fact-members')).toMatch(
      /room_members_pkey on .*\n.*Cond: \(\(room_id = .* \(user_id = /,
    )
    expect(plans.get('fact-messages')).toMatch(/messages_id on .*\n.*Cond: \(\(id = ANY .* \(room_id = /)
    expect(plans.get('fact-client-ids')).toMatch(
      /messages_client on .*\n.*Cond: .*room_id = .*sender_id = .*client_id >=/,
    )
    expect(plans.get('fact-client-ids')).toMatch(
      /purged_sends_pkey on .*\n.*Cond: .*room_id = .*sender_id = .*client_id = /,
    )
    expect(plans.get('fact-op-ids')).toMatch(/op_ids_pkey on .*\n.*Cond: .*room_id = .*user_id = .*op_id = /)
    expect(plans.get('fact-pins')).toMatch(/messages_pinned on /)
    expect(plans.get('fact-last-sends')).toMatch(/messages_sender on .*\n.*Cond: .*room_id = .*sender_id >=/)
    expect(plans.get('fact-last-sends')).toMatch(/messages_edited on .*\n.*Cond: .*room_id = .*sender_id >=/)
  })

  // Tombstones are not even read, however many there are.
  const byPlace = (includeDeleted: boolean) => (includeDeleted ? 'messages_pkey' : 'messages_shown')
  const bounds: Partial<MessageQuery>[] = [{}, { fromSeq: 5 }, { toSeq: 9 }, { fromSeq: 5, toSeq: 9 }]
  const queries = bounds.flatMap((bound) =>
    [true, false].flatMap((includeDeleted) => [
      { ...bound, includeDeleted, take: 'oldest', index: byPlace(includeDeleted) } as const,
      { ...bound, includeDeleted, take: 'newest', index: byPlace(includeDeleted) } as const,
      { ...bound, includeDeleted, take: 'rev', afterRev: 3, index: 'messages_rev' } as const,
    ]),
  )
  test.each(queries)(
    'messages by $take from $fromSeq to $toSeq, deleted: $includeDeleted',
    async ({ index, ...query }) => {
      const plans = await plansOf((client) =>
        postgresReader(client).messages({ roomId: general, limit: 50, ...query }),
      )
      const bounded =
        index === 'messages_rev' ? '.*rev > ' : query.fromSeq || query.toSeq ? '.*seq( \\+ 0\\))? [<>]= ' : ''
      const found = `^Limit\n-> {2}Index Scan (Backward )?using ${index} .*\n.*Cond: .*room_id = ${bounded}`
      expect([...plans.values()].join()).toMatch(new RegExp(found))
      expect(walks(plans)).toEqual([])
    },
  )

  test('everything else that is read, and occasional writes', async () => {
    const plans = await plansOf(async (client) => {
      const reader = postgresReader(client)
      await reader.roomsOf(ann, { limit: 10 })
      await reader.memberships(ann, [general])
      await reader.unread(ann, [general])
      await reader.previews([general])
      await reader.pins(general)
      await reader.heads([general])
      await reader.membersAmong(general, [ann])
      await reader.standings([{ roomId: general, userId: ann }])
      await reader.whoIsIn([general], [ann])
      await reader.spans({ limit: 10 })
      await reader.isFileShown('file-1')
      await reader.isFileShown('file-1', ann)
      await reader.members(general, { limit: 10 })
      await reader.members(general, { limit: 10, afterRev: 1 })
      await reader.roomOfMessage(asMessageId('m1'))
      await reader.seqOfMessage(general, asMessageId('m1'))
      await reader.publicRooms({ limit: 10 })
      await reader.user(ann)
      await reader.misnamed({ id: ann, name: 'Ann' }, 10)
      await reader.reports(general, { resolved: false, limit: 10 })
      await reader.openReportsOf(general, ann, 100)
      await reader.inRooms([ann], 2_000)
      await reader.reportedRooms({ limit: 10 })
      await reader.deletedAmong([general])
      await reader.audit(general, { limit: 10 })
      await reader.audit(general, { limit: 10, after: 'x' })
      await reader.acquaintances(ann, [bob])
      await reader.blockersOf(ann, [bob])
      await reader.blocked(ann, { limit: 10 })
      await reader.dm('ann bob')
      await reader.invitations(ann, { nowMs: 5, roomId: general, limit: 1 })
      await reader.invitations(ann, { nowMs: 5, limit: 10 })
      await reader.sentInvitations(ann, { nowMs: 5, limit: 10 })
      await reader.users({ limit: 10 })
      await reader.rooms({ limit: 10 })
      await reader.leftRooms(ann, { limit: 10 })
      await reader.countMessages(general, 1, 10)
      await reader.countUnread(ann, general, 1, 10)
      await markRead(client, general, ann, 5)
      await putUser(client, { id: ann, name: 'Ann' }, 0)
    })
    // Only what changed is sorted, by user, and the pending items of one user.
    expect(walks(plans).sort()).toEqual(['invitations', 'members-changed', 'sent-invitations'])
    expect(plans.get('sent-invitations')).toMatch(
      /invitations_sent on .*\n.*Cond: .*inviter_id .*until_ms > /,
    )
    expect(plans.get('acquaintances')).toMatch(
      /room_members_user on (.*\n)*.*room_members_pkey on .*\n.*Cond: .*room_id = .*user_id = /,
    )
    expect(plans.get('invitations')).toMatch(/invitations_pkey on .*\n.*Cond: .*user_id /)
    expect(plans.get('left-rooms')).toMatch(/room_members_left on .*\n.*Cond: .*user_id >= .*room_id > /)
    expect(plans.get('count-messages')).toMatch(/messages_\w+ on .*\n.*Cond: .*room_id = .*seq/)
    expect(plans.get('count-unread')).toMatch(/messages_\w+ on .*\n.*Cond: .*room_id = .*seq >= .*seq <= /)
    const member = /room_members_pkey on .*\n.*Cond: .*room_id = .*user_id = /
    expect(plans.get('rooms-of')).toMatch(/room_members_user on .*\n.*Cond: .*user_id >= .*room_id > /)
    expect(plans.get('misnamed')).toContain('room_members_user')
    expect(plans.get('reports-of')).toContain('reports_open_of')
    expect(plans.get('in-rooms')).toContain('room_members_user')
    expect(plans.get('memberships-of-rooms')).toMatch(member)
    expect(plans.get('unread')).toMatch(member)
    expect(plans.get('standings')).toMatch(member)
    expect(plans.get('members-among')).toMatch(member)
    expect(plans.get('unread')).toMatch(/messages_pkey on .*\n.*Cond: .*room_id = .*seq > .*seq <= /)
    expect(plans.get('unread')).toMatch(
      /messages_shown_of on .*\n.*Cond: .*room_id = .*sender_id >= .*seq \+ 0\) > /,
    )
    expect(plans.get('heads')).toMatch(/room_heads_pkey on .*\n.*Cond: .*room_id = /)
    expect(plans.get('who-is-in')).toMatch(/room_members_(user|pkey) on .*\n.*Cond: .*user_id = /)
    expect(plans.get('spans')).toMatch(/room_heads_pkey on .*\n.*Cond: .*room_id > /)
    expect(plans.get('file-shown')).toContain('messages_file')
    // P12: by leaps from room to room, past all messages between them.
    expect(plans.get('file-shown-to')).toMatch(
      /room_members_user on .*\n.*Cond: \(\(ROW\(user_id, room_id\) >= ROW\(/,
    )
    expect(plans.get('file-shown-to')).toMatch(
      /messages_file on .*\n.*Cond: \(\(ROW\(.*'fileId'.*, room_id, seq\) >= ROW\(/,
    )
    expect(plans.get('previews')).toMatch(/Backward using messages_pkey/)
    expect(plans.get('members')).toMatch(/room_members_pkey on .*\n.*Cond: .*room_id = .*user_id > /)
    expect(plans.get('members-changed')).toMatch(/room_members_rev on .*\n.*Cond: .*room_id = .*rev > /)
    expect(plans.get('room-of-message')).toContain('messages_id')
    expect(plans.get('reported-rooms')).toContain('reports_open_of')
    expect(plans.get('deleted-among')).toContain('deleted_rooms_pkey')
    expect(plans.get('seq-of-message')).toMatch(/messages_id on .*\n.*Cond: .*id = .*room_id = /)
    expect(plans.get('public-rooms')).toContain('rooms_public')
    expect(plans.get('mark-read')).toMatch(member)
    expect(plans.get('read-cursor')).toMatch(member)
  })

  test('rooms by three letters of their name, and a short window by place', async () => {
    const plans = await plansOf(async (client) => {
      const reader = postgresReader(client)
      await reader.publicRooms({ query: 'general', limit: 10 })
      const query = { roomId: general, fromSeq: 5, toSeq: 9, afterRev: 3, includeDeleted: true, limit: 50 }
      await reader.messages({ ...query, take: 'rev', isNarrow: true })
    })
    expect(plans.get('rooms-found')).toMatch(/Index Scan using rooms_name_search/)
    expect(plans.get('found-rooms')).toMatch(/rooms_pkey on .*\n.*Cond: .*id = /)
    const [narrow = ''] = [...plans].flatMap(([name, plan]) => (name.startsWith('messages') ? [plan] : []))
    expect(narrow).toMatch(/messages_pkey on .*\n.*Cond: .*room_id = .*seq >= .*seq <= /)
    expect(walks(plans).filter((name) => name !== 'found-rooms' && !name.startsWith('messages'))).toEqual([])
  })

  test('old op ids are found by their age, and deleted by their key', async () => {
    const plan = (await plansOf((client) => forgetOps(client, 5))).get('forget-ops')
    expect(plan).toMatch(/op_ids_age on .*\n.*Cond: .*created_at < /)
    expect(plan).toMatch(/op_ids_pkey on .*\n.*Cond: .*room_id = .*user_id = .*op_id = /)
  })

  test('an invitation, a block and a hidden dm are found by their keys', async () => {
    const plans = await plansOf(async (client) => {
      await invite(client, { roomId: general, inviterId: ann, userIds: [bob], at: 5, until: 9 })
      await block(client, bob, ann, '2026-01-01T00:00:00.000Z')
      await answerInvitation(client, bob, general, 'declined')
      await withdrawInvitation(client, { roomId: general, userId: bob, inviterId: ann, nowMs: 5 })
      await hide(client, general, ann, true)
      await forgetInvitations(client, 5)
    })
    // It sorts the ids that it was given.
    expect(walks(plans)).toEqual(['lock-people'])
    expect(plans.get('invitations-sent')).toMatch(
      /invitations_sent on .*\n.*Cond: .*inviter_id .*until_ms > /,
    )
    expect(plans.get('forget-invitations')).toMatch(/invitations_age on .*\n.*Cond: .*until_ms < /)
  })

  test('events that wait, and dead letters, are found by their endpoint and place', async () => {
    const event = { endpoint: 'app', type: 'message.sent', at: 1, body: '{}' }
    const plans = await plansOf(async (client) => {
      const outbox = postgresOutbox((work) => work(client))
      const events = Array.from({ length: 50 }, (_, at) => ({ ...event, stream: `s${at % 5}`, id: `e${at}` }))
      await outbox.add(events)
      const lease = { nowMs: 5, lease: 'l', untilMs: 9 }
      const [claimed] = await outbox.claim({ endpoint: 'app', ...lease, streams: 1, events: 3 })
      const dead = (claimed?.events ?? []).map(({ seq }) => ({ seq, reason: 'gone' }))
      const end = { endpoint: 'app', stream: claimed?.stream ?? '', nowMs: 5 }
      await outbox.settle({ ...end, lease: 'l', delivered: [1], dead })
      await outbox.oldest('app', { limit: 10 })
      await outbox.dead('app', { after: 1, limit: 10 })
      await outbox.replay('app', { nowMs: 5, limit: 1 })
      await outbox.replay('app', { nowMs: 5, limit: 1, ids: ['e1'] })
      await outbox.wake('app', 5)
      await outbox.forgetDead('app', { beforeMs: 5, keep: 5, limit: 5 })
    })
    // Only the events that are written are sorted and counted.
    expect(walks(plans).sort()).toEqual(['outbox-keep', 'outbox-replay', 'outbox-replay-ids'])
    expect([...plans.values()].join()).not.toMatch(/Seq Scan on outbox/)
    expect(plans.get('outbox-claim')).toMatch(
      /outbox_streams_due on .*\n.*Cond: .*endpoint = .*next_at_ms <= /,
    )
    expect(plans.get('outbox-first')).toMatch(/outbox_events_pkey on .*\n.*Cond: .*endpoint = .*stream >= /)
    expect(plans.get('outbox-oldest')).toMatch(/outbox_events_oldest on .*\n.*Cond: .*endpoint = /)
    expect(plans.get('outbox-dead')).toMatch(/outbox_dead_endpoint on .*\n.*Cond: .*endpoint = .*seq > /)
  })

  test('a purge finds its messages by seq', async () => {
    const plans = await plansOf(async (client) => {
      await purge(client, general, 1)
      await client.query('BEGIN')
      await client.query(KEEP_SENDS, general, 1)
      await client.query(DELETE_MESSAGES, general, 1)
      await client.query('ROLLBACK')
    })
    expect(walks(plans)).toEqual([])
    for (const name of ['purge-keep-sends', 'purge-messages'])
      expect(plans.get(name)).toMatch(/messages_pkey on .*\n.*Cond: .*room_id = .*seq < /)
  })
})
