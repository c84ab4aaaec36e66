import { asUserId, type FetchHistory, type RoomCursor, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOps,
  editOp,
  headOf,
  newRoom,
  nextAt,
  nextMessageId,
  say,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { fetchHistory } from './history'
import { sync } from './sync'

const BOB = asUserId('bob')
let store: MemoryStore
let roomId: RoomId
let revAt20: number

/** Seqs 1 to 20, of which 5 and 15 are edited afterwards; then 1 to 9 are purged. */
beforeEach(async () => {
  store = createMemoryStore({ epoch: 'e1' })
  roomId = await newRoom(store)
  const ids = []
  for (let seq = 1; seq <= 20; seq++) ids.push(await say(store, roomId, 'ann', `text ${seq}`))
  revAt20 = (await headOf(store, roomId)).rev
  const [fifth, fifteenth] = [ids[4], ids[14]]
  if (!fifth || !fifteenth) throw new Error('twenty messages were sent')
  await commitOps(store, roomId, [editOp('ann', fifth, 'edited 5'), editOp('ann', fifteenth, 'edited 15')])
  await store.purge(roomId, 10)
})

async function delta(cursor: RoomCursor) {
  const asked = { epoch: 'e1', rooms: { [roomId]: cursor } }
  const ack = await store.read((reader) => sync(reader, { viewer: BOB, epoch: 'e1' }, asked))
  const found = ack.rooms[roomId]
  if (!found) throw new Error('the room was not answered')
  return found
}
const page = (request: Partial<FetchHistory>) =>
  store.read((reader) => fetchHistory(reader, BOB, { roomId, includeDeleted: true, ...request }))
const seqs = (rows: readonly { seq: number }[]): number[] => rows.map(({ seq }) => seq)
const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('sync, of a room that was purged below 10', () => {
  test('a first page begins at the floor and names it', async () => {
    const first = await delta({ rev: 0, minSeq: 0, maxSeq: 0 })
    expect(seqs(first.tail)).toEqual(span(10, 20))
    expect(first).toMatchObject({ floorSeq: 10, tailFrom: 10, limited: false, lastSeq: 20 })
  })

  test('a window that reaches below it is kept: it gets the floor, and the changes above', async () => {
    const missed = await delta({ rev: revAt20, minSeq: 1, maxSeq: 20 })
    expect(seqs(missed.patch)).toEqual([15])
    expect(missed).toMatchObject({ floorSeq: 10, tail: [] })
    expect(missed.reset).toBeUndefined()
  })

  test('a window that lies below it altogether gets the rows from the floor on', async () => {
    const missed = await delta({ rev: 8, minSeq: 1, maxSeq: 6 })
    expect(missed).toMatchObject({ floorSeq: 10, tailFrom: 10, patch: [] })
    expect(seqs(missed.tail)).toEqual(span(10, 20))
    expect(missed.reset).toBeUndefined()
  })

  test('a reader who is up to date gets the floor too', async () => {
    const { rev } = await headOf(store, roomId)
    const quiet = await delta({ rev, minSeq: 1, maxSeq: 20 })
    expect(quiet).toMatchObject({ floorSeq: 10, patch: [], tail: [] })
  })

  test('the later of the two floors counts: the room’s or the reader’s own', async () => {
    const base = { actor: actorOf('ann'), at: nextAt() }
    await commitOps(store, roomId, [
      { kind: 'kick', ...base, targetId: BOB, messageId: nextMessageId() },
      { kind: 'invite', ...base, target: { id: BOB, name: 'bob' }, messageId: nextMessageId() },
    ])
    const [own] = await store.read((reader) => reader.memberships(BOB, [roomId]))
    const fromSeq = own?.member?.fromSeq ?? 0
    expect(fromSeq).toBeGreaterThan(20)
    expect(await delta({ rev: 0, minSeq: 0, maxSeq: 0 })).toMatchObject({ floorSeq: fromSeq })
    expect(await delta({ rev: 20, minSeq: 12, maxSeq: 18 })).toMatchObject({ reset: true, floorSeq: fromSeq })
    expect(await page({ aroundSeq: 5 })).toMatchObject({ ok: true, floorSeq: fromSeq })
  })
})

describe('history, of a room that was purged below 10', () => {
  test('paging back ends at the floor', async () => {
    expect(await page({ beforeSeq: 14 })).toMatchObject({ fromSeq: 10, toSeq: 13, floorSeq: 10 })
    expect(await page({ beforeSeq: 10 })).toMatchObject({ messages: [], fromSeq: 10, toSeq: 9, floorSeq: 10 })
    expect(await page({ beforeSeq: 6 })).toMatchObject({ messages: [], floorSeq: 10 })
  })

  test('paging on from below begins at the floor', async () => {
    const newer = await page({ afterSeq: 3, limit: 4 })
    expect(newer).toMatchObject({ fromSeq: 10, toSeq: 13, floorSeq: 10 })
  })

  test('a purged place is HISTORY_TRUNCATED', async () => {
    expect(await page({ aroundSeq: 9 })).toMatchObject({ code: 'HISTORY_TRUNCATED', field: 'aroundSeq' })
    expect(await page({ aroundSeq: 1 })).toMatchObject({ code: 'HISTORY_TRUNCATED' })
    expect(await page({ aroundSeq: 10, limit: 4 })).toMatchObject({ ok: true, fromSeq: 10, toSeq: 13 })
    expect(await page({ aroundSeq: 0 })).toMatchObject({ ok: true, fromSeq: 10 })
  })

  test('only a member can see it (P9)', async () => {
    const stranger = await store.read((reader) =>
      fetchHistory(reader, asUserId('eve'), { roomId, aroundSeq: 1 }),
    )
    expect(stranger).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })
})
