import { asUserId, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { decide } from '../../core/decide'
import { needOf } from '../../core/need'
import type { Op, OutboxEvent } from '../../core/ops'
import type { ClaimedStream, Outbox } from '../outbox'
import type { Store } from '../port'
import { newRoom, nextId, nextMessageId, roomOf, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

/** Some stores keep what earlier tests have written: each test has its own endpoints. */
let app = ''
let audit = ''

const NOW = 1_800_000_000_000
const LEASE_MS = 60_000

function eventOf(stream: string, body: string, endpoint = app): OutboxEvent {
  return { endpoint, stream, id: nextId(), type: 'message.sent', at: NOW - 1_000, body }
}

/** Commits the ops, with an event for each of these bodies. */
function commitWith(store: Store, roomId: RoomId, ops: readonly Op[], ...bodies: readonly string[]) {
  return store.commit(roomId, needOf(ops), (facts) => ({
    ...decide(facts, ops),
    outbox: bodies.map((body) => eventOf(roomId, body)),
  }))
}

let leases = 0
const claimOf = (more: Partial<Parameters<Outbox['claim']>[0]> = {}) => ({
  ...{ endpoint: app, nowMs: NOW, lease: `lease-${++leases}`, untilMs: NOW + LEASE_MS },
  ...{ streams: 10, events: 10, ...more },
})
const bodies = (claimed: readonly ClaimedStream[]) =>
  claimed.map(({ events }) => events.map(({ body }) => body)).sort()

export function outboxContract(context: ContractContext): void {
  describe('events that wait', () => {
    beforeEach(() => {
      app = `app-${nextId()}`
      audit = `audit-${nextId()}`
    })
    waitingEvents(context)
  })
}

function waitingEvents({ store, opened }: ContractContext): void {
  const queues = async () => (await outbox().queues()).filter(({ endpoint }) => endpoint === app)
  const outbox = (): Outbox => store().outbox
  const nothing = { delivered: [], dead: [] }
  const settled = (stream: string, more: Partial<Parameters<Outbox['settle']>[0]>) =>
    outbox().settle({ endpoint: app, stream, nowMs: NOW, ...nothing, ...more })

  describe('events of a commit', () => {
    test('wait in the order of their commits', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      await commitWith(store(), roomId, [sendOp('ann', 'a'), sendOp('ann', 'b')], 'one', 'two')
      await commitWith(store(), other, [sendOp('ann', 'c')], 'elsewhere')
      await commitWith(store(), roomId, [sendOp('bob', 'd')], 'three')
      const claimed = await outbox().claim(claimOf())
      expect(bodies(claimed)).toEqual([['elsewhere'], ['one', 'two', 'three']])
      const [event] = claimed.find(({ stream }) => stream === roomId)?.events ?? []
      expect(event).toMatchObject({ endpoint: app, type: 'message.sent', at: NOW - 1_000, body: 'one' })
      expect(await queues()).toEqual([{ endpoint: app, waiting: 4, dead: 0, oldestAt: NOW - 1_000 }])
    })

    test('are not kept if the commit is not', async () => {
      const roomId = await newRoom(store())
      const op = sendOp('ann', 'a')
      const bad = store().commit(roomId, needOf([op]), (facts) => {
        const plan = { ...decide(facts, [op]), outbox: [eventOf(roomId, 'lost')] }
        const [message] = plan.messages
        if (!message) throw new Error('nothing was sent')
        // No database takes two rows of one seq; the one in memory cannot fail half-way.
        if (store().kind === 'memory') throw new Error('refused')
        return { ...plan, messages: [message, message] }
      })
      await expect(bad).rejects.toThrow()
      expect(await queues()).toEqual([])
    })

    test('survive a restart, and so do those of a retry', async () => {
      const roomId = await newRoom(store())
      await commitWith(store(), roomId, [sendOp('ann', 'a')], 'with "quotes", é and \\u0000')
      const again = (await opened().reopen?.()) ?? store()
      const [claimed] = await again.outbox.claim(claimOf())
      expect(claimed?.events.map(({ body }) => body)).toEqual(['with "quotes", é and \\u0000'])
    })
  })

  describe('events of other writes', () => {
    test('a room that is made, and not one that exists already', async () => {
      const { room, members } = roomOf()
      const outboxOf = (body: string) => [eventOf(room.id, body)]
      await store().createRoom({ room, members, outbox: outboxOf('made') })
      await store().createRoom({ room, members, outbox: outboxOf('again') })
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['made']])
    })

    test('a room that is deleted, once', async () => {
      const roomId = await newRoom(store())
      const gone = () => store().deleteRoom(roomId, asUserId('ann'), NOW, [eventOf(roomId, 'gone')])
      expect([await gone(), await gone()]).toEqual([true, false])
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['gone']])
    })

    test('a user who is stored for the first time, and never again', async () => {
      const put = (name: string, namedAt: number) =>
        store().putUser({ id: asUserId('eve'), name }, namedAt, [eventOf('user:eve', name)])
      expect(await put('Eve', 1)).toEqual({ id: 'eve', name: 'Eve', isNew: true })
      expect(await put('Eve', 2)).toEqual({ id: 'eve', name: 'Eve' })
      expect(await put('Eva', 3)).toEqual({ id: 'eve', name: 'Eva' })
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['Eve']])
    })

    test('a report, and those who see an invitation', async () => {
      const roomId = await newRoom(store())
      const report = {
        ...{ id: nextId(), roomId, messageId: nextMessageId(), reporterId: asUserId('bob'), reason: '' },
        ...{ createdAt: '2026-01-01T00:00:00.000Z', resolvedAt: null, resolvedBy: null, resolution: null },
      }
      await store().putReport(report, [eventOf(roomId, 'report')])
      const [ann, cid, dan] = [asUserId('ann'), asUserId('cid'), asUserId('dan')]
      await store().block(dan, ann, '2026-01-01T00:00:00.000Z')
      const sent = { roomId, inviterId: ann, userIds: [cid, dan], at: NOW, until: NOW + 1_000 }
      const events = (shownTo: readonly string[]) =>
        shownTo.map((userId) => eventOf(roomId, `invited ${userId}`))
      expect(await store().invite({ ...sent, outbox: events })).toEqual([cid])
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['report', 'invited cid']])
    })

    test('events of no write at all, many at once', async () => {
      const many = Array.from({ length: 300 }, (_, index) => eventOf(`user:${index % 3}`, `body ${index}`))
      await outbox().add(many)
      await outbox().add([])
      const claimed = await outbox().claim(claimOf({ events: 2 }))
      expect(bodies(claimed)).toEqual([
        ['body 0', 'body 3'],
        ['body 1', 'body 4'],
        ['body 2', 'body 5'],
      ])
      expect((await queues())[0]?.waiting).toBe(300)
    })
  })

  describe('a claim', () => {
    test('is of one endpoint, and held by one until it ends', async () => {
      await outbox().add([eventOf('room', 'for app'), eventOf('room', 'for audit', audit)])
      const [mine] = await outbox().claim(claimOf())
      expect(mine).toMatchObject({ stream: 'room', attempts: 0 })
      expect(await outbox().claim(claimOf())).toEqual([])
      expect(await outbox().claim(claimOf({ nowMs: NOW + LEASE_MS - 1 }))).toEqual([])
      expect(bodies(await outbox().claim(claimOf({ endpoint: audit })))).toEqual([['for audit']])
      const late = claimOf({ nowMs: NOW + LEASE_MS, untilMs: NOW + 2 * LEASE_MS })
      expect(bodies(await outbox().claim(late))).toEqual([['for app']])
    })

    test('an event that comes meanwhile waits behind it', async () => {
      await outbox().add([eventOf('room', 'first')])
      const claim = claimOf()
      const [held] = await outbox().claim(claim)
      await outbox().add([eventOf('room', 'second')])
      expect(await outbox().claim(claimOf())).toEqual([])
      await settled('room', { lease: claim.lease, delivered: held?.events.map(({ seq }) => seq) ?? [] })
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['second']])
    })

    test('takes those that have waited longest, and no more than it wants', async () => {
      await outbox().add([eventOf('a', '1'), eventOf('b', '2'), eventOf('c', '3')])
      const claim = claimOf()
      await outbox().claim(claim)
      for (const [index, stream] of ['c', 'b', 'a'].entries())
        await settled(stream, { lease: claim.lease, retry: { atMs: NOW + index, attempts: 1 } })
      expect(await outbox().claim(claimOf({ nowMs: NOW - 1 }))).toEqual([])
      const claimed = await outbox().claim(claimOf({ nowMs: NOW + 10, streams: 2 }))
      expect(claimed.map(({ stream }) => stream).sort()).toEqual(['b', 'c'])
    })
  })

  describe('a settlement', () => {
    async function claimedRoom() {
      await outbox().add(['one', 'two', 'three'].map((body) => eventOf('room', body)))
      const claim = claimOf()
      const [claimed] = await outbox().claim(claim)
      const [one = 0, two = 0, three = 0] = claimed?.events.map(({ seq }) => seq) ?? []
      return { one, two, three, lease: claim.lease }
    }

    test('removes what was delivered; the rest is tried when it says', async () => {
      const { one, lease } = await claimedRoom()
      await settled('room', { lease, delivered: [one], retry: { atMs: NOW + 5_000, attempts: 1 } })
      expect(await outbox().claim(claimOf({ nowMs: NOW + 4_999 }))).toEqual([])
      const [again] = await outbox().claim(claimOf({ nowMs: NOW + 5_000 }))
      expect(again?.attempts).toBe(1)
      expect(again?.events.map(({ body }) => body)).toEqual(['two', 'three'])
    })

    test('of a lease that has passed on removes what was delivered, and no more', async () => {
      const { one, lease } = await claimedRoom()
      const next = claimOf({ nowMs: NOW + LEASE_MS, untilMs: NOW + 2 * LEASE_MS })
      await outbox().claim(next)
      await settled('room', { lease, delivered: [one], retry: { atMs: NOW, attempts: 7 } })
      expect(await outbox().claim(claimOf({ nowMs: NOW + LEASE_MS }))).toEqual([])
      await settled('room', { lease: next.lease })
      const [again] = await outbox().claim(claimOf())
      expect(again?.attempts).toBe(0)
      expect(again?.events.map(({ body }) => body)).toEqual(['two', 'three'])
    })

    test('of all leaves nothing', async () => {
      const { one, two, three, lease } = await claimedRoom()
      await settled('room', { lease, delivered: [one, two, three] })
      await settled('room', { lease, delivered: [one, two, three] })
      expect(await queues()).toEqual([])
      expect(await outbox().oldest(app, { limit: 10 })).toEqual([])
    })

    test('buries the dead, which can be replayed at their old place', async () => {
      const { one, two, lease } = await claimedRoom()
      await settled('room', {
        lease,
        dead: [
          { seq: one, reason: 'too old' },
          { seq: two, reason: 'gone' },
        ],
      })
      const letters = await outbox().dead(app, { limit: 10 })
      expect(letters.map(({ body, deadAt, reason }) => [body, deadAt, reason])).toEqual([
        ['one', NOW, 'too old'],
        ['two', NOW, 'gone'],
      ])
      expect(await outbox().dead(app, { after: one, limit: 10 })).toEqual(letters.slice(1))
      expect(await queues()).toMatchObject([{ waiting: 1, dead: 2 }])
      const ids = letters.slice(1).map(({ id }) => id)
      expect(await outbox().replay(app, { nowMs: NOW + 9, limit: 10, ids })).toBe(1)
      expect(await outbox().replay(app, { nowMs: NOW + 9, limit: 10, ids })).toBe(0)
      expect(await outbox().replay(audit, { nowMs: NOW, limit: 10 })).toBe(0)
      const claim = claimOf()
      const [back] = await outbox().claim(claim)
      expect(back?.events.map(({ body, at }) => [body, at])).toEqual([
        ['two', NOW + 9],
        ['three', NOW - 1_000],
      ])
      expect(await outbox().replay(app, { nowMs: NOW, limit: 10 })).toBe(1)
      expect(await queues()).toMatchObject([{ waiting: 3, dead: 0 }])
      await settled('room', { lease: claim.lease })
      expect(bodies(await outbox().claim(claimOf()))).toEqual([['one', 'two', 'three']])
    })
  })

  test('what waits after a failure is tried at once when it is woken, but not what is held', async () => {
    await outbox().add([eventOf('failing', 'a'), eventOf('held', 'b')])
    const claim = claimOf()
    await outbox().claim(claim)
    await settled('failing', { lease: claim.lease, retry: { atMs: NOW + 86_400_000, attempts: 9 } })
    await outbox().wake(app, NOW)
    const claimed = await outbox().claim(claimOf())
    expect(claimed.map(({ stream, attempts }) => [stream, attempts])).toEqual([['failing', 0]])
  })

  test('the oldest come first, of all streams', async () => {
    await outbox().add([eventOf('b', '1'), eventOf('a', '2'), eventOf('b', '3'), eventOf('a', '4', audit)])
    const oldest = await outbox().oldest(app, { limit: 2 })
    expect(oldest.map(({ stream, body }) => [stream, body])).toEqual([
      ['b', '1'],
      ['a', '2'],
    ])
  })

  test('dead letters are forgotten by age and number, some at a time', async () => {
    await outbox().add(['1', '2', '3', '4', '5'].map((body) => eventOf('room', body)))
    const seqs = (await outbox().oldest(app, { limit: 5 })).map(({ seq }) => seq)
    for (const [index, seq] of seqs.entries())
      await settled('room', { nowMs: NOW + index, dead: [{ seq, reason: 'too old' }] })
    const left = async () => (await outbox().dead(app, { limit: 10 })).map(({ body }) => body)
    expect(await outbox().forgetDead(app, { beforeMs: NOW, keep: 5, limit: 10 })).toBe(0)
    expect(await outbox().forgetDead(app, { beforeMs: NOW + 2, keep: 5, limit: 1 })).toBe(1)
    expect(await left()).toEqual(['2', '3', '4', '5'])
    expect(await outbox().forgetDead(app, { beforeMs: NOW + 2, keep: 5, limit: 10 })).toBe(1)
    expect(await outbox().forgetDead(app, { beforeMs: NOW + 2, keep: 1, limit: 10 })).toBe(2)
    expect(await outbox().forgetDead(audit, { beforeMs: NOW + 2, keep: 0, limit: 10 })).toBe(0)
    expect(await left()).toEqual(['5'])
  })

  test('many who claim at the same time get each stream once', async () => {
    const streams = Array.from({ length: 20 }, (_, index) => `room-${index}`)
    await outbox().add(streams.map((stream) => eventOf(stream, stream)))
    const claims = await Promise.all(streams.map(() => outbox().claim(claimOf({ streams: 3 }))))
    const got = claims.flat().map(({ stream }) => stream)
    expect(new Set(got).size).toBe(got.length)
    const rest = (await outbox().claim(claimOf({ streams: 20 }))).map(({ stream }) => stream)
    expect([...got, ...rest].sort()).toEqual([...streams].sort())
  })

  test('events that are added while their stream ends are not stranded', async () => {
    for (let round = 0; round < 10; round++) {
      await outbox().add([eventOf('room', `${round}`)])
      const claim = claimOf()
      const [claimed] = await outbox().claim(claim)
      const delivered = claimed?.events.map(({ seq }) => seq) ?? []
      await Promise.all([
        settled('room', { lease: claim.lease, delivered }),
        outbox().add([eventOf('room', `${round} again`)]),
      ])
      const next = claimOf()
      const [again] = await outbox().claim(next)
      expect(again?.events.map(({ body }) => body)).toEqual([`${round} again`])
      await settled('room', { lease: next.lease, delivered: again?.events.map(({ seq }) => seq) ?? [] })
    }
  })
}
