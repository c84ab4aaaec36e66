import { asRoomId, asUserId, type Delta, LIMITS, type RoomId, Sync, type SyncAck } from '@roomful/protocol'
import * as v from 'valibot'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Op } from '../core/ops'
import {
  actorOf,
  commitOps,
  deleteOp,
  editOp,
  newRoom,
  nextAt,
  nextMessageId,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { Reader } from '../stores/port'
import { type SyncContext, sync } from './sync'

const BOB = asUserId('bob')
let store: MemoryStore
let queries: string[]
beforeEach(() => {
  store = createMemoryStore({ epoch: 'epoch-1' })
  queries = []
})

type Cursor = Sync['rooms'][string]
const fresh: Cursor = { rev: 0, minSeq: 0, maxSeq: 0 }

/** Decoded as on the server's border, so that no test asks what a client could not. */
function ask(rooms: Record<string, Cursor>, rest: Partial<Sync> = {}, context: Partial<SyncContext> = {}) {
  const request = v.parse(Sync, JSON.parse(JSON.stringify({ rooms, ...rest })))
  return store.read((reader) => {
    const counting = new Proxy(reader, {
      get(target, name: keyof Reader) {
        const read = target[name]
        if (read) queries.push(name)
        return read?.bind(target)
      },
    })
    return sync(counting, { viewer: BOB, epoch: store.epoch, ...context }, request)
  })
}

async function deltaOf(roomId: RoomId, cursor: Cursor, rest: Partial<Sync> = {}): Promise<Delta> {
  const delta = (await ask({ [roomId]: cursor }, rest)).rooms[roomId]
  if (!delta) throw new Error('the room was not answered')
  return delta
}

const sendMany = (roomId: RoomId, count: number, name = 'ann') =>
  commitOps(
    store,
    roomId,
    Array.from({ length: count }, (_, index) => sendOp(name, `text ${index}`)),
  )
const seqs = (rows: Delta['tail']): number[] => rows.map(({ seq }) => seq)
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const onBob = (kind: 'kick' | 'invite'): Op => {
  const base = { actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() }
  return kind === 'kick'
    ? { kind, ...base, targetId: BOB }
    : { kind, ...base, target: { id: BOB, name: 'bob' } }
}

describe('a room asked for the first time', () => {
  test('gives all of a short history, the members and the room', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    const delta = await deltaOf(roomId, fresh)
    expect(delta).toMatchObject({
      rev: 5,
      lastSeq: 3,
      patch: [],
      tailFrom: 1,
      limited: false,
      unread: 3,
      floorSeq: 1,
    })
    expect(seqs(delta.tail)).toEqual([1, 2, 3])
    expect(delta.members?.map(({ userId }) => userId)).toEqual(['ann', 'bob'])
    expect(delta.reads).toEqual({ ann: 0 })
    expect(delta.room).toMatchObject({ id: roomId, rev: 5 })
    expect(delta).not.toHaveProperty('reset')
  })

  test.each([
    [LIMITS.syncTail, 1, LIMITS.syncTail, false],
    [LIMITS.syncTail + 1, LIMITS.syncTail + 2 - LIMITS.syncTailLimited, LIMITS.syncTailLimited, true],
  ])('with %i messages begins at %i, with %i rows, limited: %s', async (count, tailFrom, rows, limited) => {
    const roomId = await newRoom(store)
    await sendMany(roomId, count)
    const delta = await deltaOf(roomId, fresh)
    expect(delta).toMatchObject({ tailFrom, limited, lastSeq: count })
    expect(seqs(delta.tail)).toEqual(range(tailFrom, count))
    expect(delta.tail).toHaveLength(rows)
  })

  test('that is empty', async () => {
    const delta = await deltaOf(await newRoom(store), fresh)
    expect(delta).toMatchObject({ rev: 2, lastSeq: 0, tail: [], tailFrom: 1, limited: false })
  })
})

describe('what was missed', () => {
  test('is changed rows within the window, by rev, and all rows past it, tombstones too', async () => {
    const roomId = await newRoom(store)
    const ids = []
    for (const text of ['1', '2', '3', '4', '5']) ids.push(await say(store, roomId, 'ann', text))
    const [one, two, three] = ids
    if (!one || !two || !three) throw new Error('five were sent')
    const six = sendOp('ann', '6')
    await commitOps(store, roomId, [
      editOp('ann', three, 'edited 3'),
      six,
      deleteOp('ann', two),
      editOp('ann', one, 'outside of the window'),
      deleteOp('ann', six.id),
    ])
    const delta = await deltaOf(roomId, { rev: 7, minSeq: 2, maxSeq: 4 })
    expect(delta.patch.map(({ seq, rev, content }) => [seq, rev, content])).toEqual([
      [3, 8, 'edited 3'],
      [2, 10, ''],
    ])
    expect(delta).toMatchObject({ rev: 12, lastSeq: 6, tailFrom: 5, limited: false })
    expect(delta.tail.map(({ seq, deleted }) => [seq, deleted])).toEqual([
      [5, false],
      [6, true],
    ])
    expect(delta).not.toHaveProperty('members')
  })

  test('has all members for a reader who holds none, even if nothing has happened', async () => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'member', cid: 'member' } })
    const { rev } = await deltaOf(roomId, fresh)
    const delta = await deltaOf(roomId, { rev, minSeq: 0, maxSeq: 0, members: true })
    expect(delta.members?.map(({ userId }) => userId)).toEqual(['ann', 'bob', 'cid'])
    expect(delta).toMatchObject({ rev, patch: [] })
    expect(delta).not.toHaveProperty('reset')
  })

  test('has the read cursors of an open room also for a reader who only lacks rows', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    const { rev } = await deltaOf(roomId, fresh)
    const context = { openRooms: new Set([roomId]) }
    const { rooms } = await ask({ [roomId]: { rev, minSeq: 1, maxSeq: 2 } }, {}, context)
    expect(rooms[roomId]).toMatchObject({ tail: [{ seq: 3 }], reads: { ann: 0 } })
  })

  test('names the members that changed, the removed among them', async () => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'member', cid: 'member' } })
    const base = { actor: actorOf('ann'), at: nextAt() }
    await commitOps(store, roomId, [
      { kind: 'kick', ...base, targetId: asUserId('cid'), messageId: nextMessageId() },
      { kind: 'set-role', ...base, targetId: BOB, role: 'admin' },
    ])
    const delta = await deltaOf(roomId, { rev: 3, minSeq: 0, maxSeq: 0 })
    expect(delta.members).toMatchObject([
      { userId: 'bob', role: 'admin' },
      { userId: 'cid', removed: 'kicked' },
    ])
    expect(delta.reads).toEqual({ ann: 0 })
  })

  test('has reactions as this viewer sees them', async () => {
    const roomId = await newRoom(store)
    const messageId = await say(store, roomId, 'ann', 'vote')
    const react = (name: string): Op => ({
      kind: 'react',
      actor: actorOf(name),
      at: nextAt(),
      messageId,
      emoji: '👍',
      op: 'add',
    })
    await commitOps(store, roomId, [react('ann'), react('bob')])
    const delta = await deltaOf(roomId, { rev: 3, minSeq: 1, maxSeq: 1 })
    expect(delta.patch[0]?.reactions).toEqual([{ emoji: '👍', count: 2, users: ['ann', 'bob'], mine: true }])
  })

  test('past 200 rows leaves a hole and takes the newest 50; changes in the window are still sent', async () => {
    const roomId = await newRoom(store)
    const messageId = await say(store, roomId, 'ann', 'old')
    await sendMany(roomId, 250)
    await commitOps(store, roomId, [editOp('ann', messageId, 'edited')])
    const delta = await deltaOf(roomId, { rev: 3, minSeq: 1, maxSeq: 1 })
    expect(delta.patch).toMatchObject([{ seq: 1, content: 'edited' }])
    expect(delta).toMatchObject({ limited: true, tailFrom: 202 })
    expect(seqs(delta.tail)).toEqual(range(202, 251))
  })

  test('past 500 changed rows is in pages, of which only the last has tail and head', async () => {
    const roomId = await newRoom(store)
    const sent = await sendMany(roomId, 1_200)
    const edits = sent.messages.slice(0, 1_100).map(({ id }) => editOp('ann', id, 'edited'))
    await commitOps(store, roomId, edits)
    await sendMany(roomId, 2)
    const cursor = { rev: 1_202, minSeq: 1, maxSeq: 1_200 }
    const first = await deltaOf(roomId, cursor)
    expect(first).toMatchObject({ tail: [], limited: false, cont: 'p1.1702' })
    expect(first).not.toHaveProperty('room')
    // A row of the first page changes between the pages: it appears again.
    await commitOps(store, roomId, [
      deleteOp('ann', edits[0]?.kind === 'edit' ? edits[0].messageId : nextMessageId()),
    ])
    const second = await deltaOf(roomId, { ...cursor, cont: first.cont ?? '' })
    expect(second.cont).toBe('p2.2202')
    const third = await deltaOf(roomId, { ...cursor, cont: second.cont ?? '' })
    expect(third).not.toHaveProperty('cont')
    expect(third).toMatchObject({ rev: 2_305, tailFrom: 1_201 })
    expect(seqs(third.tail)).toEqual([1_201, 1_202])
    const patched = [first, second, third].flatMap(({ patch }) => patch.map(({ seq }) => seq))
    expect(patched).toEqual([...range(1, 1_100), 1])
    expect(third.patch.at(-1)).toMatchObject({ seq: 1, deleted: true })
  })

  test('an invalid token starts at the first page; too many pages start anew', async () => {
    const roomId = await newRoom(store)
    const messageId = await say(store, roomId, 'ann', 'old')
    await commitOps(store, roomId, [editOp('ann', messageId, 'edited')])
    const cursor = { rev: 3, minSeq: 1, maxSeq: 1 }
    expect((await deltaOf(roomId, { ...cursor, cont: 'x' })).patch).toHaveLength(1)
    expect(await deltaOf(roomId, { ...cursor, cont: 'p10.3' })).toMatchObject({ reset: true, patch: [] })
  })
})

describe('reset', () => {
  const whole = { reset: true, patch: [], tailFrom: 1, limited: false }

  test.each([
    ['the epoch is another', { rev: 5, minSeq: 1, maxSeq: 3 }, { epoch: 'epoch-0' }],
    [
      'the epoch is another and only a cursor is left',
      { rev: 5, minSeq: 0, maxSeq: 0 },
      { epoch: 'epoch-0' },
    ],
    ['the cursor is ahead of the head', { rev: 6, minSeq: 1, maxSeq: 3 }, {}],
    ['the window is ahead of the head', { rev: 5, minSeq: 1, maxSeq: 4 }, {}],
  ])('when %s', async (_, cursor, rest) => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    const delta = await deltaOf(roomId, cursor, rest)
    expect(delta).toMatchObject({ ...whole, rev: 5, lastSeq: 3, room: { id: roomId } })
    expect(seqs(delta.tail)).toEqual([1, 2, 3])
    expect(delta.members).toHaveLength(2)
  })

  test('not when the epoch is the same, not named, or the client has nothing yet', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    const cursor = { rev: 5, minSeq: 1, maxSeq: 3 }
    for (const delta of [
      await deltaOf(roomId, cursor, { epoch: 'epoch-1' }),
      await deltaOf(roomId, cursor),
      await deltaOf(roomId, fresh, { epoch: 'epoch-0' }),
    ]) {
      expect(delta).not.toHaveProperty('reset')
    }
  })

  test('when the user left and returned: nothing from before is sent', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    await commitOps(store, roomId, [onBob('kick'), sendOp('ann', 'behind his back'), onBob('invite')])
    await sendMany(roomId, 2)
    const delta = await deltaOf(roomId, { rev: 5, minSeq: 1, maxSeq: 3 })
    expect(delta).toMatchObject({
      reset: true,
      patch: [],
      floorSeq: 6,
      tailFrom: 6,
      limited: false,
      unread: 2,
    })
    expect(seqs(delta.tail)).toEqual([6, 7, 8])
    // A client that holds nothing older need not drop anything.
    const empty = await deltaOf(roomId, { rev: 5, minSeq: 0, maxSeq: 0 })
    expect(empty).not.toHaveProperty('reset')
    expect(seqs(empty.tail)).toEqual([6, 7, 8])
  })

  test('when so many members changed that a delta cannot name them', async () => {
    const roomId = await newRoom(store, { type: 'public' })
    const joins = range(1, 210).flatMap((index): Op[] => {
      const base = { actor: actorOf(`user${index}`), at: nextAt(), messageId: nextMessageId() }
      return [
        { kind: 'join', ...base },
        { kind: 'leave', ...base, messageId: nextMessageId() },
      ]
    })
    await commitOps(store, roomId, joins)
    const delta = await deltaOf(roomId, { rev: 2, minSeq: 0, maxSeq: 0 })
    expect(delta).toMatchObject({ reset: true, limited: true })
    expect(delta.members?.map(({ userId }) => userId)).toEqual(['ann', 'bob'])
  })
})

describe('all rooms in one round trip', () => {
  test('quiet rooms cost no extra query, and still have read cursor and unread', async () => {
    const rooms = []
    for (const _ of range(1, 20)) {
      const roomId = await newRoom(store)
      await sendMany(roomId, 3)
      rooms.push(roomId)
    }
    await store.markRead(rooms[0] ?? asRoomId('x'), BOB, 2)
    const cursors = Object.fromEntries(rooms.map((roomId) => [roomId, { rev: 5, minSeq: 1, maxSeq: 3 }]))
    const ack = await ask(cursors)
    expect(queries).toEqual(['memberships', 'unread'])
    expect(Object.keys(ack.rooms)).toHaveLength(20)
    expect(rooms.map((roomId) => ack.rooms[roomId]?.unread)).toEqual([1, ...Array(19).fill(3)])
    expect(ack.rooms[rooms[0] ?? '']).toMatchObject({ lastReadSeq: 2, patch: [], tail: [], tailFrom: 4 })
  })

  test('the list costs one query more, also beside 20 cursors', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    const ack = await ask({ [roomId]: { rev: 5, minSeq: 1, maxSeq: 3 } }, { list: true })
    expect(queries).toEqual(['roomsOf', 'unread', 'previews'])
    expect(ack.list).toMatchObject([
      { room: { id: roomId }, role: 'member', unread: 3, preview: { seq: 3, content: 'text 2' } },
    ])
  })

  test('read cursors of an open room are sent though nothing else changed', async () => {
    const roomId = await newRoom(store)
    await sendMany(roomId, 3)
    await store.markRead(roomId, asUserId('ann'), 2)
    const cursors = { [roomId]: { rev: 5, minSeq: 1, maxSeq: 3 } }
    expect((await ask(cursors)).rooms[roomId]).not.toHaveProperty('reads')
    const open = await ask(cursors, {}, { openRooms: new Set([roomId]) })
    expect(open.rooms[roomId]?.reads).toEqual({ ann: 2 })
  })

  test('missing, hidden and left rooms are removed, with or without the list', async () => {
    const [mine, foreign, left] = [
      await newRoom(store),
      await newRoom(store, { roles: { ann: 'owner' }, type: 'public' }),
      await newRoom(store),
    ]
    await commitOps(store, left, [onBob('kick')])
    const cursors = { [mine]: fresh, [foreign]: fresh, [left]: fresh, nowhere: fresh, 'not an id': fresh }
    for (const rest of [{}, { list: true } as const]) {
      const ack = await ask(cursors, rest)
      expect(Object.keys(ack.rooms)).toEqual([mine])
      expect(ack.removed).toEqual([foreign, left, 'nowhere'])
    }
  })

  test('names of prototypes are simply not found', async () => {
    const cursors = JSON.parse(
      '{"__proto__": {"rev":0,"minSeq":0,"maxSeq":0}, "constructor": {"rev":0,"minSeq":0,"maxSeq":0}}',
    )
    const ack = await ask(cursors)
    expect(ack.rooms).toEqual({})
    expect(ack.removed).toEqual([])
    expect(Object.getPrototypeOf(ack.rooms)).toBe(Object.prototype)
  })

  test('the rest of a full reply is named, and is sent when asked for again', async () => {
    const rooms: RoomId[] = []
    for (const _ of range(1, 5)) {
      const roomId = await newRoom(store)
      await commitOps(
        store,
        roomId,
        range(1, 50).map(() => sendOp('ann', 'x'.repeat(8_000))),
      )
      rooms.push(roomId)
    }
    const quiet = await newRoom(store)
    const got = new Set<string>()
    let wanted: SyncAck['removed'] = [...rooms, quiet]
    for (let trip = 0; trip < 5 && wanted.length > 0; trip++) {
      const cursors = wanted.map((id) => [id, id === quiet ? { rev: 2, minSeq: 0, maxSeq: 0 } : fresh])
      const ack = await ask(Object.fromEntries(cursors))
      for (const id of Object.keys(ack.rooms)) got.add(id)
      if (trip === 0) {
        expect(ack.rooms[quiet]).toMatchObject({ rev: 2 })
        expect(ack.more).toEqual(rooms.slice(1))
      }
      expect(Object.keys(ack.rooms).length).toBeGreaterThan(0)
      wanted = ack.more ?? []
    }
    expect(got).toEqual(new Set([...rooms, quiet]))
  })
})
