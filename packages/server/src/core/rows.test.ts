import { asMessageId, asRoomId, asUserId, LIMITS, type UserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { StoredMessage } from './ops'
import { toPreview } from './preview'
import { tombstoneOf, toWire } from './stored-message'
import { countUnread, isUnread } from './unread'

const users = Array.from({ length: 25 }, (_, index) => asUserId(`user${index}`))
const stored: StoredMessage = {
  id: asMessageId('message'),
  roomId: asRoomId('room'),
  seq: 5,
  rev: 9,
  senderId: asUserId('ann'),
  senderName: 'Ann',
  type: 'text',
  content: 'hi',
  replyTo: null,
  metadata: { a: 1 },
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  deleted: false,
  reactions: [{ emoji: '👍', users }],
}

describe('toWire', () => {
  test('counts all reactions and names the first 20, the same for all', () => {
    expect(toWire(stored).reactions).toEqual([
      { emoji: '👍', count: 25, users: users.slice(0, LIMITS.reactionUsers) },
    ])
  })

  test('shows a viewer which are theirs, also past the first 20', () => {
    expect(toWire(stored, users[24]).reactions[0]?.mine).toBe(true)
    expect(toWire(stored, asUserId('ann')).reactions[0]?.mine).toBe(false)
  })

  test('of an older row: two spellings of one emoji are one reaction, each user counted once', () => {
    const [ann, bob, eve] = ['ann', 'bob', 'eve'].map(asUserId) as [UserId, UserId, UserId]
    const older = [
      { emoji: '❤', users: [ann, bob] },
      { emoji: '👍', users: [eve] },
      { emoji: '❤️', users: [bob, eve] },
    ]
    expect(toWire({ ...stored, reactions: older }, eve).reactions).toEqual([
      { emoji: '❤', count: 3, users: [ann, bob, eve], mine: true },
      { emoji: '👍', count: 1, users: [eve], mine: true },
    ])
  })
})

test('a tombstone keeps everything but content, metadata and reactions', () => {
  const { metadata: _, ...kept } = stored
  expect(tombstoneOf(stored)).toEqual({ ...kept, content: '', deleted: true, reactions: [] })
})

test.each([
  ['x'.repeat(200), 'x'.repeat(200)],
  ['x'.repeat(201), 'x'.repeat(200)],
  ['😀'.repeat(201), '😀'.repeat(200)],
  [`x${'😀'.repeat(150)}`, `x${'😀'.repeat(150)}`],
])('a preview cuts %j', (content, cut) => {
  expect(toPreview({ ...stored, content }).content).toBe(cut)
})

describe('unread', () => {
  const reader = { userId: asUserId('bob'), lastReadSeq: 3, fromSeq: 1 }
  test.each([
    ['a message of another past the cursor', {}, {}, true],
    ['a message at the cursor', { seq: 3 }, {}, false],
    ['his own', { senderId: asUserId('bob') }, {}, false],
    ['a deleted one', { deleted: true }, {}, false],
    ['a system message', { type: 'system' }, {}, false],
    ['one from before he came', {}, { fromSeq: 6 }, false],
    ['the first one he may see', {}, { fromSeq: 5 }, true],
  ])('%s', (_, message, member, expected) => {
    expect(isUnread({ ...stored, ...message }, { ...reader, ...member })).toBe(expected)
  })

  test('is counted no further than the cap', () => {
    let looked = 0
    function* many() {
      for (let seq = 1; ; seq++) {
        looked = seq
        yield { ...stored, seq }
      }
    }
    expect(countUnread(many(), reader, 10)).toBe(10)
    expect(looked).toBe(13)
  })
})
