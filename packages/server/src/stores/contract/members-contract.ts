import { asRoomId, asUserId, type Member, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, newRoom, nextAt, nextMessageId } from './contract-room'
import type { ContractContext } from './store-contract'

export function membersContract({ store }: ContractContext): void {
  const roles = { ann: 'owner', bob: 'member', cid: 'admin', dot: 'member', eve: 'member' } as const
  const membersOf = (
    roomId: RoomId,
    query: { after?: Member['userId']; afterRev?: number; limit?: number },
  ): Promise<readonly Member[]> => store().read((reader) => reader.members(roomId, { limit: 100, ...query }))
  const names = (members: readonly Member[]): string[] => members.map(({ userId }) => userId)

  async function kick(roomId: RoomId, name: string): Promise<void> {
    await commitOne(store(), roomId, {
      kind: 'kick',
      actor: actorOf('ann'),
      at: nextAt(),
      targetId: asUserId(name),
      messageId: nextMessageId(),
    })
  }

  describe('members', () => {
    test('are read by user id, the present ones only', async () => {
      const roomId = await newRoom(store(), { roles })
      await kick(roomId, 'dot')
      const members = await membersOf(roomId, {})
      expect(names(members)).toEqual(['ann', 'bob', 'cid', 'eve'])
      expect(members[2]).toMatchObject({ userId: 'cid', name: 'cid', role: 'admin', fromSeq: 1, rev: 3 })
    })

    test('which users are in which rooms: only present members', async () => {
      const [first, second, third] = [
        await newRoom(store(), { roles }),
        await newRoom(store()),
        await newRoom(store()),
      ]
      await kick(first, 'bob')
      const rooms = [first, second, asRoomId('nowhere')]
      const users = [asUserId('bob'), asUserId('eve'), asUserId('nobody')]
      const found = await store().read((reader) => reader.whoIsIn(rooms, users))
      const pairs = found.map(({ roomId, userId }) => `${roomId} ${userId}`).sort()
      expect(pairs).toEqual([`${first} eve`, `${second} bob`].sort())
      expect(await store().read((reader) => reader.whoIsIn([], users))).toEqual([])
      expect(await store().read((reader) => reader.whoIsIn([third], []))).toEqual([])
    })

    test('are read in pages', async () => {
      const roomId = await newRoom(store(), { roles })
      expect(names(await membersOf(roomId, { limit: 2 }))).toEqual(['ann', 'bob'])
      expect(names(await membersOf(roomId, { limit: 2, after: asUserId('bob') }))).toEqual(['cid', 'dot'])
      expect(names(await membersOf(roomId, { limit: 2, after: asUserId('dot') }))).toEqual(['eve'])
      expect(names(await membersOf(roomId, { limit: 2, after: asUserId('eve') }))).toEqual([])
      expect(names(await membersOf(roomId, { limit: 2, after: asUserId('bz') }))).toEqual(['cid', 'dot'])
    })

    test('changed since a rev include the removed', async () => {
      const roomId = await newRoom(store(), { roles })
      expect(names(await membersOf(roomId, { afterRev: 3 }))).toEqual(['dot', 'eve'])
      await kick(roomId, 'bob')
      const changed = await membersOf(roomId, { afterRev: 5 })
      expect(changed).toMatchObject([{ userId: 'bob', removed: 'kicked', rev: 6 }])
      expect(await membersOf(roomId, { afterRev: 7 })).toEqual([])
      expect(names(await membersOf(roomId, { afterRev: 0, limit: 2, after: asUserId('ann') }))).toEqual([
        'bob',
        'cid',
      ])
    })

    test('keep a mute until it is lifted', async () => {
      const roomId = await newRoom(store(), { roles })
      const mute = { kind: 'mute', actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') } as const
      await commitOne(store(), roomId, { ...mute, until: '2030-01-01T00:00:00Z' })
      expect((await membersOf(roomId, {}))[1]?.mutedUntil).toBe('2030-01-01T00:00:00.000Z')
      await commitOne(store(), roomId, { ...mute, until: null })
      expect((await membersOf(roomId, {}))[1]).not.toHaveProperty('mutedUntil')
    })

    test('who return are no longer removed', async () => {
      const roomId = await newRoom(store(), { roles })
      await kick(roomId, 'bob')
      await commitOne(store(), roomId, {
        kind: 'invite',
        actor: actorOf('ann'),
        at: nextAt(),
        target: { id: asUserId('bob'), name: 'Bob again' },
        messageId: nextMessageId(),
      })
      const bob = (await membersOf(roomId, {}))[1]
      expect(bob).toMatchObject({ userId: 'bob', name: 'Bob again', fromSeq: 2, lastReadSeq: 1 })
      expect(bob).not.toHaveProperty('removed')
    })

    test('the rooms where a user has another name: present ones, some of them', async () => {
      const misnamed = (name: string, limit = 10) =>
        store().read((reader) => reader.misnamed({ id: asUserId('bob'), name }, limit))
      const rooms = [
        await newRoom(store(), { roles }),
        await newRoom(store(), { roles }),
        await newRoom(store(), { roles }),
      ]
      const [first, second, third] = rooms as [RoomId, RoomId, RoomId]
      await kick(first, 'bob')
      expect(await misnamed('bob')).toEqual([])
      expect([...(await misnamed('Robert'))].sort()).toEqual([second, third].sort())
      expect(await misnamed('Robert', 1)).toHaveLength(1)
      const actor = { ...actorOf('bob'), name: 'Robert' }
      await commitOne(store(), second, { kind: 'rename-member', actor, at: nextAt(), others: [] })
      expect(await misnamed('Robert')).toEqual([third])
      expect((await membersOf(second, {}))[1]).toMatchObject({ name: 'Robert', role: 'member', rev: 6 })
    })

    test('which users are in at least this many rooms now', async () => {
      const rooms = [await newRoom(store(), { roles }), await newRoom(store(), { roles })]
      const ids = [...Object.keys(roles), 'nobody-at-all'].map(asUserId)
      const inRooms = async (atLeast: number): Promise<string[]> => {
        const counts = await store().read((reader) => reader.inRooms(ids, atLeast))
        return [...counts].sort()
      }
      const all = await inRooms(rooms.length)
      expect(all).toEqual(expect.arrayContaining(Object.keys(roles)))
      expect(all).not.toContain('nobody-at-all')
      expect(await inRooms(1_000_000)).toEqual([])
    })

    test('of a missing room are none', async () => {
      expect(await membersOf(asRoomId('nowhere'), {})).toEqual([])
    })
  })
}
