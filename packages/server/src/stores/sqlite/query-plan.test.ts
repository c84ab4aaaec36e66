import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MessageQuery } from '../port'
import { type Row, text } from '../sql/column'
import { Connection, type Value } from './connection'
import { readFacts } from './facts'
import { migrate } from './migrate'
import { claim, forgetDead, keepEvents, replay, settle, sqliteOutbox } from './outbox'
import { answerInvitation, block, forgetInvitations, hide, invite, withdrawInvitation } from './people'
import { createRoom, forgetOps, markRead, putUser } from './sqlite-mutations'
import { sqliteReader } from './sqlite-reader'

/** Asks SQLite for the plan of each statement before it runs. */
class Explaining extends Connection {
  readonly plans = new Map<string, string[]>()

  override all(sql: string, ...values: Value[]): readonly Row[] {
    this.#explain(sql, values)
    return super.all(sql, ...values)
  }

  override get(sql: string, ...values: Value[]): Row | undefined {
    if (/^\s*(SELECT|UPDATE)/.test(sql)) this.#explain(sql, values)
    return super.get(sql, ...values)
  }

  override run(sql: string, ...values: Value[]): void {
    if (/^\s*UPDATE/.test(sql)) this.#explain(sql, values)
    super.run(sql, ...values)
  }

  #explain(sql: string, values: Value[]): void {
    const steps = super.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => text(row, 'detail'))
    this.plans.set(sql, steps)
  }
}

const roomId = asRoomId('general')
const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const at = '2026-01-01T00:00:00.000Z'

describe('SQLite finds by index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-plans-'))
  let db: Explaining
  beforeAll(() => {
    const plain = new Connection(join(folder, 'test.db'))
    migrate(plain)
    plain.close()
    db = new Explaining(join(folder, 'test.db'))
    const settings = { slowModeSeconds: 1 }
    const room = { id: roomId, name: 'General', type: 'public', createdBy: ann, createdAt: at } as const
    createRoom(db, { room: { ...room, metadata: {}, settings, rev: 0, lastSeq: 0 }, members: [] })
  })
  afterAll(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })

  async function plansOf(work: () => unknown): Promise<string[][]> {
    db.plans.clear()
    await work()
    expect(db.plans.size).toBeGreaterThan(0)
    return [...db.plans.values()]
  }

  /** Only the given list of ids, and the rows found for it, may be scanned. */
  const isWalk = (step: string): boolean =>
    /^SCAN (?!key|wanted|json_each|lag|mine|near|CONSTANT ROW|\(subquery)/.test(step)
  const isSort = (step: string): boolean => step.includes('TEMP B-TREE')

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
    const plans = await plansOf(() => readFacts(db, roomId, need))
    expect(plans).toHaveLength(8)
    const steps = plans.flat()
    expect(steps.filter((step) => isWalk(step) || isSort(step))).toEqual([])
    for (const index of [
      'messages_id',
      'messages_client',
      'messages_sender',
      'messages_edited',
      'room_members_owners',
      'messages_pinned',
    ]) {
      expect(steps.some((step) => step.includes(index))).toBe(true)
    }
  })

  // Tombstones are not read, however many there are.
  const byPlace = (includeDeleted: boolean): string => (includeDeleted ? 'messages_seq' : 'messages_shown')
  const bounds: Partial<MessageQuery>[] = [{}, { fromSeq: 5 }, { toSeq: 9 }, { fromSeq: 5, toSeq: 9 }]
  const queries = bounds.flatMap((bound) =>
    [true, false].flatMap((includeDeleted) => [
      { ...bound, includeDeleted, take: 'oldest', index: byPlace(includeDeleted) } as const,
      { ...bound, includeDeleted, take: 'newest', index: byPlace(includeDeleted) } as const,
      { ...bound, includeDeleted, take: 'oldest', afterRev: 3, index: byPlace(includeDeleted) } as const,
      { ...bound, includeDeleted, take: 'rev', afterRev: 3, index: 'messages_rev' } as const,
    ]),
  )
  test.each(queries)(
    'messages by $take from $fromSeq to $toSeq after $afterRev',
    async ({ index, ...query }) => {
      const plans = await plansOf(() => sqliteReader(db).messages({ roomId, limit: 50, ...query }))
      const bounded = index === 'messages_rev' ? 'rev>?' : query.fromSeq || query.toSeq ? 'seq' : 'room_id=?'
      expect(plans.flat()).toEqual([
        expect.stringMatching(
          new RegExp(`SEARCH messages USING INDEX ${index} .*${bounded.replace('?', '\\?')}`),
        ),
      ])
    },
  )

  test('all other reads', async () => {
    const reader = sqliteReader(db)
    const plans = await plansOf(async () => {
      await reader.roomsOf(ann, { limit: 10 })
      await reader.memberships(ann, [roomId])
      await reader.unread(ann, [roomId])
      await reader.previews([roomId])
      await reader.pins(roomId)
      await reader.heads([roomId])
      await reader.membersAmong(roomId, [ann])
      await reader.standings([{ roomId, userId: ann }])
      await reader.whoIsIn([roomId], [ann])
      await reader.spans({ limit: 10 })
      await reader.isFileShown('file-1')
      await reader.isFileShown('file-1', ann)
      await reader.members(roomId, { limit: 10 })
      await reader.roomOfMessage(asMessageId('m1'))
      await reader.seqOfMessage(roomId, asMessageId('m1'))
      await reader.publicRooms({ limit: 10 })
      await reader.user(ann)
      await reader.misnamed({ id: ann, name: 'Ann' }, 10)
      await reader.reports(roomId, { resolved: false, limit: 10 })
      await reader.reportedRooms({ limit: 10 })
      await reader.deletedAmong([roomId])
      await reader.audit(roomId, { limit: 10 })
      await reader.audit(roomId, { limit: 10, after: 'x' })
      await reader.acquaintances(ann, [bob])
      await reader.blockersOf(ann, [bob])
      await reader.blocked(ann, { limit: 10 })
      await reader.dm('ann bob')
      await reader.invitations(ann, { nowMs: 5, roomId, limit: 1 })
      await reader.users({ limit: 10 })
      await reader.rooms({ limit: 10 })
      await reader.leftRooms(ann, { limit: 10 })
      await reader.countMessages(roomId, 1, 10)
      await reader.countUnread(ann, roomId, 1, 10)
    })
    expect(plans).toHaveLength(33)
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/INDEX messages_shown \(room_id=\? AND seq>\? AND seq<\?\)/),
    )
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/messages_sender \(room_id=\? AND sender_id=\? AND deleted=\? AND seq>\?\)/),
    )
    expect(plans.flat()).toContainEqual(expect.stringContaining('room_members_user'))
  })

  test('P12: whether a user may load a file: by leaps from room to room, past all messages between them', async () => {
    const plans = await plansOf(() => sqliteReader(db).isFileShown('file-1', ann))
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/INDEX room_members_user \(user_id=\? AND room_id>\?\)/),
    )
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/INDEX messages_file \(<expr>=\? AND \(room_id,seq\)>\(\?,\?\)\)/),
    )
  })

  test('limits of a user: open reports, and rooms', async () => {
    const reader = sqliteReader(db)
    const plans = await plansOf(async () => {
      await reader.openReportsOf(roomId, ann, 100)
      await reader.inRooms([ann], 2_000)
    })
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    expect(plans.flat().join()).toContain('reports_open_of')
    expect(plans.flat().join()).toContain('INDEX room_members_user')
  })

  test('a short window is scanned by place, however much the room has changed since', async () => {
    const query = { roomId, fromSeq: 5, toSeq: 9, afterRev: 3, includeDeleted: true, limit: 50 } as const
    const plans = await plansOf(() => sqliteReader(db).messages({ ...query, take: 'rev', isNarrow: true }))
    expect(plans.flat()).toEqual([
      expect.stringMatching(/messages_seq \(room_id=\? AND seq>\? AND seq<\?\)/),
      expect.stringContaining('TEMP B-TREE FOR ORDER BY'),
    ])
  })

  test('rooms by three letters of their name: by an index of those', async () => {
    const plans = await plansOf(() => sqliteReader(db).publicRooms({ query: 'general', limit: 10 }))
    const walks = plans.flat().filter((step) => isWalk(step))
    expect(walks.filter((step) => !/room_search VIRTUAL TABLE INDEX \d+:M/.test(step))).toEqual([])
    const short = await plansOf(() => sqliteReader(db).publicRooms({ query: 'ge', limit: 10 }))
    expect(short.flat()).toContainEqual(expect.stringContaining('COVERING INDEX rooms_public'))
  })

  test('changed members: by rev, and only those are sorted', async () => {
    const plans = await plansOf(() => sqliteReader(db).members(roomId, { afterRev: 5, limit: 10 }))
    expect(plans.flat()[0]).toMatch(/SEARCH room_members USING (COVERING )?INDEX room_members_rev/)
  })

  test('invitations of a user: by user, and only those are sorted', async () => {
    const plans = await plansOf(() => sqliteReader(db).invitations(ann, { nowMs: 5, limit: 10 }))
    expect(plans.flat()[0]).toMatch(/SEARCH invitations USING PRIMARY KEY \(user_id=\?\)/)
  })

  test('invitations of an inviter: by inviter, and only those are sorted', async () => {
    const plans = await plansOf(() => sqliteReader(db).sentInvitations(ann, { nowMs: 5, limit: 10 }))
    expect(plans.flat()[0]).toMatch(/invitations_sent \(inviter_id=\? AND until_ms>\?\)/)
  })

  test('an invitation, a block, a hidden dm', async () => {
    const plans = await plansOf(() => {
      const [inviterId, userIds] = [ann, [bob]]
      invite(db, { roomId, inviterId, userIds, at: 5, until: 9 })
      answerInvitation(db, bob, roomId, 'declined')
      answerInvitation(db, bob, roomId, 'accepted')
      withdrawInvitation(db, { roomId, userId: bob, inviterId, nowMs: 5 })
      block(db, ann, bob, at)
      hide(db, roomId, ann, true)
      forgetInvitations(db, 5)
    })
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/invitations_sent \(inviter_id=\? AND until_ms>\?\)/),
    )
    expect(plans.flat()).toContainEqual(expect.stringMatching(/invitations_age \(until_ms<\?\)/))
  })

  test('events that wait, and dead letters', async () => {
    const event = { endpoint: 'app', stream: roomId, type: 'message.sent', at: 1, body: '{}' }
    const outbox = sqliteOutbox({ write: async (work) => work(db), read: async (work) => work(db) })
    const plans = await plansOf(async () => {
      keepEvents(
        db,
        [1, 2, 3].map((number) => ({ ...event, id: `event-${number}` })),
      )
      const lease = { nowMs: 5, lease: 'l', untilMs: 9 }
      const [claimed] = claim(db, { endpoint: 'app', ...lease, streams: 1, events: 2 })
      const dead = (claimed?.events ?? []).map(({ seq }) => ({ seq, reason: 'gone' }))
      settle(db, { endpoint: 'app', stream: roomId, lease: 'l', nowMs: 5, delivered: [], dead })
      await outbox.oldest('app', { limit: 10 })
      await outbox.dead('app', { after: 1, limit: 10 })
      replay(db, 'app', { nowMs: 5, limit: 1 })
      replay(db, 'app', { nowMs: 5, limit: 1, ids: ['event-2'] })
      await outbox.wake('app', 5)
      forgetDead(db, 'app', { beforeMs: 9, keep: 5, limit: 5 })
    })
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/outbox_streams_due \(endpoint=\? AND next_at_ms<\?\)/),
    )
    expect(plans.flat()).toContainEqual(
      expect.stringMatching(/outbox_events_stream \(endpoint=\? AND stream=\?/),
    )
  })

  test('small writes', async () => {
    putUser(db, { id: ann, name: 'Ann' }, 0)
    const plans = await plansOf(() => markRead(db, roomId, ann, 5))
    expect(plans.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
    const forgetting = await plansOf(() => forgetOps(db, 5))
    expect(forgetting.flat()).toContainEqual(expect.stringMatching(/op_ids_age \(created_at_ms<\?\)/))
    expect(forgetting.flat().filter((step) => isWalk(step) || isSort(step))).toEqual([])
  })
})
