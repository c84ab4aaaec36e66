import type { ShownMessage } from '@roomful/client'
import { expect, test } from 'vitest'
import { feedOf } from './feed'

const NOON = new Date(2026, 0, 15, 12, 0, 0).getTime()
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** A message `afterMs` after a noon; `seq` 0: not sent yet. */
function at(seq: number, afterMs: number, part: Partial<ShownMessage> = {}): ShownMessage {
  const createdAt = new Date(NOON + afterMs).toISOString()
  return { key: `k${seq}`, seq, senderId: 'ada', type: 'text', createdAt, ...part } as ShownMessage
}
const seqs = (
  messages: ShownMessage[],
  mark: 'startsDay' | 'startsGroup' | 'startsUnread',
  divider: number | null,
) => feedOf(messages, divider).flatMap((item) => (item[mark] ? [item.message.seq] : []))

test('a group is one sender within five minutes of its first message', () => {
  const ben = { senderId: 'ben' as ShownMessage['senderId'] }
  const messages = [
    ...[at(1, 0), at(2, 4 * MINUTE_MS), at(3, 5 * MINUTE_MS - 1), at(4, 5 * MINUTE_MS)],
    ...[at(5, 5 * MINUTE_MS, ben), at(6, 5 * MINUTE_MS)],
  ]
  expect(seqs(messages, 'startsGroup', null)).toEqual([1, 4, 5, 6])
})

test('a clock that was set back by an hour begins a group', () => {
  expect(seqs([at(1, HOUR_MS), at(2, 0), at(3, 1)], 'startsGroup', null)).toEqual([1, 2])
})

test('system messages are not grouped', () => {
  const system = { type: 'system' }
  expect(seqs([at(1, 0), at(2, 0, system), at(3, 0, system), at(4, 0)], 'startsGroup', null)).toEqual([
    1, 2, 3, 4,
  ])
})

test("days begin at midnight in the reader's time zone", () => {
  const messages = [at(1, 0), at(2, 12 * HOUR_MS - 1), at(3, 12 * HOUR_MS), at(4, 36 * HOUR_MS)]
  expect(seqs(messages, 'startsDay', null)).toEqual([1, 3, 4])
  expect(seqs(messages, 'startsGroup', null)).toEqual([1, 2, 3, 4])
})

test('the unread divider appears once, before the first after the seq, and begins a group', () => {
  const messages = [at(1, 0), at(2, 0), at(3, 0), at(4, 0)]
  expect(seqs(messages, 'startsUnread', 2)).toEqual([3])
  expect(seqs(messages, 'startsGroup', 2)).toEqual([1, 3])
  expect(seqs(messages, 'startsUnread', 0)).toEqual([1])
  expect(seqs(messages, 'startsUnread', 4)).toEqual([])
  expect(seqs(messages, 'startsUnread', null)).toEqual([])
})

test('positions are the seqs, and continue for messages without one yet', () => {
  const messages = [at(7, 0), at(8, 0), at(0, 0), at(0, 0)]
  expect(feedOf(messages, null).map(({ position }) => position)).toEqual([7, 8, 9, 10])
})
