import { asRoomId, asUserId } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RoomSummary } from '../chat-shape'
import { EMPTY_LIST, type RoomList, roomsOf, withSummary } from './room-list'

/** `at`: minutes of its last activity; null: none yet. */
function summary(id: string, at: number | null, unread: number): RoomSummary {
  const time = (minutes: number): string => new Date(minutes * 60_000).toISOString()
  const room: RoomSummary['room'] = {
    id: asRoomId(id),
    name: id,
    type: 'public',
    createdBy: null,
    createdAt: time(0),
    metadata: {},
    settings: {},
    rev: 1,
    lastSeq: 0,
  }
  const sender = { senderId: asUserId('bob'), senderName: 'Bob', type: 'text', deleted: false }
  const preview = at === null ? null : { seq: 1, ...sender, content: 'x', createdAt: time(at) }
  return { id, name: id, type: 'public', unread, failed: 0, lastSeq: 0, preview, memberCount: 1, room }
}

/** The specification of the index. */
const sorted = (rooms: Iterable<RoomSummary>): RoomSummary[] => {
  const activity = (room: RoomSummary): string =>
    `${room.preview?.createdAt ?? room.room.createdAt} ${room.id}`
  return [...rooms].sort((a, b) => (activity(a) < activity(b) ? 1 : -1))
}

const change = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map((n) => `room-${n}`),
  at: fc.option(fc.nat({ max: 20 }), { freq: 5 }),
  unread: fc.nat({ max: 5 }),
  gone: fc.boolean(),
})

test('rooms that come, move and go one by one are in the order that sorting them all would give', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const rooms = new Map<string, RoomSummary>()
      let list: RoomList = EMPTY_LIST
      for (const { id, at, unread, gone } of changes) {
        const next = gone && rooms.has(id) ? null : summary(id, at, unread)
        if (next) rooms.set(id, next)
        else rooms.delete(id)
        list = withSummary(list, id, next)
        expect(roomsOf(list)).toEqual(sorted(rooms.values()))
        expect(list.unreadTotal).toBe([...rooms.values()].reduce((sum, room) => sum + room.unread, 0))
      }
    }),
  )
})

test('one event touches one item: the others are the same objects, and no change is the same list', () => {
  let list: RoomList = EMPTY_LIST
  for (let i = 0; i < 500; i++) list = withSummary(list, `room-${i}`, summary(`room-${i}`, i, 0))
  const moved = summary('room-7', 900, 1)
  const next = withSummary(list, 'room-7', moved)
  const [first, ...others] = roomsOf(next)
  expect(first).toBe(moved)
  expect(others).toEqual(roomsOf(list).filter(({ id }) => id !== 'room-7'))
  expect(others.every((room) => roomsOf(list).includes(room))).toBe(true)
  expect(withSummary(next, 'room-7', moved)).toBe(next)
})

test('the array is made once, and again only when a room on it has changed', () => {
  const list = withSummary(EMPTY_LIST, 'room-1', summary('room-1', 1, 0))
  expect(roomsOf(list)).toBe(roomsOf({ ...list, unreadTotal: 3 }))
  expect(roomsOf(withSummary(list, 'room-1', summary('room-1', 1, 4)))).not.toBe(roomsOf(list))
})

test('a room that moves copies as much of a list of 20,000 as of one of 500', () => {
  const copied = (rooms: number): number => {
    let list: RoomList = EMPTY_LIST
    for (let i = 0; i < rooms; i++) list = withSummary(list, `room-${i}`, summary(`room-${i}`, i, 0))
    const next = withSummary(list, 'room-7', summary('room-7', rooms, 1))
    const held = new Set<unknown>([...list.order, ...list.byId])
    return [...next.order, ...next.byId].filter((chunk) => !held.has(chunk)).length
  }
  expect(copied(20_000)).toBeLessThanOrEqual(copied(500))
})
