import { asRoomId, asUserId, type FetchHistory, LIMITS, type MessageId, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOps,
  deleteOp,
  newRoom,
  nextAt,
  nextMessageId,
  roomOf,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { fetchHistory } from './history'
import { REPLY_BYTES } from './reply-size'

const BOB = asUserId('bob')
const MAX = Number.MAX_SAFE_INTEGER
let store: MemoryStore
let roomId: RoomId

/** Seqs 1 to 20; 3, 4, 11 and 20 are deleted. */
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store)
  for (let seq = 1; seq <= 20; seq++) {
    const messageId = await say(store, roomId, 'ann', `text ${seq}`)
    if ([3, 4, 11, 20].includes(seq)) await commitOps(store, roomId, [deleteOp('ann', messageId)])
  }
})

const ask = (request: Partial<FetchHistory>, viewer = BOB) =>
  store.read((reader) => fetchHistory(reader, viewer, { roomId, ...request }))

type Page = [request: Partial<FetchHistory>, seqs: number[], fromSeq: number, toSeq: number]
const all = { includeDeleted: true }
const pages: Page[] = [
  // The newest page, and pages before a place.
  [{ limit: 3 }, [17, 18, 19], 17, 20],
  [{ limit: 3, beforeSeq: null }, [17, 18, 19], 17, 20],
  [{ limit: 3, ...all }, [18, 19, 20], 18, 20],
  [{ beforeSeq: 12, limit: 3 }, [8, 9, 10], 8, 11],
  [{ beforeSeq: 12, limit: 3, ...all }, [9, 10, 11], 9, 11],
  [{ beforeSeq: 6, limit: 3 }, [1, 2, 5], 1, 5],
  [{ beforeSeq: 6, limit: 4 }, [1, 2, 5], 1, 5],
  [{ beforeSeq: 5, limit: 2 }, [1, 2], 1, 4],
  [{ beforeSeq: 1 }, [], 1, 0],
  [{ beforeSeq: 0 }, [], 1, 0],
  [{ beforeSeq: 1, ...all }, [], 1, 0],
  [{ beforeSeq: MAX, limit: 2 }, [18, 19], 18, 20],
  // After a place.
  [{ afterSeq: 0, limit: 3 }, [1, 2, 5], 1, 5],
  [{ afterSeq: 2, limit: 2, ...all }, [3, 4], 3, 4],
  [{ afterSeq: 2, limit: 2 }, [5, 6], 3, 6],
  [{ afterSeq: 17, limit: 5 }, [18, 19], 18, 20],
  [{ afterSeq: 19, limit: 5 }, [], 20, 20],
  [{ afterSeq: 20 }, [], 21, 20],
  [{ afterSeq: 500 }, [], 21, 20],
  [{ afterSeq: MAX }, [], 21, 20],
  [{ afterSeq: MAX, ...all }, [], 21, 20],
  // Around a place.
  [{ aroundSeq: 10, limit: 4, ...all }, [9, 10, 11, 12], 9, 12],
  [{ aroundSeq: 10, limit: 4 }, [9, 10, 12, 13], 9, 13],
  [{ aroundSeq: 10, limit: 1 }, [10], 10, 10],
  [{ aroundSeq: 1, limit: 4, ...all }, [1, 2, 3, 4], 1, 4],
  [{ aroundSeq: 0, limit: 4, ...all }, [1, 2, 3, 4], 1, 4],
  [{ aroundSeq: 20, limit: 4, ...all }, [17, 18, 19, 20], 17, 20],
  [{ aroundSeq: MAX, limit: 4, ...all }, [17, 18, 19, 20], 17, 20],
  [{ aroundSeq: 20, limit: 4 }, [16, 17, 18, 19], 16, 20],
  [{ aroundSeq: 3, limit: 6 }, [1, 2, 5, 6, 7, 8], 1, 8],
]

describe('a page', () => {
  test.each(pages)('%j', async (request, seqs, fromSeq, toSeq) => {
    const page = await ask(request)
    if (!page.ok) throw new Error(page.code)
    expect(page.messages.map(({ seq }) => seq)).toEqual(seqs)
    expect(page).toMatchObject({ fromSeq, toSeq, lastSeq: 20, rev: 26, floorSeq: 1 })
    // The page's promise: every seq absent from its span is deleted.
    for (let seq = page.fromSeq; seq <= page.toSeq; seq++) {
      if (!seqs.includes(seq)) expect([3, 4, 11, 20]).toContain(seq)
      if (request.includeDeleted) expect(seqs).toContain(seq)
    }
  })

  test('around a message that is named by its id, deleted or not', async () => {
    const page = await ask({ limit: 20, ...all })
    const ids = page.ok ? page.messages.map(({ id }) => id) : []
    for (const seq of [1, 4, 12, 20]) {
      const around = await ask({ aroundId: ids[seq - 1] ?? nextMessageId(), limit: 3, ...all })
      expect(around).toMatchObject({ aroundSeq: seq })
      expect(around.ok && around.messages.map((row) => row.seq)).toContain(seq)
    }
  })

  test('around an id of another room, or of none, is MESSAGE_NOT_FOUND', async () => {
    const elsewhere = await say(store, await newRoom(store), 'ann', 'elsewhere')
    for (const aroundId of [elsewhere, nextMessageId()])
      expect(await ask({ aroundId })).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
  })

  test('around an id of before the reader came is the same: it says nothing about what is there', async () => {
    const { room, members } = roomOf()
    const late = members.map((member) => (member.userId === BOB ? { ...member, fromSeq: 3 } : member))
    await store.createRoom({ room, members: late })
    const ids: MessageId[] = []
    for (const text of ['1', '2', '3']) ids.push(await say(store, room.id, 'ann', text))
    const around = (seq: number) => ask({ roomId: room.id, aroundId: ids[seq - 1] ?? nextMessageId() })
    expect(await around(2)).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
    expect(await around(3)).toMatchObject({ ok: true, aroundSeq: 3 })
  })

  test('around a time begins with the first message of that time or later', async () => {
    const page = await ask({ limit: 20, ...all })
    const times = page.ok ? page.messages.map(({ createdAt }) => createdAt) : []
    for (const aroundTime of times)
      expect(await ask({ aroundTime, limit: 1 })).toMatchObject({ aroundSeq: times.indexOf(aroundTime) + 1 })
    expect(await ask({ aroundTime: '1999-01-01T00:00:00.000Z' })).toMatchObject({ aroundSeq: 1 })
    expect(await ask({ aroundTime: '2999-01-01T00:00:00.000Z' })).toMatchObject({ aroundSeq: 20 })
  })

  test('has 50 rows unless asked otherwise', async () => {
    await commitOps(
      store,
      roomId,
      Array.from({ length: 100 }, () => sendOp('ann', 'more')),
    )
    const page = await ask({})
    expect(page.ok && page.messages).toHaveLength(LIMITS.historyPageDefault)
  })

  test('of an empty room', async () => {
    const empty = await newRoom(store)
    for (const place of [{}, { afterSeq: 0 }, { aroundSeq: 5 }, { beforeSeq: 9 }, all]) {
      expect(await ask({ roomId: empty, ...place })).toMatchObject({
        messages: [],
        fromSeq: 1,
        toSeq: 0,
        lastSeq: 0,
      })
    }
  })

  test('that begins or ends with deleted rows spans them too', async () => {
    const other = await newRoom(store)
    const ids: MessageId[] = []
    for (const text of ['1', '2', '3', '4', '5']) ids.push(await say(store, other, 'ann', text))
    const edges = [ids[0], ids[1], ids[4]].flatMap((id) => (id ? [deleteOp('ann', id)] : []))
    await commitOps(store, other, edges)
    for (const place of [{}, { beforeSeq: 6 }, { afterSeq: 0 }, { aroundSeq: 3 }]) {
      const page = await ask({ roomId: other, ...place })
      expect(page.ok && page.messages.map(({ seq }) => seq)).toEqual([3, 4])
      expect(page).toMatchObject({ fromSeq: 1, toSeq: 5 })
    }
  })

  test('has reactions as the viewer sees them', async () => {
    const messageId = await say(store, roomId, 'ann', 'vote')
    const react = {
      kind: 'react',
      actor: actorOf('bob'),
      at: nextAt(),
      messageId,
      emoji: '👍',
      op: 'add',
    } as const
    await commitOps(store, roomId, [react])
    const page = await ask({ limit: 1 })
    expect(page.ok && page.messages[0]?.reactions).toEqual([
      { emoji: '👍', count: 1, users: ['bob'], mine: true },
    ])
  })

  test.each([
    { beforeSeq: 5, afterSeq: 2 },
    { beforeSeq: 5, aroundSeq: 2 },
    { afterSeq: 5, aroundSeq: 2 },
  ])('between two places is no page: %j', async (request) => {
    expect(await ask(request)).toMatchObject({ ok: false, code: 'INVALID_PAYLOAD' })
  })
})

describe('what a user may not see', () => {
  test('rooms that are missing, hidden, public but not joined, or left, with the same answer', async () => {
    const refusal = { ok: false, code: 'ROOM_NOT_FOUND' }
    const foreign = await newRoom(store, { roles: { ann: 'owner' } })
    const open = await newRoom(store, { roles: { ann: 'owner' }, type: 'public' })
    const leave = { kind: 'leave', actor: actorOf('bob'), at: nextAt(), messageId: nextMessageId() } as const
    await commitOps(store, roomId, [leave])
    for (const id of [asRoomId('nowhere'), asRoomId('__proto__'), foreign, open, roomId]) {
      expect(await ask({ roomId: id })).toEqual(refusal)
    }
  })

  test('messages from before the user returned', async () => {
    const base = { actor: actorOf('ann'), at: nextAt() }
    await commitOps(store, roomId, [
      { kind: 'kick', ...base, targetId: BOB, messageId: nextMessageId() },
      { kind: 'invite', ...base, target: { id: BOB, name: 'bob' }, messageId: nextMessageId() },
      sendOp('ann', 'welcome'),
    ])
    for (const place of [
      {},
      { beforeSeq: 23 },
      { afterSeq: 0 },
      { aroundSeq: 5 },
      { ...all, aroundSeq: 22 },
    ]) {
      const page = await ask(place)
      expect(page.ok && page.messages.every(({ seq }) => seq >= 22)).toBe(true)
      expect(page).toMatchObject({ floorSeq: 22 })
    }
    expect(await ask({ beforeSeq: 10 })).toMatchObject({ messages: [], fromSeq: 22, toSeq: 21 })
  })
})

describe('a page of long messages (P12)', () => {
  const TEXT = 'x'.repeat(1_000)
  /** Two of these with their other fields, and no third. */
  const TWO = 3_000
  beforeEach(async () => {
    roomId = await newRoom(store)
    for (let seq = 1; seq <= 10; seq++) await say(store, roomId, 'ann', TEXT)
  })
  const askFor = (request: Partial<FetchHistory>, bytes = TWO) =>
    store.read((reader) => fetchHistory(reader, BOB, { roomId, ...request }, bytes))

  const cut: Page[] = [
    [{}, [9, 10], 9, 10],
    [{ beforeSeq: 5 }, [3, 4], 3, 4],
    [{ beforeSeq: 5, ...all }, [3, 4], 3, 4],
    [{ beforeSeq: 2 }, [1], 1, 1],
    [{ afterSeq: 4 }, [5, 6], 5, 6],
    [{ afterSeq: 4, ...all }, [5, 6], 5, 6],
    // One up to it, and one past it.
    [{ aroundSeq: 5 }, [5, 6], 5, 6],
  ]
  test.each(cut)('ends where it is full: %j', async (request, seqs, fromSeq, toSeq) => {
    const page = await askFor(request)
    expect(page).toMatchObject({ fromSeq, toSeq, lastSeq: 10 })
    expect(page.ok && page.messages.map(({ seq }) => seq)).toEqual(seqs)
  })

  test('always holds one, so that a reader gets to the end', async () => {
    expect(await askFor({ afterSeq: 4 }, 1)).toMatchObject({ fromSeq: 5, toSeq: 5 })
    expect(await askFor({ beforeSeq: 4 }, 1)).toMatchObject({ fromSeq: 3, toSeq: 3 })
    expect(await askFor({ aroundSeq: 4 }, 1)).toMatchObject({ fromSeq: 4, toSeq: 4 })
  })

  test('of 200 messages of the largest size is no larger than any other answer', async () => {
    const longest = 'x'.repeat(LIMITS.contentCodePoints)
    for (let seq = 1; seq <= 200; seq++) await say(store, roomId, 'ann', longest)
    const page = await ask({ limit: LIMITS.historyPage })
    expect(JSON.stringify(page).length).toBeLessThan(REPLY_BYTES + 10_000)
    expect(page.ok && page.toSeq).toBe(210)
  })
})
