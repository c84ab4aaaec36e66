import type { UserId } from '@roomful/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { SERVER_ACTOR } from '../core/server-actor'
import { ephemeralRoomId } from '../ephemeral/room-id'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  headOf,
  ids,
  messagesOf,
  newRoom,
  nextAt,
  nextMessageId,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { pinOp } from '../stores/contract/pins-contract'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { Store } from '../stores/port'
import { exportRoom } from './export-room'
import type { ExportedRow } from './exported-row'
import { importRoom } from './import-room'

const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})
const fresh = (): Store => {
  const store = createMemoryStore()
  stores.push(store)
  return store
}

async function* of(rows: readonly ExportedRow[]): AsyncGenerator<ExportedRow> {
  yield* rows
}

async function all(rows: AsyncIterable<ExportedRow>): Promise<ExportedRow[]> {
  const found: ExportedRow[] = []
  for await (const row of rows) found.push(row)
  return found
}

async function exported(count: number) {
  const store = fresh()
  const roomId = await newRoom(store, { name: 'Moved', settings: { readOnly: false } })
  for (let n = 1; n <= count; n++)
    await commitOne(
      store,
      roomId,
      sendOp(n % 2 ? 'ann' : 'bob', `text ${n}`, { clientId: `client-${1e5 + n}` }),
    )
  const [first, second] = await messagesOf(store, roomId)
  if (!first || !second) throw new Error('two at least')
  await commitOne(store, roomId, editOp('ann', first.id, 'edited'))
  await commitOne(store, roomId, deleteOp('bob', second.id))
  for (const userId of ids('bob')) await store.markRead(roomId, userId, 3)
  return { store, roomId, rows: await all(exportRoom(store, roomId)) }
}

describe('an exported room, imported', () => {
  test('that begins behind its first messages: members see the same ones, and have read as far as before', async () => {
    const store = fresh()
    const roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'member', cid: 'member' } })
    for (let n = 1; n <= 14; n++) await say(store, roomId, 'ann', `text ${n}`)
    const [bob, cid] = ids('bob', 'cid')
    if (!bob || !cid) throw new Error('two users')
    await commitOne(store, roomId, {
      kind: 'leave',
      actor: actorOf('bob'),
      at: nextAt(),
      messageId: nextMessageId(),
      quiet: true,
    })
    await commitOne(store, roomId, {
      ...{ kind: 'invite', actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() },
      target: actorOf('bob'),
    })
    for (let n = 15; n <= 20; n++) await say(store, roomId, 'ann', `text ${n}`)
    await store.purge(roomId, 11)
    await store.markRead(roomId, cid, 18)
    const seenBy = async (from: Store, userId: UserId) => {
      const [found] = await from.read((reader) => reader.memberships(userId, [roomId]))
      const rows = await messagesOf(from, roomId)
      const unread = await from.read((reader) => reader.unread(userId, [roomId]))
      return {
        ids: rows.filter(({ seq }) => seq >= (found?.member?.fromSeq ?? 0)).map(({ id }) => id),
        unread: unread.get(roomId),
      }
    }
    const other = fresh()
    await importRoom(other, of(await all(exportRoom(store, roomId))))
    for (const userId of [bob, cid]) expect(await seenBy(other, userId)).toEqual(await seenBy(store, userId))
    expect((await seenBy(other, bob)).ids.length).toBeGreaterThan(5)
  })

  test('is the same room: ids, senders, times, edits, tombstones, places, members, read cursors', async () => {
    const { store, roomId, rows } = await exported(1_201)
    const other = fresh()
    expect(await importRoom(other, of(rows))).toEqual({ roomId, added: 1_201, present: 0 })
    const withoutRev = async (from: Store) =>
      (await messagesOf(from, roomId)).map(({ rev: _, ...message }) => message)
    expect(await withoutRev(other)).toEqual(await withoutRev(store))
    expect(await headOf(other, roomId)).toEqual({ rev: 2 + 1_201, lastSeq: 1_201 })
    const members = await other.read((reader) => reader.members(roomId, { limit: 10 }))
    expect(members).toMatchObject([
      { userId: 'ann', role: 'owner' },
      { userId: 'bob', role: 'member', lastReadSeq: 3 },
    ])
  })

  test('keeps its pins, up to the limit of the room', async () => {
    const store = fresh()
    const roomId = await newRoom(store)
    const ops = Array.from({ length: 60 }, (_, n) => sendOp('ann', `text ${n}`))
    await commitOps(store, roomId, ops)
    await commitOps(
      store,
      roomId,
      ops.slice(0, 40).map(({ id }) => pinOp('ann', id)),
    )
    const rows = await all(exportRoom(store, roomId))
    const pinsIn = async (from: Store) =>
      (await from.read((reader) => reader.pins(roomId))).map(({ content, pinned }) => [content, pinned])
    const other = fresh()
    await importRoom(other, of(rows))
    expect(await pinsIn(other)).toEqual(await pinsIn(store))
    // Of another export of the room: its other messages are pinned.
    const [begun, seen] = [fresh(), new Set(ops.slice(40).map(({ id }) => id))]
    const isSeen = (row: ExportedRow): boolean => row.kind !== 'message' || seen.has(row.message.id)
    await importRoom(begun, of(rows.filter(isSeen)))
    await commitOps(
      begun,
      roomId,
      ops.slice(40).map(({ id }) => pinOp('ann', id)),
    )
    await importRoom(begun, of(rows))
    expect(await pinsIn(begun)).toHaveLength(50)
  })

  test('a second time adds nothing; after an interruption, it continues', async () => {
    const { roomId, rows } = await exported(40)
    const other = fresh()
    expect(await importRoom(other, of(rows.slice(0, 20)))).toMatchObject({ added: 17, present: 0 })
    expect(await importRoom(other, of(rows))).toMatchObject({ added: 23, present: 17 })
    expect(await importRoom(other, of(rows))).toMatchObject({ added: 0, present: 40 })
    expect((await messagesOf(other, roomId)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
  })

  test('into a room with newer messages: after those, in order, without a hole (I1, I2)', async () => {
    const { roomId, rows } = await exported(10)
    const other = fresh()
    await importRoom(other, of(rows.slice(0, 6)))
    await say(other, roomId, 'bob', 'meanwhile')
    await importRoom(other, of(rows))
    const after = await messagesOf(other, roomId)
    expect(after.map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, index) => index + 1))
    expect(after.map(({ rev }) => rev)).toEqual(after.map(({ seq }) => seq + 2))
    expect(after[3]?.content).toBe('meanwhile')
  })

  test('the sender’s late retry is still one message (I4)', async () => {
    const { roomId, rows } = await exported(10)
    const other = fresh()
    await importRoom(other, of(rows))
    const again = sendOp('ann', 'text 5', { clientId: `client-${1e5 + 5}` })
    expect(await commitOne(other, roomId, again)).toMatchObject({ duplicate: true, message: { seq: 5 } })
  })

  test('a file that does not begin with its room, or holds two, is refused', async () => {
    const { rows } = await exported(3)
    await expect(importRoom(fresh(), of(rows.slice(1)))).rejects.toThrow('the first line')
    await expect(importRoom(fresh(), of([...rows, ...rows]))).rejects.toThrow('one room')
    await expect(importRoom(fresh(), of([]))).rejects.toThrow('the first line')
  })

  test('a later part of a room: only the messages after a seq', async () => {
    const { store, roomId } = await exported(10)
    const rows = await all(exportRoom(store, roomId, 7))
    expect(rows.map((row) => row.kind === 'message' && row.message.seq)).toEqual([8, 9, 10])
  })

  test('an ephemeral room is refused: no database holds such rooms', async () => {
    const store = fresh()
    await newRoom(store, { id: ephemeralRoomId('1'), type: 'ephemeral' })
    const rows = await all(exportRoom(store, ephemeralRoomId('1')))
    const other = fresh()
    await expect(importRoom(other, of(rows))).rejects.toThrow('an ephemeral room is not kept')
    expect(await other.read((reader) => reader.heads([ephemeralRoomId('1')]))).toEqual(new Map())
  })

  test('a message of the backend has no name in the copy either', async () => {
    const { store, roomId } = await exported(2)
    await commitOne(store, roomId, {
      ...{ kind: 'system', actor: SERVER_ACTOR, at: nextAt(), id: nextMessageId() },
      ...{ content: 'Shipped', metadata: { action: 'shipped' } },
    })
    const rows = await all(exportRoom(store, roomId))
    const other = fresh()
    await importRoom(other, of(rows))
    expect((await messagesOf(other, roomId)).at(-1)).toMatchObject({
      ...{ senderId: 'roomful:server', senderName: '', content: 'Shipped' },
    })
  })
})
