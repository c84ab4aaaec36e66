import { asRoomId, asUserId, type UserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, deleteOp, ids, newRoom, nextAt, nextMessageId, say } from './contract-room'
import type { ContractContext } from './store-contract'

const [ANN, BOB, ZOE] = ids('ann', 'bob', 'zoe') as [UserId, UserId, UserId]
const FOREVER = 8.64e15

/** What the server API reads, of all users and rooms. */
export function backendContract({ store }: ContractContext): void {
  describe('all users', () => {
    test('are listed by id, in pages; one who is forgotten is not', async () => {
      // Å sorts after z by its code.
      for (const id of ['zoe', 'ann', 'Åsa', 'bob'])
        await store().putUser({ id: asUserId(id), name: `N ${id}` })
      const page = async (after?: string) => {
        const query = { limit: 2, ...(after === undefined ? {} : { after: asUserId(after) }) }
        return (await store().read((reader) => reader.users(query))).map(({ id }) => id)
      }
      expect([await page(), await page('bob'), await page('Åsa')]).toEqual([
        ['ann', 'bob'],
        ['zoe', 'Åsa'],
        [],
      ])
      await store().forgetUser(BOB)
      expect(await page()).toEqual(['ann', 'zoe'])
      expect(await store().read((reader) => reader.user(BOB))).toBeUndefined()
    })

    test('whose sessions were ended for ever may sign in again with a later token', async () => {
      const [ended, other] = ids('ended-for-ever', 'never-ended') as [UserId, UserId]
      await store().endSessions(ended, FOREVER, FOREVER)
      await store().endSessions(ended, 5_000, FOREVER)
      expect(await store().sessionsEnded([ended])).toEqual(new Map([[ended, FOREVER]]))
      await store().resumeSessions(ended, 7_000)
      await store().resumeSessions(other, 7_000)
      expect(await store().sessionsEnded([ended, other])).toEqual(new Map([[ended, 7_000]]))
    })
  })

  describe('all rooms', () => {
    test('are listed by id, in pages; a deleted one is not', async () => {
      const made = []
      for (let i = 0; i < 4; i++) made.push(await newRoom(store()))
      made.sort()
      const [first, second, third, fourth] = made
      if (!first || !second || !third || !fourth) throw new Error('four rooms')
      await store().deleteRoom(second, ANN, 1_000)
      const list = async (after = asRoomId('')) =>
        (await store().read((reader) => reader.rooms({ after, limit: 2 }))).map(({ id }) => id)
      expect([await list(), await list(third), await list(fourth)]).toEqual([[first, third], [fourth], []])
      const [room] = await store().read((reader) => reader.rooms({ limit: 1 }))
      expect(room).toEqual((await store().read((reader) => reader.memberships(ZOE, [first])))[0]?.room)
    })

    test('that a user has left are listed apart from those they are in', async () => {
      const rooms = [await newRoom(store()), await newRoom(store()), await newRoom(store())].sort()
      const left = async (after = asRoomId('')) =>
        store().read((reader) => reader.leftRooms(BOB, { after, limit: 10 }))
      expect(await left()).toEqual([])
      for (const roomId of rooms.slice(0, 2)) {
        await commitOne(store(), roomId, {
          ...{ kind: 'put-member', actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() },
          target: { id: BOB, name: 'Bob' },
        })
        const leave = {
          kind: 'leave',
          actor: actorOf('bob'),
          at: nextAt(),
          messageId: nextMessageId(),
        } as const
        await commitOne(store(), roomId, leave)
      }
      expect(await left()).toEqual(rooms.slice(0, 2))
      expect(await left(rooms[0])).toEqual(rooms.slice(1, 2))
    })
  })

  test('messages are counted within a span, without the deleted ones', async () => {
    const roomId = await newRoom(store())
    const sent = []
    for (const text of ['1', '2', '3', '4', '5']) sent.push(await say(store(), roomId, 'ann', text))
    const [, , third] = sent
    if (!third) throw new Error('five messages')
    await commitOne(store(), roomId, deleteOp('ann', third))
    const count = (from: number, to: number) =>
      store().read((reader) => reader.countMessages(roomId, from, to))
    expect([await count(1, 5), await count(3, 4), await count(4, 100), await count(6, 9)]).toEqual([
      4, 1, 2, 0,
    ])
    expect(await store().read((reader) => reader.countMessages(asRoomId('nowhere'), 1, 9))).toBe(0)
  })

  test('unread is counted within a span, wherever the cursor is (I13)', async () => {
    const roomId = await newRoom(store())
    for (const text of ['1', '2']) await say(store(), roomId, 'ann', text)
    await say(store(), roomId, 'bob', '3')
    await commitOne(store(), roomId, deleteOp('ann', await say(store(), roomId, 'ann', '4')))
    await say(store(), roomId, 'ann', '5')
    await commitOne(store(), roomId, {
      ...{ kind: 'put-member', actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() },
      target: { id: ZOE, name: 'Zoe' },
    })
    await store().markRead(roomId, asUserId('bob'), 5)
    const count = (userId: string, from: number, to: number, room = roomId) =>
      store().read((reader) => reader.countUnread(asUserId(userId), room, from, to))
    expect([await count('bob', 1, 6), await count('bob', 2, 4), await count('ann', 1, 6)]).toEqual([3, 1, 1])
    expect([await count('bob', 6, 6), await count('bob', 7, 9)]).toEqual([0, 0])
    expect(await count('bob', 1, 9, asRoomId('nowhere'))).toBe(0)
  })
}
