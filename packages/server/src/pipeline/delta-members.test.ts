import { asUserId, type Delta, type RoomCursor, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Op } from '../core/ops'
import { actorOf, commitOps, newRoom, nextAt, nextMessageId } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { Reader } from '../stores/port'
import { sync } from './sync'

let store: MemoryStore
let queries: string[]
beforeEach(() => {
  queries = []
  store = createMemoryStore({ epoch: 'epoch-1' })
})

const fresh: RoomCursor = { rev: 0, minSeq: 0, maxSeq: 0 }

async function deltaOf(roomId: RoomId, cursor: RoomCursor): Promise<Delta> {
  const context = { viewer: asUserId('bob'), epoch: 'epoch-1' }
  const ack = await store.read((reader) => {
    const counting = new Proxy(reader, {
      get(target, name: keyof Reader) {
        const read = target[name]
        if (read) queries.push(name)
        return read?.bind(target)
      },
    })
    return sync(counting, context, { rooms: { [roomId]: cursor } })
  })
  const delta = ack.rooms[roomId]
  if (!delta) throw new Error('the room was not answered')
  return delta
}

describe('what a reader of a large room missed', () => {
  const names = Array.from({ length: 450 }, (_, index) => `user${index + 1}`)
  const largeRoom = () =>
    newRoom(store, {
      roles: {
        ann: 'owner',
        bob: 'member',
        ...Object.fromEntries(names.map((name) => [name, 'member' as const])),
      },
    })
  const kick = (name: string): Op => ({
    ...({ kind: 'kick', actor: actorOf('ann'), at: nextAt() } as const),
    ...{ messageId: nextMessageId(), targetId: asUserId(name) },
  })

  test('from the beginning is only their own row, without a query for the others, and no read cursors', async () => {
    const roomId = await largeRoom()
    const delta = await deltaOf(roomId, fresh)
    expect(delta.members?.map(({ userId }) => userId)).toEqual(['bob'])
    expect(delta).toMatchObject({ membersPartial: true, room: { memberCount: 452 } })
    expect(delta).not.toHaveProperty('reads')
    expect(queries).not.toContain('members')
  })

  test('from the beginning is all members, in a room as large as a delta holds', async () => {
    const roles = Object.fromEntries(names.slice(0, 199).map((name) => [name, 'member' as const]))
    const delta = await deltaOf(await newRoom(store, { roles: { bob: 'owner', ...roles } }), fresh)
    expect(delta.members).toHaveLength(200)
    expect(delta).not.toHaveProperty('membersPartial')
  })

  test('is the changed members', async () => {
    const roomId = await largeRoom()
    const { rev } = await deltaOf(roomId, fresh)
    await commitOps(store, roomId, names.slice(0, 2).map(kick))
    const delta = await deltaOf(roomId, { rev, minSeq: 0, maxSeq: 0 })
    expect(delta.members).toMatchObject([
      { userId: 'user1', removed: 'kicked' },
      { userId: 'user2', removed: 'kicked' },
    ])
    expect(delta.room?.memberCount).toBe(450)
    expect(delta).not.toHaveProperty('membersPartial')
  })

  test('marks the members to be loaded again if too many changed to name them', async () => {
    const roomId = await largeRoom()
    const { rev } = await deltaOf(roomId, fresh)
    await commitOps(store, roomId, names.slice(0, 201).map(kick))
    const delta = await deltaOf(roomId, { rev, minSeq: 0, maxSeq: 0 })
    expect(delta.members?.map(({ userId }) => userId)).toEqual(['bob'])
    expect(delta.membersPartial).toBe(true)
    expect(delta).not.toHaveProperty('reset')
  })
})
