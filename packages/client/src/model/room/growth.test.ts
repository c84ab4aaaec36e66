import { asClientId, asMessageId, asRoomId, asUserId, type Member, type Message } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { ChatError } from '../chat-error'
import { withAge } from '../outbox/ageing'
import { readSeqOf } from '../outbox/enqueue'
import type { SendEntry } from '../outbox/entry'
import { nextOutboxStep } from '../outbox/next-outbox-step'
import { outboxWith, REFUSED_MAX } from '../outbox/outbox'
import { summaryOf } from '../room-list/room-list'
import { addRange, emptyTimeline } from '../rows/timeline'
import { sampleRow, sampleRows } from '../rows/timeline/sample-rows'
import { unreadOf } from '../unread/unread-rows'
import { createRoomView } from '../view/room-view'
import { reduceRoom } from './reduce-room'
import { newRoom, type RoomModel } from './room-model'

// The cost of an event is measured in rows, entries and members that it reads, never in time: the counts of a small
// room and of a large one are compared.

const NOW = 1_800_000_000_000
const ME = 'me'

/** The object, with each read of `field` counted. */
function watched<T extends object>(subject: T, field: keyof T, visits: { count: number }): T {
  const value = subject[field]
  const get = () => {
    visits.count++
    return value
  }
  return Object.defineProperty({ ...subject }, field, { get, enumerable: true, configurable: true })
}

/** Open and live, with these rows held. */
function liveRoom(held: readonly Message[], lastReadSeq: number): RoomModel {
  const last = held.at(-1)?.seq ?? 0
  const options = { me: ME, connection: 'up', windowSize: 1_000_000, hasStore: false } as const
  const { rows, sync, unread, view, ...room } = newRoom('r1', options)
  const timeline = addRange(emptyTimeline, { from: 1, to: Math.max(1, last) }, held)
  return {
    ...room,
    rows: { ...rows, timeline, tail: last, lastSeq: last },
    sync: { ...sync, subscription: 'synced', cursor: last, highestSeenRev: last },
    unread: { ...unread, throughSeq: last, lastReadSeq },
    view: { ...view, opened: true },
  }
}

const live = (model: RoomModel, message: Message): RoomModel =>
  reduceRoom(model, { type: 'changes', changes: [{ rev: message.rev, kind: 'message', message }], now: NOW })

const sendOf = (i: number): SendEntry => ({
  kind: 'send',
  id: asClientId(`client-${i}`),
  order: i,
  state: { at: 'ready' },
  attempts: 0,
  mayHaveBeenEmitted: true,
  content: `message ${i}`,
  replyTo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  wantedAt: NOW,
  serverAt: null,
})

/** Entries read during one send, its confirmation, and all reads of the outbox meanwhile, with this many waiting. */
function looksAtEntries(pending: number): number {
  const visits = { count: 0 }
  const entries = Array.from({ length: pending }, (_, i) => watched(sendOf(i + 1), 'kind', visits))
  const base = liveRoom(sampleRows(1, 10), 10)
  let model: RoomModel = { ...base, outbox: outboxWith(base.outbox, entries) }
  const view = createRoomView()
  view(model)
  const ages = { maxAgeMs: 1_000_000, serverAheadMs: null }
  const look = (): void => {
    view(model)
    summaryOf(model, undefined)
    readSeqOf(model)
    withAge(model.outbox, nextOutboxStep(model, NOW), NOW, ages)
  }
  look()
  visits.count = 0
  const { order: _, state: __, attempts: ___, mayHaveBeenEmitted: ____, ...command } = sendOf(pending + 1)
  model = reduceRoom(model, { type: 'enqueued', command, order: pending + 1 })
  look()
  model = reduceRoom(model, { type: 'picked', ids: [asClientId('client-1')] })
  look()
  const row = { ...sampleRow(11, 11), senderId: asUserId(ME), clientId: asClientId('client-1') }
  model = reduceRoom(model, { type: 'answered', answers: [{ id: row.clientId, row }], now: NOW, random: 0 })
  look()
  expect(model.outbox.entries.size).toBe(pending)
  return visits.count
}

test('a send reads no more entries when 10,000 wait than when 300 do', () => {
  expect(looksAtEntries(10_000)).toBeLessThanOrEqual(looksAtEntries(300) * 1.3)
})

test('own sends leave nothing behind: after 1,000 of them a room is as large as after 400', () => {
  const sizesAfter = (sends: number) => {
    let model = liveRoom(sampleRows(1, 10), 10)
    for (let i = 1; i <= sends; i++) {
      const { order, state: _, attempts: __, mayHaveBeenEmitted: ___, ...command } = sendOf(i)
      model = reduceRoom(model, { type: 'enqueued', command, order })
      model = reduceRoom(model, { type: 'picked', ids: [command.id] })
      const row = { ...sampleRow(10 + i, 10 + i), senderId: asUserId(ME), clientId: command.id }
      model = reduceRoom(model, {
        type: 'answered',
        answers: [{ id: row.clientId, row }],
        now: NOW,
        random: 0,
      })
    }
    const { entries, outcomes, refused } = model.outbox
    return [
      entries.size,
      outcomes.length,
      refused.size,
      model.rows.pastTail.length,
      entries.memo.orders.size < 600,
    ]
  }
  expect(sizesAfter(1_000)).toEqual(sizesAfter(400))
})

test('why changes were refused is remembered of the latest messages only', () => {
  let model = liveRoom(sampleRows(1, 10), 10)
  const error = new ChatError('FORBIDDEN', 'Not yours')
  for (let i = 1; i <= REFUSED_MAX + 50; i++) {
    const id = asClientId(`client-${i}`)
    const target = { id: asMessageId(`m${i}`) }
    model = reduceRoom(model, { type: 'enqueued', command: { kind: 'delete', id, target }, order: i })
    model = reduceRoom(model, { type: 'answered', answers: [{ id, error }], now: NOW, random: 0 })
  }
  expect([...model.outbox.refused.keys()].slice(-1)).toEqual([`m${REFUSED_MAX + 50}`])
  expect(model.outbox.refused.size).toBe(REFUSED_MAX)
})

/** Rows read for the unread count while a message arrives and one is read, with this many unread. */
function looksAtUnread(unread: number): number {
  const visits = { count: 0 }
  // System messages do not count, so that no cap ends the reads.
  const rows = sampleRows(1, unread).map((row) => watched({ ...row, type: 'system' }, 'deleted', visits))
  let model = live(liveRoom(rows, 0), sampleRow(unread + 1, unread + 1))
  unreadOf(model, readSeqOf(model))
  visits.count = 0
  model = live(model, sampleRow(unread + 2, unread + 2))
  unreadOf(model, readSeqOf(model))
  summaryOf(model, undefined)
  model = reduceRoom(model, {
    type: 'answered',
    answers: [{ id: asClientId('c'), read: { seq: 1, unread: 99 } }],
    now: NOW,
    random: 0,
  })
  unreadOf(model, readSeqOf(model))
  return visits.count
}

test('a message reads no more rows when 5,000 are unread than when 300 are', () => {
  expect(looksAtUnread(5_000)).toBeLessThanOrEqual(looksAtUnread(300) * 1.3)
})

/** A map that counts how many of its entries are read. */
class WatchedMap<K, V> extends Map<K, V> {
  visits = 0
  override *[Symbol.iterator](): MapIterator<[K, V]> {
    for (const entry of super[Symbol.iterator]()) {
      this.visits++
      yield entry
    }
    return undefined
  }
}

test('one event with the receipts of 1,000 readers copies the map once', () => {
  const reads = new WatchedMap<string, number>()
  for (let i = 0; i < 1_000; i++) reads.set(`user-${i}`, 1)
  const room = liveRoom(sampleRows(1, 10), 10)
  const model = { ...room, people: { ...room.people, reads } }
  const event = Object.fromEntries([...reads.keys()].map((id) => [id, 10]))
  const after = reduceRoom(model, { type: 'reads', reads: event })
  expect([...after.people.reads.values()]).toEqual(Array.from({ length: 1_000 }, () => 10))
  expect(reads.visits).toBe(1_000)
})

test('an answer with 1,000 members copies the map of members once', () => {
  const members = new WatchedMap<string, Member>()
  const memberOf = (i: number, rev: number): Member => ({
    roomId: asRoomId('r1'),
    userId: asUserId(`user-${i}`),
    name: `User ${i}`,
    role: 'member',
    joinedAt: '2026-01-01T00:00:00.000Z',
    lastReadSeq: rev,
    fromSeq: 1,
    rev,
  })
  for (let i = 0; i < 1_000; i++) members.set(`user-${i}`, memberOf(i, 1))
  const room = liveRoom(sampleRows(1, 10), 10)
  const roster = { ...room.people.roster, to: '', want: 1_000 }
  const asked = reduceRoom(
    { ...room, people: { ...room.people, members, roster } },
    { type: 'members-asked' },
  )
  members.visits = 0
  const after = reduceRoom(asked, {
    type: 'members-answered',
    no: asked.sync.lastRequestNo,
    page: { ok: true, members: Array.from({ length: 1_000 }, (_, i) => memberOf(i, 5)), rev: 10 },
    now: NOW,
    random: 0,
  })
  expect(after.people.members.get('user-999')?.rev).toBe(5)
  expect(members.visits).toBe(1_000)
})
