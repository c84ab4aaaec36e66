import { asRoomId, asUserId, type Report, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { StoreError } from '../port'
import {
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  messagesOf,
  newRoom,
  nextId,
  roomOf,
  START_MS,
  say,
  sendOp,
} from './contract-room'
import { settledOrWaited } from './snapshot-contract'
import type { ContractContext } from './store-contract'

const root = asUserId('root')

function reportOf(roomId: RoomId, messageId: Report['messageId'], id = nextId()): Report {
  return {
    ...{ id, roomId, messageId, reporterId: asUserId('bob'), reason: '' },
    createdAt: new Date(START_MS).toISOString(),
    ...{ resolvedAt: null, resolvedBy: null, resolution: null },
  }
}

export function deleteRoomContract({ store, opened }: ContractContext): void {
  const remove = (roomId: RoomId): Promise<boolean> => store().deleteRoom(roomId, root, START_MS)
  const ann = asUserId('ann')
  const ofAnn = (roomIds: readonly RoomId[]) => store().read((reader) => reader.memberships(ann, roomIds))
  async function purgeAll(): Promise<{ rows: number; fileIds: string[] }> {
    const all: { rows: number; fileIds: string[] } = { rows: 0, fileIds: [] }
    for (;;) {
      const { rows, fileIds } = await store().purgeDeleted()
      all.rows += rows
      all.fileIds.push(...fileIds)
      if (rows === 0) return all
    }
  }

  describe('a deleted room', () => {
    test('is not found from that moment on, and others are', async () => {
      const [roomId, other] = [await newRoom(store(), { type: 'public' }), await newRoom(store())]
      const messageId = await say(store(), roomId, 'ann', 'text')
      expect([await remove(roomId), await remove(roomId), await remove(asRoomId('nowhere'))]).toEqual([
        ...[true, false, false],
      ])
      expect(await ofAnn([roomId])).toEqual([])
      const rooms = await store().read((reader) => reader.roomsOf(ann, { limit: 10 }))
      expect(rooms.map(({ room }) => room.id)).toEqual([other])
      await store().read(async (reader) => {
        expect(await reader.heads([roomId])).toEqual(new Map())
        expect(await reader.unread(asUserId('bob'), [roomId])).toEqual(new Map())
        expect(await reader.publicRooms({ limit: 10 })).toEqual([])
        expect(await reader.deletedAmong([roomId, other, asRoomId('nowhere')])).toEqual([roomId])
      })
      expect(await store().markRead(roomId, asUserId('bob'), 1)).toBeUndefined()
      expect(await store().purge(roomId, 1)).toBeUndefined()
      const { outcomes } = await commitOps(store(), roomId, [
        sendOp('ann', 'more'),
        editOp('ann', messageId, 'new'),
        deleteOp('ann', messageId),
      ])
      expect(outcomes.map((outcome) => !outcome.ok && outcome.code)).toEqual([
        ...['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'MESSAGE_NOT_FOUND'],
      ])
    })

    test('is whole in a snapshot that is being read', async () => {
      const roomId = await newRoom(store())
      for (const text of ['one', 'two', 'three']) await say(store(), roomId, 'ann', text)
      let removed: Promise<unknown> = Promise.resolve()
      const rows = { roomId, includeDeleted: true, take: 'newest', limit: 10 } as const
      await store().read(async (reader) => {
        const first = await reader.memberships(ann, [roomId])
        removed = remove(roomId).then(() => store().purgeDeleted())
        await settledOrWaited(removed)
        expect(await reader.memberships(ann, [roomId])).toEqual(first)
        expect(await reader.messages(rows)).toHaveLength(3)
        expect(await reader.deletedAmong([roomId])).toEqual([])
      })
      await removed
      expect(await store().read((reader) => reader.messages(rows))).toEqual([])
      await purgeAll()
      expect(await store().read((reader) => reader.deletedAmong([roomId]))).toEqual([roomId])
    })

    test('reserves its id', async () => {
      const { room, members } = roomOf({ type: 'public' })
      await store().createRoom({ room, members })
      await remove(room.id)
      const again = () => store().createRoom({ room, members })
      await expect(again()).rejects.toThrow(StoreError)
      await purgeAll()
      await expect(again()).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
    })

    test('of two users lets them open another one', async () => {
      const open = () => store().createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' })
      const first = await open()
      expect(await open()).toMatchObject({ created: false, room: { id: first.room.id } })
      await remove(first.room.id)
      const second = await open()
      expect(second.created).toBe(true)
      expect(second.room.id).not.toBe(first.room.id)
      await purgeAll()
      expect(await open()).toMatchObject({ created: false, room: { id: second.room.id } })
    })

    test('shows no file any more, and its purge names the files that it showed', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      const show = (id: RoomId, fileId: string) =>
        commitOne(store(), id, sendOp('ann', 'a picture', { type: 'image', metadata: { fileId } }))
      await show(roomId, 'file-1')
      await show(roomId, 'file-2')
      await show(other, 'file-2')
      await remove(roomId)
      const isShown = (fileId: string, name?: string): Promise<boolean> =>
        store().read((reader) => reader.isFileShown(fileId, name === undefined ? undefined : asUserId(name)))
      expect([await isShown('file-1', 'bob'), await isShown('file-2', 'bob')]).toEqual([false, true])
      expect((await purgeAll()).fileIds.sort()).toEqual(['file-1', 'file-2'])
      expect([await isShown('file-1'), await isShown('file-2')]).toEqual([false, true])
    })

    test('is purged whole, in steps, without touching others', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      for (const id of [roomId, other]) {
        const sends = Array.from({ length: 3 }, (_, n) =>
          sendOp('ann', `${n}`, { clientId: `client-000${n}` }),
        )
        await commitOps(store(), id, sends)
        const first = sends[0]?.id
        if (first === undefined) throw new Error('nothing was sent')
        await commitOne(store(), id, editOp('ann', first, 'new', 'op-000001'))
        await store().putReport(reportOf(id, first))
        await store().purge(id, 2)
      }
      await remove(roomId)
      expect((await purgeAll()).rows).toBeGreaterThan(0)
      expect(await purgeAll()).toEqual({ rows: 0, fileIds: [] })
      expect(await messagesOf(store(), roomId)).toEqual([])
      expect((await messagesOf(store(), other)).map(({ seq }) => seq)).toEqual([2, 3])
      await store().read(async (reader) => {
        const query = { resolved: false, limit: 10 }
        expect(await reader.reports(roomId, query)).toEqual([])
        expect(await reader.reports(other, query)).toHaveLength(1)
        expect(await reader.members(roomId, { limit: 10 })).toEqual([])
      })
    })

    test('stays deleted after a restart, which continues the purge', async () => {
      const { reopen } = opened()
      if (!reopen) return
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', 'text')
      await remove(roomId)
      const again = await reopen()
      expect(await again.read((reader) => reader.deletedAmong([roomId]))).toEqual([roomId])
      expect(await again.read((reader) => reader.memberships(asUserId('ann'), [roomId]))).toEqual([])
    })
  })

  describe('rooms with open reports', () => {
    test('are read by id, in pages, with their number; the resolved do not count', async () => {
      const rooms = [await newRoom(store()), await newRoom(store()), await newRoom(store())].sort()
      const [one, two, three] = rooms
      if (!one || !two || !three) throw new Error('three rooms were made')
      for (const roomId of [one, one, three])
        await store().putReport(reportOf(roomId, await say(store(), roomId, 'ann', 'bad')))
      const resolved = reportOf(two, await say(store(), two, 'ann', 'fine'))
      await store().putReport({ ...resolved, resolvedAt: resolved.createdAt, resolvedBy: root })
      const list = (query: { after?: RoomId; limit: number }) =>
        store().read((reader) => reader.reportedRooms(query))
      const all = [
        { roomId: one, open: 2 },
        { roomId: three, open: 1 },
      ]
      expect(await list({ limit: 10 })).toEqual(all)
      expect(await list({ limit: 1 })).toEqual(all.slice(0, 1))
      expect(await list({ after: one, limit: 10 })).toEqual(all.slice(1))
    })
  })
}
