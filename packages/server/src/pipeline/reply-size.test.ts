import {
  asRoomId,
  asUserId,
  type Delta,
  type Room,
  type RoomId,
  Sync,
  type SyncAck,
  type UserId,
} from '@roomful/protocol'
import * as v from 'valibot'
import { beforeEach, describe, expect, test } from 'vitest'
import { commitOps, editOp, newRoom, roomOf, sendOp } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { MessageQuery, Reader } from '../stores/port'
import { sync } from './sync'

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
function ask(rooms: Record<string, Cursor>, rest: Partial<Sync> = {}): Promise<SyncAck> {
  const request = v.parse(Sync, JSON.parse(JSON.stringify({ rooms, ...rest })))
  return store.read((reader) => {
    const counting = new Proxy(reader, {
      get(target, name: keyof Reader) {
        const read = target[name]
        if (read) queries.push(name)
        return read?.bind(target)
      },
    })
    return sync(counting, { viewer: BOB, epoch: store.epoch }, request)
  })
}

async function deltaOf(roomId: RoomId, cursor: Cursor): Promise<Delta> {
  const delta = (await ask({ [roomId]: cursor })).rooms[roomId]
  if (!delta) throw new Error('the room was not answered')
  return delta
}

const seqs = (rows: Delta['tail']): number[] => rows.map(({ seq }) => seq)
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('every reply is bounded, whatever is asked for and however large the rows are (P11)', () => {
  const metadata = { note: 'm'.repeat(4_000) }
  const large = (n: number) => sendOp('ann', `${n}`.padEnd(8_000, 'x'), { metadata })
  const MOST = 560_000

  test('many changed rows of one room are split into pages, and none is lost', async () => {
    const roomId = await newRoom(store)
    const sent = (await commitOps(store, roomId, range(1, 150).map(large))).messages
    await commitOps(
      store,
      roomId,
      sent.map(({ id }) => editOp('ann', id, 'y'.repeat(8_000))),
    )
    await commitOps(store, roomId, range(151, 153).map(large))
    const got: number[] = []
    let cursor: Cursor = { rev: 152, minSeq: 1, maxSeq: 150 }
    for (let page = 1; ; page++) {
      const ack = await ask({ [roomId]: cursor })
      expect(JSON.stringify(ack).length).toBeLessThan(MOST)
      const { cont, patch, tail, limited } = ack.rooms[roomId] ?? (await deltaOf(roomId, cursor))
      got.push(...seqs(patch))
      if (cont !== undefined) {
        cursor = { ...cursor, cont }
        continue
      }
      expect(page).toBeGreaterThan(3)
      // The last page leaves room for new rows.
      expect(seqs(tail)).toEqual([151, 152, 153])
      expect(limited).toBe(false)
      break
    }
    expect(got).toEqual(range(1, 150))
  })

  test('of many new rows the newest that fit are sent, and the others are a hole like any other', async () => {
    const roomId = await newRoom(store)
    await commitOps(store, roomId, range(1, 150).map(large))
    const ack = await ask({ [roomId]: fresh })
    expect(JSON.stringify(ack).length).toBeLessThan(MOST)
    const { tail, tailFrom, limited } = await deltaOf(roomId, fresh)
    expect(limited).toBe(true)
    expect(tail.length).toBeGreaterThan(30)
    expect(seqs(tail)).toEqual(range(tailFrom, 150))
    expect((await deltaOf(roomId, { rev: 2, minSeq: 0, maxSeq: 0, members: true })).tailFrom).toBe(tailFrom)
  })

  test('many rooms at once', async () => {
    const rooms: RoomId[] = []
    for (let n = 0; n < 30; n++) {
      const roomId = await newRoom(store)
      await commitOps(store, roomId, range(1, 10).map(large))
      rooms.push(roomId)
    }
    const got = new Set<string>()
    for (let wanted: readonly string[] = rooms; wanted.length > 0; ) {
      const ack = await ask(Object.fromEntries(wanted.map((id) => [id, fresh])), { list: {} })
      expect(JSON.stringify(ack).length).toBeLessThan(MOST)
      for (const [id, { tail }] of Object.entries(ack.rooms)) {
        expect(tail).toHaveLength(10)
        got.add(id)
      }
      wanted = ack.more ?? []
    }
    expect(got.size).toBe(30)
  })
})

test('a reader of one old row, or of too much, does not make the server scan the room (P11)', async () => {
  const roomId = await newRoom(store)
  await commitOps(
    store,
    roomId,
    range(1, 300).map((n) => sendOp('ann', `${n}`)),
  )
  const queries: MessageQuery[] = []
  const askOf = (cursor: Cursor, room: Partial<Room> = {}) =>
    store.read(async (reader) => {
      const watching: Reader = Object.create(reader, {
        messages: {
          value: (query: MessageQuery) => {
            queries.push(query)
            return reader.messages(query)
          },
        },
        memberships: {
          value: async (viewer: UserId, ids: readonly RoomId[]) =>
            (await reader.memberships(viewer, ids)).map((found) => ({
              ...found,
              room: { ...found.room, ...room },
            })),
        },
      })
      const ack = await sync(watching, { viewer: BOB, epoch: store.epoch }, { rooms: { [roomId]: cursor } })
      return ack.rooms[roomId]
    })
  expect((await askOf({ rev: 0, minSeq: 7, maxSeq: 7 }))?.patch).toMatchObject([{ seq: 7 }])
  expect(queries[0]).toMatchObject({ fromSeq: 7, toSeq: 7, isNarrow: true })
  queries.length = 0
  // A window of the whole history, and too many changes to scan.
  const large = { rev: 1_000_000, lastSeq: 20_000 }
  expect(await askOf({ rev: 5, minSeq: 1, maxSeq: 20_000 }, large)).toMatchObject({ reset: true, patch: [] })
  expect(queries.filter(({ take }) => take === 'rev')).toEqual([])
})

describe('the list in pages', () => {
  const metadata = { note: 'm'.repeat(4_000) }
  async function make(count: number): Promise<string[]> {
    const made: string[] = []
    for (let n = 0; n < count; n++) {
      const { room, members } = roomOf({ metadata })
      await store.createRoom({ room, members })
      made.push(room.id)
    }
    return made.sort()
  }
  const idsIn = (ack: SyncAck): string[] => (ack.list ?? []).map(({ room }) => room.id)

  test('has each room once, by id, and shows whether there are more', async () => {
    const made = await make(7)
    const first = await ask({}, { list: { limit: 3 } })
    expect(idsIn(first)).toEqual(made.slice(0, 3))
    expect(first.listNext).toBe(made[2])
    const second = await ask({}, { list: { limit: 4, after: asRoomId(first.listNext ?? '') } })
    expect(idsIn(second)).toEqual(made.slice(3))
    expect(second).not.toHaveProperty('listNext')
    expect(queries).toEqual(['roomsOf', 'unread', 'previews', 'roomsOf', 'unread', 'previews'])
  })

  test('of 3,000 rooms no reply is too large, and a list that is asked for whole ends too', async () => {
    const made = await make(3_000)
    const got: string[] = []
    for (let after: RoomId | undefined; ; ) {
      const ack = await ask({}, { list: after === undefined ? {} : { after } })
      expect(JSON.stringify(ack).length).toBeLessThan(300_000)
      got.push(...idsIn(ack))
      after = ack.listNext
      if (after === undefined) break
    }
    expect(got).toEqual(made)
    const whole = await ask({}, { list: true })
    expect(JSON.stringify(whole).length).toBeLessThan(2_100_000)
    expect(idsIn(whole)).toEqual(made.slice(0, whole.list?.length))
    expect(whole.listNext).toBe(idsIn(whole).at(-1))
  })

  test('the place of a room that is gone is still valid', async () => {
    const made = await make(2)
    const after = asRoomId(`${made[0]}`.slice(0, -1))
    expect(idsIn(await ask({}, { list: { after } }))).toEqual(made)
  })
})
