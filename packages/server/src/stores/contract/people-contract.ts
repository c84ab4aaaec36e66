import { asRoomId, asUserId, LIMITS, type Member, type RoomId, type UserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, ids, newRoom, nextAt, nextMessageId, roomOf, say } from './contract-room'
import type { ContractContext } from './store-contract'

const [ANN, BOB, CID, EVE] = ids('ann', 'bob', 'cid', 'eve') as [UserId, UserId, UserId, UserId]
const ROOM = asRoomId('room-1')
const [NOW, SOON] = [1_000_000, 2_000_000]

export function peopleContract({ store }: ContractContext): void {
  const inviting = (userIds: readonly UserId[], { roomId = ROOM, inviterId = EVE, at = NOW } = {}) =>
    store().invite({ roomId, inviterId, userIds, at, until: at + (SOON - NOW) })
  const waiting = async (userId: UserId, nowMs = NOW): Promise<RoomId[]> => {
    const rows = await store().read((reader) => reader.invitations(userId, { nowMs, limit: 1_000 }))
    return rows.map(({ roomId }) => roomId)
  }
  const sent = async (inviterId: UserId, nowMs = NOW): Promise<string[]> => {
    const rows = await store().read((reader) => reader.sentInvitations(inviterId, { nowMs, limit: 1_000 }))
    return rows.map(({ roomId, userId }) => `${roomId} ${userId}`)
  }
  const withdraw = (userId: UserId, inviterId = EVE, roomId = ROOM) =>
    store().withdrawInvitation({ roomId, userId, inviterId, nowMs: NOW })
  const acquaintancesOf = async (userId: UserId, others: readonly UserId[]): Promise<UserId[]> =>
    [...(await store().read((reader) => reader.acquaintances(userId, others)))].sort()

  /** A room that ann made, putting the others into it. */
  async function withAdded(...added: string[]): Promise<RoomId> {
    const { room, members } = roomOf({ roles: { ann: 'owner', bob: 'member', cid: 'member' } })
    const rows = members.map((row): Member => (added.includes(row.userId) ? { ...row, added: true } : row))
    await store().createRoom({ room, members: rows })
    return room.id
  }

  describe('acquaintances', () => {
    test('share a room that both joined themselves', async () => {
      await withAdded('cid')
      expect(await acquaintancesOf(ANN, [BOB, CID, EVE, asUserId('__proto__')])).toEqual(['bob'])
      expect(await acquaintancesOf(CID, [ANN, BOB])).toEqual([])
      expect(await acquaintancesOf(ANN, [])).toEqual([])
    })

    test('do not when one has left, and do when a user who was put there writes', async () => {
      const roomId = await withAdded('cid')
      const messageId = nextMessageId()
      await commitOne(store(), roomId, { kind: 'leave', actor: actorOf('bob'), at: nextAt(), messageId })
      await say(store(), roomId, 'cid', 'hello')
      expect(await acquaintancesOf(ANN, [BOB, CID])).toEqual(['cid'])
    })

    test('whether a member was put there is in each of their rows', async () => {
      const roomId = await withAdded('cid')
      const found = await store().read(async (reader) => ({
        member: (await reader.memberships(CID, [roomId]))[0]?.member?.added,
        page: (await reader.members(roomId, { limit: 10 })).map(({ added }) => added),
        here: await reader.whoIsIn([roomId], [BOB, CID]),
      }))
      expect(found).toMatchObject({ member: true, page: [undefined, undefined, true] })
      expect(found.here.map(({ userId, added }) => [userId, added])).toEqual([
        ['bob', false],
        ['cid', true],
      ])
    })
  })

  describe('invitations', () => {
    test('wait for their user, newest first, and are removed when accepted', async () => {
      const second = asRoomId('room-2')
      expect(await inviting([BOB, asUserId('nobody')])).toEqual(['bob', 'nobody'])
      expect(await inviting([BOB], { roomId: second, at: NOW + 1 })).toEqual(['bob'])
      const rows = await store().read((reader) => reader.invitations(BOB, { nowMs: NOW, limit: 10 }))
      expect(rows).toEqual([
        { roomId: second, userId: 'bob', inviterId: 'eve', at: NOW + 1, until: SOON + 1 },
        { roomId: ROOM, userId: 'bob', inviterId: 'eve', at: NOW, until: SOON },
      ])
      const of = { nowMs: NOW, roomId: ROOM, limit: 1 }
      expect(await store().read((reader) => reader.invitations(BOB, of))).toEqual([rows[1]])
      expect(await store().answerInvitation(BOB, ROOM, 'accepted')).toBe(true)
      expect(await store().answerInvitation(BOB, ROOM, 'accepted')).toBe(false)
      expect(await waiting(BOB)).toEqual([second])
    })

    test('of one room are one: a waiting one stays, and a declined one stays declined', async () => {
      await inviting([BOB])
      expect(await inviting([BOB], { inviterId: ANN })).toEqual([])
      expect(await store().answerInvitation(BOB, ROOM, 'declined')).toBe(true)
      expect(await store().answerInvitation(BOB, ROOM, 'declined')).toBe(false)
      expect(await inviting([BOB])).toEqual([])
      expect(await waiting(BOB)).toEqual([])
    })

    test('expire, can be made again then, and are dropped', async () => {
      await inviting([BOB, CID])
      await store().answerInvitation(BOB, ROOM, 'declined')
      expect(await waiting(CID, SOON - 1)).toEqual([ROOM])
      expect(await waiting(CID, SOON)).toEqual([])
      expect(await inviting([BOB], { at: SOON })).toEqual(['bob'])
      expect(await store().forgetInvitations(SOON)).toBe(0)
      expect(await store().forgetInvitations(SOON + 1)).toBe(1)
      expect(await waiting(BOB, SOON)).toEqual([ROOM])
    })

    test('are listed for their inviter: waiting, declined and unknown ones alike, newest first', async () => {
      const second = asRoomId('room-2')
      await inviting([BOB, asUserId('nobody')])
      await inviting([BOB], { roomId: second, at: NOW + 1 })
      await inviting([CID], { inviterId: ANN })
      const before = await sent(EVE)
      expect(before).toEqual([`${second} bob`, 'room-1 bob', 'room-1 nobody'])
      await store().answerInvitation(BOB, ROOM, 'declined')
      await store().block(BOB, EVE, '2026-01-01T00:00:00.000Z')
      expect(await sent(EVE)).toEqual(before)
      expect(await sent(EVE, SOON)).toEqual([`${second} bob`])
      await store().answerInvitation(asUserId('nobody'), ROOM, 'accepted')
      expect(await sent(EVE)).toEqual([`${second} bob`, 'room-1 bob'])
      expect(await sent(ANN)).toEqual(['room-1 cid'])
    })

    test('are withdrawn by their inviter alone, and cannot be accepted then', async () => {
      await inviting([BOB, CID])
      await store().answerInvitation(CID, ROOM, 'declined')
      expect(await withdraw(BOB, ANN)).toBe(false)
      expect(await waiting(BOB)).toEqual([ROOM])
      expect([await withdraw(BOB), await withdraw(BOB), await withdraw(CID)]).toEqual([true, false, false])
      expect([await waiting(BOB), await sent(EVE)]).toEqual([[], []])
      const of = { nowMs: NOW, roomId: ROOM, limit: 1 }
      expect(await store().read((reader) => reader.invitations(BOB, of))).toEqual([])
      expect(await store().answerInvitation(BOB, ROOM, 'accepted')).toBe(false)
    })

    test('withdrawn ones stand again when repeated, with their time, and notify no second time', async () => {
      await inviting([BOB, CID])
      await store().answerInvitation(CID, ROOM, 'declined')
      for (const userId of [BOB, CID]) await withdraw(userId)
      expect(await inviting([BOB, CID], { at: NOW + 5 })).toEqual([])
      expect([await waiting(BOB), await waiting(CID)]).toEqual([[ROOM], []])
      expect(await sent(EVE)).toEqual(['room-1 bob', 'room-1 cid'])
      expect([await waiting(BOB, SOON), await sent(EVE, SOON)]).toEqual([[], []])
    })

    test('withdrawn ones are no obstacle to another inviter; a decline remains one', async () => {
      await inviting([BOB, CID])
      await store().answerInvitation(CID, ROOM, 'declined')
      for (const userId of [BOB, CID]) await withdraw(userId)
      expect(await inviting([BOB, CID], { inviterId: ANN, at: NOW + 5 })).toEqual(['bob'])
      expect([await waiting(BOB, SOON), await waiting(CID)]).toEqual([[ROOM], []])
      expect([await sent(ANN), await sent(EVE)]).toEqual([['room-1 bob', 'room-1 cid'], []])
    })

    test('withdrawn ones count for their inviter, and not for those who do not see them', async () => {
      const users = ids(...Array.from({ length: LIMITS.invitationsSent }, (_, n) => `user-${n}`))
      await inviting(users)
      await withdraw(asUserId('user-0'))
      expect(await inviting([BOB])).toBeUndefined()
      expect(await inviting([asUserId('user-0')], { at: NOW + 1 })).toEqual([])
      const rooms = Array.from({ length: LIMITS.invitationsReceived }, (_, n) => asRoomId(`place-${n}`))
      for (const [n, roomId] of rooms.entries()) {
        await inviting([BOB], { roomId, inviterId: asUserId(`inviter-${n}`) })
        await withdraw(BOB, asUserId(`inviter-${n}`), roomId)
      }
      expect(await inviting([BOB], { inviterId: ANN })).toEqual(['bob'])
      const full = rooms.slice(0, LIMITS.invitationsFromOne + 1)
      for (const roomId of full) await inviting([CID], { roomId, inviterId: ANN })
      for (const roomId of full) await withdraw(CID, ANN, roomId)
      for (const roomId of full) await inviting([CID], { roomId, inviterId: ANN, at: NOW + 1 })
      expect(await waiting(CID)).toHaveLength(LIMITS.invitationsFromOne)
    })

    test('of one inviter are no more than the limit, declined ones included; a repeat does not count', async () => {
      const users = ids(...Array.from({ length: LIMITS.invitationsSent }, (_, n) => `user-${n}`))
      expect(await inviting(users)).toHaveLength(users.length)
      await store().answerInvitation(asUserId('user-0'), ROOM, 'declined')
      expect(await inviting([BOB])).toBeUndefined()
      expect(await waiting(BOB)).toEqual([])
      expect(await inviting(users)).toEqual([])
      expect(await inviting([BOB], { inviterId: ANN })).toEqual(['bob'])
      expect(await inviting([CID], { at: SOON })).toEqual(['cid'])
    })

    test('of one user are shown no more than the limit, and of one inviter fewer', async () => {
      const rooms = Array.from({ length: LIMITS.invitationsReceived + 5 }, (_, n) => asRoomId(`place-${n}`))
      for (const roomId of rooms.slice(0, LIMITS.invitationsFromOne + 1)) await inviting([BOB], { roomId })
      expect(await waiting(BOB)).toHaveLength(LIMITS.invitationsFromOne)
      for (const [n, roomId] of rooms.entries())
        await inviting([BOB], { roomId, inviterId: asUserId(`inviter-${n}`) })
      expect(await waiting(BOB)).toHaveLength(LIMITS.invitationsReceived)
    })
  })

  describe('blocks', () => {
    test('are of the user who made them, in pages, each once', async () => {
      const at = '2026-01-01T00:00:00.000Z'
      for (const id of [EVE, CID, EVE]) expect(await store().block(BOB, id, at)).toEqual([])
      const blockers = await store().read((reader) => reader.blockersOf(EVE, [ANN, BOB, CID]))
      expect([...blockers]).toEqual(['bob'])
      const page = (query: { after?: UserId; limit: number }) =>
        store().read((reader) => reader.blocked(BOB, query))
      expect(await page({ limit: 1 })).toEqual([{ userId: 'cid', blockedAt: at }])
      expect(await page({ after: CID, limit: 9 })).toEqual([{ userId: 'eve', blockedAt: at }])
      await store().unblock(BOB, EVE)
      await store().unblock(BOB, EVE)
      expect(await page({ limit: 9 })).toEqual([{ userId: 'cid', blockedAt: at }])
    })

    test('decline waiting invitations, and later ones are not shown', async () => {
      const at = '2026-01-01T00:00:00.000Z'
      await inviting([BOB])
      await inviting([BOB], { roomId: asRoomId('room-2'), inviterId: ANN })
      expect(await store().block(BOB, EVE, at)).toEqual([ROOM])
      expect(await inviting([BOB], { roomId: asRoomId('room-3') })).toEqual([])
      expect(await waiting(BOB)).toEqual(['room-2'])
    })

    test('are no more than the limit; a blocked user may be blocked again', async () => {
      const at = '2026-01-01T00:00:00.000Z'
      const users = ids(...Array.from({ length: LIMITS.blockedUsers }, (_, n) => `user-${n}`))
      await Promise.all(users.map((id) => store().block(BOB, id, at)))
      expect(await store().block(BOB, EVE, at)).toBeUndefined()
      expect(await store().block(BOB, asUserId('user-1'), at)).toEqual([])
      expect(await store().block(ANN, EVE, at)).toEqual([])
    })
  })

  describe('a hidden room', () => {
    const hiddenSeqOf = async (userId: UserId, roomId: RoomId): Promise<number | undefined> => {
      const [found] = await store().read((reader) => reader.memberships(userId, [roomId]))
      return found?.hiddenSeq
    }

    test('is hidden as of its newest message, for its member alone', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', 'hello')
      expect(await store().hide(roomId, BOB, true)).toEqual({ hiddenSeq: 1 })
      await say(store(), roomId, 'ann', 'again')
      expect([await hiddenSeqOf(BOB, roomId), await hiddenSeqOf(ANN, roomId)]).toEqual([1, undefined])
      expect(await store().hide(roomId, BOB, false)).toEqual({ hiddenSeq: null })
      expect(await hiddenSeqOf(BOB, roomId)).toBeUndefined()
    })

    test('is hidden by its members only', async () => {
      const roomId = await newRoom(store())
      expect(await store().hide(roomId, EVE, true)).toBeUndefined()
      expect(await store().hide(asRoomId('nowhere'), BOB, true)).toBeUndefined()
    })
  })

  test('a dm is found by its key', async () => {
    const { room, members } = roomOf({ type: 'dm' })
    await store().createRoom({ room, members, dmKey: 'ann bob' })
    const found = (key: string) => store().read((reader) => reader.dm(key))
    expect([await found('ann bob'), await found('ann')]).toEqual([room.id, undefined])
  })
}
