import { asUserId, type Room, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  messagesOf,
  newRoom,
  nextAt,
  nextMessageId,
  say,
} from '../stores/contract/contract-room'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { Op, Outcome, Plan } from './ops'

const store = createMemoryStore()
type Kind = 'join' | 'leave' | 'kick' | 'ban' | 'unban' | 'invite'

function act(kind: Kind, by: string, target = by): Op {
  const base = { actor: actorOf(by), at: nextAt(), messageId: nextMessageId() }
  const targetId = asUserId(target)
  switch (kind) {
    case 'join':
    case 'leave':
      return { kind, ...base }
    case 'kick':
    case 'ban':
      return { kind, ...base, targetId }
    case 'unban':
      return { kind, actor: base.actor, at: base.at, targetId }
    case 'invite':
      return { kind, ...base, target: { id: targetId, name: target } }
  }
}
const setRole = (by: string, target: string, role: 'owner' | 'admin' | 'member'): Op => ({
  kind: 'set-role',
  actor: actorOf(by),
  at: nextAt(),
  targetId: asUserId(target),
  role,
})
const planOf = (roomId: RoomId, op: Op): Promise<Plan> => commitOps(store, roomId, [op])
const decided = async (roomId: RoomId, op: Op): Promise<Outcome | undefined> =>
  (await planOf(roomId, op)).outcomes[0]
const room = (type: Room['type'], roles?: Parameters<typeof newRoom>[1]): Promise<RoomId> =>
  newRoom(store, { type, roles: { ann: 'owner', adm: 'admin', bob: 'member' }, ...roles })

describe('coming', () => {
  test('is logged after the member’s own row, and starts with nothing unread', async () => {
    const roomId = await room('public')
    await say(store, roomId, 'ann', 'before')
    const plan = await planOf(roomId, act('join', 'dot'))
    expect(plan.changes).toMatchObject([
      { rev: 5, kind: 'member', member: { userId: 'dot', role: 'member', fromSeq: 1, lastReadSeq: 1 } },
      {
        rev: 6,
        kind: 'message',
        message: {
          seq: 2,
          type: 'system',
          senderId: 'dot',
          content: 'dot joined',
          metadata: { action: 'join', userId: 'dot' },
        },
      },
    ])
  })

  test('silently broadcasts only the row', async () => {
    const roomId = await room('public')
    const plan = await planOf(roomId, { ...act('join', 'dot'), silent: true } as Op)
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['member'])
  })

  test('and going quietly, by a user who does so too often, is a row each and no system message', async () => {
    const roomId = await room('public')
    const quietly = (kind: 'join' | 'leave'): Op => ({ ...act(kind, 'bob'), quiet: true }) as Op
    const plan = await commitOps(store, roomId, [quietly('leave'), quietly('join')])
    expect(plan.outcomes).toMatchObject([{ ok: true }, { ok: true }])
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['member', 'member'])
  })

  test('twice is a success and no change', async () => {
    const roomId = await room('public')
    expect(await planOf(roomId, act('join', 'bob'))).toMatchObject({ outcomes: [{ ok: true }], changes: [] })
    expect(await planOf(roomId, act('invite', 'ann', 'bob'))).toMatchObject({
      outcomes: [{ ok: true }],
      changes: [],
    })
  })

  test.each([
    ['left a public room: he sees what any newcomer would', 'public', 'leave', 1],
    ['was kicked from a public room', 'public', 'kick', 3],
    ['left a private room', 'private', 'leave', 3],
    ['was kicked from a private room', 'private', 'kick', 3],
  ] as const)('again, after he %s', async (_, type, how, fromSeq) => {
    const roomId = await room(type)
    await planOf(roomId, how === 'leave' ? act('leave', 'bob') : act('kick', 'ann', 'bob'))
    await say(store, roomId, 'ann', 'while he was out')
    const back = await decided(roomId, type === 'public' ? act('join', 'bob') : act('invite', 'ann', 'bob'))
    expect(back).toMatchObject({ ok: true, member: { fromSeq, lastReadSeq: 2, role: 'member' } })
    expect(back).not.toHaveProperty('member.removed')
  })

  test.each(['leave', 'kick', 'ban'] as const)(
    'a silent join, of a default room, does not bring a user back: %s',
    async (kind) => {
      const roomId = await room('public')
      await planOf(roomId, kind === 'leave' ? act(kind, 'bob') : act(kind, 'ann', 'bob'))
      const plan = await planOf(roomId, { ...act('join', 'bob'), silent: true } as Op)
      expect(plan).toMatchObject({ outcomes: [{ ok: true }], changes: [] })
    },
  )

  test('a banned user can neither join nor be invited until they are unbanned', async () => {
    const roomId = await room('public')
    await planOf(roomId, act('ban', 'ann', 'bob'))
    expect(await decided(roomId, act('join', 'bob'))).toEqual({ ok: false, code: 'USER_BANNED' })
    expect(await decided(roomId, act('invite', 'ann', 'bob'))).toMatchObject({ code: 'FORBIDDEN' })
    const unbanned = await decided(roomId, act('unban', 'adm', 'bob'))
    expect(unbanned).toMatchObject({ ok: true, member: { removed: 'kicked' } })
    expect(await decided(roomId, act('join', 'bob'))).toMatchObject({ ok: true })
  })

  test('a ban of a private room is not revealed to the banned user', async () => {
    const roomId = await room('private')
    await planOf(roomId, act('ban', 'ann', 'bob'))
    expect(await decided(roomId, act('join', 'bob'))).toEqual({ ok: false, code: 'ROOM_NOT_FOUND' })
  })

  test('a mute outlives leaving', async () => {
    const roomId = await room('public')
    const until = '2100-01-01T00:00:00.000Z'
    const mute = {
      kind: 'mute',
      actor: actorOf('ann'),
      at: nextAt(),
      targetId: asUserId('bob'),
      until,
    } as const
    await commitOps(store, roomId, [mute, act('leave', 'bob')])
    expect(await decided(roomId, act('join', 'bob'))).toMatchObject({ member: { mutedUntil: until } })
  })
})

describe('going', () => {
  test('leaves a row with the removal, then the message', async () => {
    const roomId = await room('private')
    const plan = await planOf(roomId, act('leave', 'bob'))
    expect(plan.changes).toMatchObject([
      { kind: 'member', member: { userId: 'bob', removed: 'left' } },
      { kind: 'message', message: { content: 'bob left', metadata: { action: 'leave', userId: 'bob' } } },
    ])
  })

  test('again is a success for a user who left, and nothing for one who was removed', async () => {
    const roomId = await room('private')
    await planOf(roomId, act('leave', 'bob'))
    expect(await planOf(roomId, act('leave', 'bob'))).toMatchObject({ outcomes: [{ ok: true }], changes: [] })
    await planOf(roomId, act('kick', 'ann', 'adm'))
    expect(await decided(roomId, act('leave', 'adm'))).toEqual({ ok: false, code: 'ROOM_NOT_FOUND' })
  })

  test('is not open to the last owner until the room is handed over', async () => {
    const roomId = await room('private')
    const refused = { ok: false, code: 'LIMIT_EXCEEDED', field: 'role', limit: 1 }
    expect(await decided(roomId, act('leave', 'ann'))).toEqual(refused)
    expect(await decided(roomId, setRole('ann', 'ann', 'member'))).toEqual(refused)
    const { outcomes } = await commitOps(store, roomId, [setRole('ann', 'bob', 'owner'), act('leave', 'ann')])
    expect(outcomes).toMatchObject([
      { ok: true, member: { userId: 'bob', role: 'owner' } },
      { ok: true, member: { role: 'admin', removed: 'left' } },
    ])
  })

  test('is open to an owner who is alone: nobody is left behind', async () => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'member' } })
    const leave = [act('leave', 'ann'), act('leave', 'bob'), act('leave', 'ann')]
    expect((await commitOps(store, roomId, leave)).outcomes).toMatchObject([
      { code: 'LIMIT_EXCEEDED' },
      { ok: true },
      { ok: true, member: { removed: 'left' } },
    ])
  })

  test('of two owners in one batch: only the first goes', async () => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', bob: 'owner', cid: 'member' } })
    const { outcomes } = await commitOps(store, roomId, [act('leave', 'ann'), act('leave', 'bob')])
    expect(outcomes).toMatchObject([{ ok: true }, { code: 'LIMIT_EXCEEDED' }])
  })
})

describe('handing over', () => {
  test('makes the giver an admin, after the new owner’s row', async () => {
    const roomId = await room('private')
    const plan = await planOf(roomId, setRole('ann', 'bob', 'owner'))
    expect(plan.changes).toMatchObject([
      { kind: 'member', member: { userId: 'bob', role: 'owner' } },
      { kind: 'member', member: { userId: 'ann', role: 'admin' } },
    ])
    expect(plan.audit).toMatchObject([{ action: 'set-role', targetId: 'bob', reason: 'owner' }])
    expect(await decided(roomId, setRole('ann', 'adm', 'member'))).toEqual({ ok: false, code: 'FORBIDDEN' })
  })
})

describe('rank', () => {
  test.each([
    ['an admin', 'adm', 'ann'],
    ['an admin', 'adm', 'ad2'],
    ['an owner', 'ann', 'own'],
    ['oneself', 'ann', 'ann'],
  ])('%s does not kick, ban or mute his equal or better', async (_, by, target) => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', own: 'owner', adm: 'admin', ad2: 'admin' } })
    const targetId = asUserId(target)
    const mute: Op = {
      kind: 'mute',
      actor: actorOf(by),
      at: nextAt(),
      targetId,
      until: '2100-01-01T00:00:00Z',
    }
    for (const op of [act('kick', by, target), act('ban', by, target), mute]) {
      expect(await decided(roomId, op)).toEqual({ ok: false, code: 'FORBIDDEN', field: 'userId' })
    }
  })

  test('the server’s admin may, the last owner too', async () => {
    const roomId = await newRoom(store, { roles: { ann: 'owner', own: 'owner' } })
    const ban = (target: string): Op => ({
      ...act('ban', 'root', target),
      actor: { ...actorOf('root'), admin: true },
    })
    expect(await decided(roomId, ban('ann'))).toMatchObject({ ok: true, member: { removed: 'banned' } })
    expect(await decided(roomId, ban('own'))).toMatchObject({ ok: true })
  })
})

describe('moderation', () => {
  test('of an unknown user is USER_NOT_FOUND, but only for moderators', async () => {
    const roomId = await room('private')
    expect(await decided(roomId, act('kick', 'ann', 'ghost'))).toEqual({ ok: false, code: 'USER_NOT_FOUND' })
    expect(await decided(roomId, act('kick', 'bob', 'ghost'))).toEqual({ ok: false, code: 'FORBIDDEN' })
  })

  test('done twice is a success and no change; a ban of a kicked user is one', async () => {
    const roomId = await room('private')
    const [first] = (await planOf(roomId, act('kick', 'ann', 'bob'))).changes
    expect(first).toMatchObject({ kind: 'member', member: { removed: 'kicked' } })
    expect(await planOf(roomId, act('kick', 'adm', 'bob'))).toMatchObject({
      outcomes: [{ ok: true }],
      changes: [],
    })
    const ban = await planOf(roomId, act('ban', 'adm', 'bob'))
    // Bob is out already: no second system message.
    expect(ban.changes).toMatchObject([{ kind: 'member', member: { removed: 'banned' } }])
    expect(await planOf(roomId, act('kick', 'ann', 'bob'))).toMatchObject({ changes: [] })
  })

  test('every act is in the audit, under the rev of its row', async () => {
    const roomId = await room('private')
    const mute = { kind: 'mute', actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') } as const
    await commitOps(store, roomId, [
      { ...mute, until: '2100-01-01T01:00:00+01:00' },
      { ...mute, until: '2100-01-01T00:00:00Z' },
      { ...mute, until: null },
      setRole('ann', 'bob', 'admin'),
      { ...act('kick', 'ann', 'bob'), reason: 'spam' } as Op,
    ])
    const audit = await store.read((reader) => reader.audit(roomId, { limit: 10 }))
    expect(audit.map(({ action, id, reason }) => [action, Number(id), reason])).toEqual([
      ['kick', 7, 'spam'],
      ['set-role', 6, 'admin'],
      ['unmute', 5, null],
      ['mute', 4, null],
    ])
  })

  test.each(['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+00:01'])(
    'a mute until %s is refused: no client reads that year, and one such row would stop the room for all (P12)',
    async (until) => {
      const roomId = await room('private')
      const mute = { kind: 'mute', actor: actorOf('ann'), at: nextAt(), targetId: asUserId('bob') } as const
      const { outcomes } = await commitOps(store, roomId, [
        { ...mute, until },
        { ...mute, until: '9999-12-31T23:59:59.999Z' },
      ])
      expect(outcomes).toMatchObject([{ code: 'INVALID_PAYLOAD', field: 'until' }, { ok: true }])
    },
  )

  test('a rename is a system message; other settings are merged and broadcast by the room’s row alone', async () => {
    const roomId = await newRoom(store, { name: 'Old', settings: { readOnly: true } })
    const update = {
      kind: 'update-room',
      actor: actorOf('ann'),
      at: nextAt(),
      messageId: nextMessageId(),
    } as const
    const { outcomes, changes } = await commitOps(store, roomId, [
      { ...update, settings: { slowModeSeconds: 5 } },
      { ...update, settings: { slowModeSeconds: 5 }, name: 'Old', metadata: {} },
      { ...update, name: 'New' },
    ])
    expect(outcomes).toMatchObject([
      { room: { settings: { readOnly: true, slowModeSeconds: 5 }, rev: 3 } },
      { room: { rev: 3 } },
      { room: { name: 'New', rev: 4, lastSeq: 0 } },
    ])
    expect(changes.map(({ rev, kind }) => [rev, kind])).toEqual([
      [3, 'room'],
      [4, 'room'],
      [5, 'message'],
    ])
    expect(await messagesOf(store, roomId)).toMatchObject([
      { content: 'ann renamed the room to New', metadata: { action: 'rename' } },
    ])
  })

  test('a dm has no owner: neither user deletes the other’s messages', async () => {
    const roomId = await newRoom(store, { type: 'dm' })
    const messageId = await say(store, roomId, 'bob', 'mine')
    const deletion: Op = { kind: 'delete', actor: actorOf('ann'), at: nextAt(), messageId }
    expect(await decided(roomId, deletion)).toEqual({ ok: false, code: 'FORBIDDEN' })
    const byServer: Op = { ...deletion, actor: { ...actorOf('root'), admin: true } }
    await expect(commitOne(store, roomId, byServer)).resolves.toMatchObject({ message: { deleted: true } })
  })
})

describe('the only owner', () => {
  const root = { id: asUserId('root'), name: 'Root', admin: true }
  const byRoot = (op: Op): Op => ({ ...op, actor: root })

  test.each(['kick', 'ban'] as const)('can be removed by a server admin: %s', async (kind) => {
    const roomId = await room('public')
    expect(await decided(roomId, byRoot(act(kind, 'root', 'ann')))).toMatchObject({
      ok: true,
      member: { userId: 'ann', removed: kind === 'kick' ? 'kicked' : 'banned' },
    })
    // No member can take the owner's place; the server admin names one.
    expect(await decided(roomId, setRole('adm', 'adm', 'owner'))).toMatchObject({ code: 'FORBIDDEN' })
    expect(await decided(roomId, byRoot(setRole('root', 'bob', 'owner')))).toMatchObject({
      member: { userId: 'bob', role: 'owner' },
    })
  })

  test('can be replaced by a server admin, who need not be in the room', async () => {
    const roomId = await room('private')
    expect(await decided(roomId, byRoot(setRole('root', 'ann', 'member')))).toMatchObject({
      member: { userId: 'ann', role: 'member' },
    })
    expect(await decided(roomId, byRoot(setRole('root', 'bob', 'owner')))).toMatchObject({
      member: { userId: 'bob', role: 'owner' },
    })
  })

  test('stays for all others, itself included', async () => {
    const roomId = await room('public')
    expect(await decided(roomId, act('leave', 'ann'))).toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect(await decided(roomId, setRole('ann', 'ann', 'member'))).toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect(await decided(roomId, act('kick', 'adm', 'ann'))).toMatchObject({ code: 'FORBIDDEN' })
  })
})
