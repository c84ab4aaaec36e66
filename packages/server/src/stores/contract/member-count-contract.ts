import { asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { Op } from '../../core/ops'
import { actorOf, commitOps, newRoom, nextAt, nextMessageId, roomOf, sendOp } from './contract-room'
import { settledOrWaited } from './snapshot-contract'
import type { ContractContext } from './store-contract'

export function memberCountContract({ store }: ContractContext): void {
  const ann = asUserId('ann')
  const countOf = async (roomId: RoomId): Promise<number | undefined> => {
    const [found] = await store().read((reader) => reader.memberships(ann, [roomId]))
    return found?.room.memberCount
  }
  const on = (kind: 'kick' | 'ban' | 'unban' | 'invite', name: string): Op => {
    const base = { actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() }
    const target = asUserId(name)
    return kind === 'invite'
      ? { kind, ...base, target: { id: target, name } }
      : { kind, ...base, targetId: target }
  }
  const own = (kind: 'join' | 'leave', name: string): Op => ({
    kind,
    actor: actorOf(name),
    at: nextAt(),
    messageId: nextMessageId(),
  })

  describe('memberCount', () => {
    test('counts present members, not past ones', async () => {
      const roomId = await newRoom(store(), { type: 'public' })
      expect(await countOf(roomId)).toBe(2)
      const steps: [Op, number][] = [
        [own('join', 'cid'), 3],
        [own('join', 'cid'), 3],
        [sendOp('cid', 'hello'), 3],
        [on('kick', 'cid'), 2],
        [on('kick', 'cid'), 2],
        [on('ban', 'cid'), 2],
        [on('unban', 'cid'), 2],
        [on('invite', 'cid'), 3],
        [own('leave', 'bob'), 2],
        [own('join', 'bob'), 3],
        [on('ban', 'bob'), 2],
        [own('join', 'bob'), 2],
      ]
      for (const [op, count] of steps) {
        await commitOps(store(), roomId, [op])
        expect([op.kind, await countOf(roomId)]).toEqual([op.kind, count])
      }
    })

    test('is right after a batch in which a user joins, leaves and joins again', async () => {
      const roomId = await newRoom(store(), { type: 'public' })
      const { changes } = await commitOps(store(), roomId, [
        own('join', 'cid'),
        own('leave', 'cid'),
        own('join', 'dot'),
        own('join', 'cid'),
      ])
      const counts = changes.flatMap((change) => (change.kind === 'member' ? [change.memberCount] : []))
      expect(counts).toEqual([3, 2, 3, 4])
      expect(await countOf(roomId)).toBe(4)
    })

    test('of a room made with members who have left counts the others', async () => {
      const { room, members } = roomOf({ roles: { ann: 'owner', bob: 'member', cid: 'member' } })
      const rows = members.map((member) =>
        member.userId === 'cid' ? { ...member, removed: 'left' as const } : member,
      )
      const made = await store().createRoom({ room, members: rows })
      expect(made.room.memberCount).toBe(2)
      expect(await countOf(room.id)).toBe(2)
      expect((await store().createRoom({ room, members: rows })).room.memberCount).toBe(2)
    })

    test('of a room made with thousands of members, as by an import, is their number', async () => {
      const names = Array.from({ length: 5_000 }, (_, index) => `user${index}`)
      const roles = Object.fromEntries(names.map((name) => [name, 'member' as const]))
      const roomId = await newRoom(store(), { roles })
      expect(await countOf(roomId)).toBe(5_000)
    })

    test('does not move with a read cursor, a role or a mute', async () => {
      const roomId = await newRoom(store())
      const base = { actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') }
      await commitOps(store(), roomId, [sendOp('ann', 'hello')])
      await store().markRead(roomId, asUserId('bob'), 1)
      await commitOps(store(), roomId, [
        { kind: 'set-role', role: 'admin', ...base },
        { kind: 'mute', until: '2030-01-01T00:00:00Z', ...base },
      ])
      expect(await countOf(roomId)).toBe(2)
    })

    test('is in the row that a commit returns', async () => {
      const roomId = await newRoom(store(), { type: 'public', name: 'Counted' })
      await commitOps(store(), roomId, [own('join', 'cid')])
      const { outcomes } = await commitOps(store(), roomId, [
        {
          kind: 'update-room',
          actor: actorOf('ann'),
          at: nextAt(),
          messageId: nextMessageId(),
          name: 'New',
        },
      ])
      expect(outcomes).toMatchObject([{ ok: true, room: { memberCount: 3 } }])
    })

    test('is that of the snapshot', async () => {
      const roomId = await newRoom(store(), { type: 'public' })
      let joining: Promise<unknown> = Promise.resolve()
      await store().read(async (reader) => {
        const before = await reader.memberships(ann, [roomId])
        joining = commitOps(store(), roomId, [own('join', 'cid')])
        await settledOrWaited(joining)
        expect((await reader.memberships(ann, [roomId]))[0]?.room.memberCount).toBe(
          before[0]?.room.memberCount,
        )
      })
      await joining
      expect(await countOf(roomId)).toBe(3)
    })
  })
}
