import { LIMITS } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { testNode } from './test-node'

type World = ReturnType<typeof testNode>
type Device = Awaited<ReturnType<World['device']>>
type Answer = Record<string, unknown>

let world: World
beforeEach(() => {
  world = testNode({ invitations: 'consent' })
})

/** The part of an answer at a path. */
function at(answer: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
    answer,
  )
}
const idOf = (answer: Answer): string => String(at(answer, 'room', 'id'))
const done = async (device: Device, event: string, payload: object): Promise<Answer> => {
  const answer = await device.ask(event, payload)
  expect(answer).toMatchObject({ ok: true })
  return answer
}
const invitedTo = async (device: Device): Promise<unknown[]> => {
  const { invitations } = await done(device, 'list-invitations', {})
  return Array.isArray(invitations) ? invitations.map((one) => at(one, 'roomId')) : []
}
const sentBy = async (device: Device): Promise<string[]> => {
  const { invitations } = await done(device, 'list-sent-invitations', {})
  return Array.isArray(invitations)
    ? invitations.map((one) => `${at(one, 'roomId')} ${at(one, 'userId')}`).sort()
    : []
}
const roomsOf = async (device: Device): Promise<unknown[]> => {
  const { list } = await done(device, 'sync', { rooms: {}, list: true })
  return Array.isArray(list) ? list.map((item) => at(item, 'room', 'id')) : []
}
const namesIn = async (device: Device, roomId: string): Promise<unknown> =>
  at(await done(device, 'fetch-members', { roomId }), 'members')
const statusOf = async (device: Device, userId: string): Promise<unknown> =>
  at(await done(device, 'watch-presence', { userIds: [userId] }), 'presence', '0', 'status')

/** Both join it themselves. */
async function meet(...devices: Device[]): Promise<string> {
  const [first, ...others] = devices
  if (!first) throw new Error('nobody meets')
  const roomId = idOf(await done(first, 'create-room', { name: 'Square', type: 'public' }))
  for (const device of others) await done(device, 'add-member', { roomId })
  return roomId
}

describe('users who share a room that both joined', () => {
  test('put each other into rooms and dms at once', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    await meet(ann, bob)
    const made = await done(ann, 'create-room', { name: 'Den', type: 'private', members: ['bob'] })
    expect(made.invited).toBeUndefined()
    const dm = await done(ann, 'open-dm', { userIds: ['bob'] })
    expect(dm).not.toHaveProperty('invited')
    expect(await roomsOf(bob)).toEqual(expect.arrayContaining([idOf(made), idOf(dm)]))
    const other = idOf(await done(ann, 'create-room', { name: 'Loft', type: 'private' }))
    const added = await done(ann, 'add-member', { roomId: other, userId: 'bob' })
    expect(at(added, 'member')).toMatchObject({ userId: 'bob', added: true })
    expect(await statusOf(ann, 'bob')).toBe('online')
  })

  test('being put into a room is no acquaintance until the user writes there', async () => {
    const [ann, bob, eve] = [await world.device('ann'), await world.device('bob'), await world.device('eve')]
    await meet(ann, bob)
    await meet(ann, eve)
    const made = await done(ann, 'create-room', { name: 'Den', type: 'private', members: ['bob', 'eve'] })
    expect(await statusOf(eve, 'bob')).toBe('offline')
    expect(await done(eve, 'open-dm', { userIds: ['bob'] })).toMatchObject({ invited: ['bob'] })
    for (const device of [eve, bob])
      await done(device, 'send-message', { roomId: idOf(made), content: 'hello', clientId: 'client-0001' })
    expect(await statusOf(eve, 'bob')).toBe('online')
    expect(await done(eve, 'open-dm', { userIds: ['bob'] })).not.toHaveProperty('invited')
  })
})

describe('P9: a stranger', () => {
  test('is invited, and until they accept is answered like an unknown id', async () => {
    const [eve, bob] = [await world.device('eve'), await world.device('bob?name=Bob')]
    const room = idOf(await done(eve, 'create-room', { name: 'Trap', type: 'private' }))
    const bytesOf = async (userId: string): Promise<string> => {
      const made = await eve.ask('create-room', { name: 'Den', type: 'private', members: [userId] })
      const dm = await eve.ask('open-dm', { userIds: [userId] })
      const added = await eve.ask('add-member', { roomId: room, userId })
      const seen = await eve.ask('fetch-members', { roomId: idOf(dm) })
      const watched = await eve.ask('watch-presence', { userIds: [userId] })
      const kicked = await eve.ask('remove-member', { roomId: room, userId })
      const banned = await eve.ask('ban-member', { roomId: room, userId })
      return JSON.stringify([made, dm, added, seen, watched, kicked, banned])
        .replaceAll(userId, 'USER')
        .replaceAll(/"(requestId|id|roomId)":"[^"]*"/g, '"$1":""')
    }
    expect(await bytesOf('bob')).toBe(await bytesOf('bab'))
    expect(bob.all('room-added')).toEqual([])
    expect(bob.all('invitation')).toHaveLength(3)
    expect(bob.all('invitation')[0]).toMatchObject({
      invitation: { name: 'Den', type: 'private', memberCount: 1, inviter: { id: 'eve', name: 'eve' } },
    })
  })

  test('accepts: is in the room, by their name, and visible from then on', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob?name=Bob')]
    const dm = await done(ann, 'open-dm', { userIds: ['bob'] })
    expect(dm).toMatchObject({ room: { name: 'ann, bob', memberCount: 1 }, invited: ['bob'] })
    const roomId = idOf(dm)
    await done(ann, 'send-message', { roomId, content: 'it is me', clientId: 'client-0001' })
    const accepted = await done(bob, 'accept-invitation', { roomId })
    expect(accepted).toMatchObject({ room: { id: roomId, name: 'Bob, ann', memberCount: 2 } })
    expect(await namesIn(ann, roomId)).toMatchObject([{ name: 'ann' }, { name: 'Bob' }])
    expect(bob.all('invitation-removed')).toEqual([{ roomId }])
    const { list } = await done(bob, 'sync', { rooms: {}, list: true })
    expect(list).toMatchObject([{ unread: 1, preview: { content: 'it is me' } }])
    expect(await statusOf(ann, 'bob')).toBe('online')
    // The ack of the first may have been lost.
    await done(bob, 'accept-invitation', { roomId })
  })

  test('opening the same dm accepts it', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
    const dm = await done(bob, 'open-dm', { userIds: ['ann'] })
    expect(dm).not.toHaveProperty('invited')
    expect(idOf(dm)).toBe(roomId)
    expect(await namesIn(ann, roomId)).toHaveLength(2)
    expect(await invitedTo(bob)).toEqual([])
  })

  test('declines: the inviter learns nothing, and cannot ask for the same again', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
    const received = () => ann.events.filter(({ event }) => !['ready', 'room-added'].includes(event))
    await done(bob, 'decline-invitation', { roomId })
    await done(bob, 'decline-invitation', { roomId })
    expect(received()).toEqual([])
    expect(await done(ann, 'open-dm', { userIds: ['bob'] })).toMatchObject({ invited: ['bob'] })
    expect(bob.all('invitation')).toHaveLength(1)
    expect(await invitedTo(bob)).toEqual([])
    expect(await bob.ask('accept-invitation', { roomId })).toMatchObject({ code: 'INVITATION_NOT_FOUND' })
  })

  test('is listed for the inviter as they were invited, whether they exist, declined, or blocked the inviter', async () => {
    const [ann, bob, cid] = [await world.device('ann'), await world.device('bob'), await world.device('cid')]
    await done(cid, 'block-user', { userId: 'ann' })
    const members = ['bob', 'cid', 'nobody']
    const roomId = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private', members }))
    await done(bob, 'decline-invitation', { roomId })
    const one = (userId: string) => ({
      ...{ roomId, userId },
      ...{ createdAt: expect.any(String), expiresAt: expect.any(String) },
    })
    expect(await done(ann, 'list-sent-invitations', {})).toEqual({ ok: true, invitations: members.map(one) })
    expect(await done(bob, 'list-sent-invitations', {})).toEqual({ ok: true, invitations: [] })
    const answers = []
    for (const userId of [...members, 'never-invited'])
      answers.push(JSON.stringify(await done(ann, 'withdraw-invitation', { roomId, userId })))
    expect(new Set(answers).size).toBe(1)
    expect(await sentBy(ann)).toEqual([])
  })

  test('does not see a withdrawn invitation, and cannot accept it', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private', members: ['bob'] }))
    await done(bob, 'withdraw-invitation', { roomId, userId: 'bob' })
    expect(await invitedTo(bob)).toEqual([roomId])
    await done(ann, 'withdraw-invitation', { roomId, userId: 'bob' })
    expect([await invitedTo(bob), bob.all('invitation-removed')]).toEqual([[], [{ roomId }]])
    expect(await bob.ask('accept-invitation', { roomId })).toMatchObject({ code: 'INVITATION_NOT_FOUND' })
    await done(ann, 'add-member', { roomId, userId: 'bob' })
    expect([await invitedTo(bob), bob.all('invitation').length]).toEqual([[roomId], 1])
  })

  test('leaves the list of the inviter by joining, and with the room', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const members = ['bob', 'cid']
    const open = idOf(await done(ann, 'create-room', { name: 'Square', type: 'public', members }))
    const den = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private', members }))
    await done(bob, 'add-member', { roomId: open })
    await done(bob, 'accept-invitation', { roomId: den })
    expect(await sentBy(ann)).toEqual([`${den} cid`, `${open} cid`].sort())
    await done(await world.device('root?admin=1'), 'delete-room', { roomId: den })
    expect(await sentBy(ann)).toEqual([`${open} cid`])
  })

  test('an invitation ends at its time, and with the right to invite', async () => {
    const [ann, eve, bob] = [await world.device('ann'), await world.device('eve'), await world.device('bob')]
    await meet(ann, eve)
    const roomId = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private', members: ['eve'] }))
    await done(ann, 'set-role', { roomId, userId: 'eve', role: 'admin' })
    await done(eve, 'add-member', { roomId, userId: 'bob' })
    expect(await invitedTo(bob)).toEqual([roomId])
    await done(ann, 'remove-member', { roomId, userId: 'eve' })
    expect(await bob.ask('accept-invitation', { roomId })).toMatchObject({ code: 'INVITATION_NOT_FOUND' })
    const second = idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
    expect(await invitedTo(bob)).toEqual([second])
    await world.clock.pass(LIMITS.invitationDays * 86_400_000)
    expect(await invitedTo(bob)).toEqual([])
    expect(await bob.ask('accept-invitation', { roomId: second })).toMatchObject({
      code: 'INVITATION_NOT_FOUND',
    })
  })

  test('saying yes to one that is void is no refusal: another may invite them there', async () => {
    const [ann, eve, bob] = [await world.device('ann'), await world.device('eve'), await world.device('bob')]
    await meet(ann, eve)
    const roomId = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private', members: ['eve'] }))
    await done(ann, 'set-role', { roomId, userId: 'eve', role: 'admin' })
    await done(eve, 'add-member', { roomId, userId: 'bob' })
    await done(ann, 'remove-member', { roomId, userId: 'eve' })
    expect(await bob.ask('accept-invitation', { roomId })).toMatchObject({ code: 'INVITATION_NOT_FOUND' })
    await done(ann, 'add-member', { roomId, userId: 'bob' })
    expect(await invitedTo(bob)).toEqual([roomId])
    await done(bob, 'accept-invitation', { roomId })
  })

  test('a room that could not be made leaves no invitation behind', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    for (let n = 0; n < 50; n++) await done(ann, 'create-room', { name: `Live ${n}`, type: 'ephemeral' })
    for (let n = 0; n < 3; n++)
      expect(
        await ann.ask('create-room', { name: 'One more', type: 'ephemeral', members: ['bob'] }),
      ).toMatchObject({ code: 'RATE_LIMITED' })
    const dm = idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
    expect(await invitedTo(bob)).toEqual([dm])
  })

  test('a missing invitation is answered like one of a hidden room', async () => {
    const [ann, eve] = [await world.device('ann'), await world.device('eve')]
    const hidden = idOf(await done(ann, 'create-room', { name: 'Den', type: 'private' }))
    const bytesOf = async (roomId: string): Promise<string> =>
      JSON.stringify(await eve.ask('accept-invitation', { roomId })).replace(/"requestId":"[^"]*"/, '')
    expect(await bytesOf(hidden)).toBe(await bytesOf('missing'))
  })

  test('a list has the waiting invitations, also on a device that connects later', async () => {
    const ann = await world.device('ann')
    const roomId = idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
    const bob = await world.device('bob')
    expect(await done(bob, 'sync', { rooms: {}, list: true })).toMatchObject({
      list: [],
      invitations: [{ roomId, type: 'dm', inviter: { id: 'ann' } }],
    })
    expect(await done(bob, 'sync', { rooms: {} })).not.toHaveProperty('invitations')
  })

  test('a banned user is not invited back, and an earlier invitation is void', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = idOf(await done(ann, 'create-room', { name: 'Den', type: 'public' }))
    await done(ann, 'add-member', { roomId, userId: 'bob' })
    await done(bob, 'add-member', { roomId })
    await done(ann, 'ban-member', { roomId, userId: 'bob' })
    expect(await ann.ask('add-member', { roomId, userId: 'bob' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await bob.ask('accept-invitation', { roomId })).toMatchObject({ code: 'USER_BANNED' })
  })

  test('a server admin puts users anywhere, and learns which ids are unknown', async () => {
    const [root, bob] = [await world.device('root?admin=1'), await world.device('bob')]
    const made = await done(root, 'create-room', { name: 'Den', type: 'private', members: ['bob'] })
    expect(await roomsOf(bob)).toEqual([idOf(made)])
    expect(await root.ask('open-dm', { userIds: ['nob'] })).toMatchObject({ code: 'USER_NOT_FOUND' })
  })

  test('no more invitations of one user wait than the limit', async () => {
    const eve = await world.device('eve')
    const members = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, n) => `user-${from + n}`)
    await done(eve, 'create-room', { name: 'Trap', type: 'private', members: members(0, 100) })
    const refused = await eve.ask('create-room', { name: 'Trap', type: 'private', members: members(100, 1) })
    expect(refused).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'invitations', limit: 100 })
    expect(await roomsOf(eve)).toHaveLength(1)
  })
})

describe('a blocked user', () => {
  test('is refused dms and invitations as if the other were absent; shared rooms stay', async () => {
    const [eve, bob] = [await world.device('eve'), await world.device('bob')]
    const square = await meet(eve, bob)
    const dm = idOf(await done(eve, 'open-dm', { userIds: ['bob'] }))
    await done(bob, 'block-user', { userId: 'eve' })
    expect(bob.all('room-removed')).toEqual([{ roomId: dm, reason: 'left' }])
    expect(await done(eve, 'open-dm', { userIds: ['bob'] })).toMatchObject({ invited: ['bob'] })
    const made = await done(eve, 'create-room', { name: 'Trap', type: 'private', members: ['bob'] })
    expect(made).toMatchObject({ invited: ['bob'], room: { memberCount: 1 } })
    expect([bob.all('invitation'), await invitedTo(bob), await roomsOf(bob)]).toEqual([[], [], [square]])
    await done(bob, 'unblock-user', { userId: 'eve' })
    expect(await done(eve, 'create-room', { name: 'Den', type: 'private', members: ['bob'] })).toMatchObject({
      room: { memberCount: 2 },
    })
  })

  test('in an open server too', async () => {
    world = testNode({ invitations: 'open' })
    const [eve, bob] = [await world.device('eve'), await world.device('bob')]
    await done(bob, 'block-user', { userId: 'eve' })
    expect(await eve.ask('open-dm', { userIds: ['bob'] })).toMatchObject({ code: 'USER_NOT_FOUND' })
  })

  test('loses their invitations, and is listed without a name', async () => {
    const [eve, bob] = [await world.device('eve'), await world.device('bob')]
    const roomId = idOf(await done(eve, 'open-dm', { userIds: ['bob'] }))
    await done(bob, 'block-user', { userId: 'eve' })
    await done(bob, 'block-user', { userId: 'nob' })
    expect(bob.all('invitation-removed')).toEqual([{ roomId }])
    expect(await bob.ask('block-user', { userId: 'bob' })).toMatchObject({ code: 'INVALID_PAYLOAD' })
    const blockedAt = expect.any(String)
    expect(await done(bob, 'list-blocked', { limit: 1 })).toEqual({
      ok: true,
      blocked: [{ userId: 'eve', blockedAt }],
      next: 'eve',
    })
    expect(await done(bob, 'list-blocked', { after: 'eve' })).toEqual({
      ok: true,
      blocked: [{ userId: 'nob', blockedAt }],
    })
  })
})

describe('a dm', () => {
  async function dmOf(ann: Device, bob: Device): Promise<string> {
    await meet(ann, bob)
    return idOf(await done(ann, 'open-dm', { userIds: ['bob'] }))
  }

  test('can be left; a user who left it is invited and not put back', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = await dmOf(ann, bob)
    await done(bob, 'remove-member', { roomId })
    expect(bob.all('room-removed')).toEqual([{ roomId, reason: 'left' }])
    const again = await done(ann, 'open-dm', { userIds: ['bob'] })
    expect(again).toMatchObject({ room: { id: roomId, memberCount: 1 }, invited: ['bob'] })
    expect(await invitedTo(bob)).toEqual([roomId])
    await done(bob, 'open-dm', { userIds: ['ann'] })
    expect(await namesIn(ann, roomId)).toHaveLength(2)
  })

  test('is hidden on all devices until there is a newer message, or it is opened', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const phone = await world.device('bob')
    const roomId = await dmOf(ann, bob)
    await done(ann, 'send-message', { roomId, content: 'hello', clientId: 'client-0001' })
    await done(bob, 'hide-dm', { roomId, hidden: true })
    expect(phone.all('dm-hidden')).toEqual([{ roomId, hiddenSeq: 1 }])
    const item = async (): Promise<unknown> => {
      const { list } = await done(bob, 'sync', { rooms: {}, list: true })
      return Array.isArray(list) ? list.find((one) => at(one, 'room', 'id') === roomId) : undefined
    }
    expect(await item()).toMatchObject({ hiddenSeq: 1, room: { lastSeq: 1 } })
    expect(ann.all('dm-hidden')).toEqual([])
    await done(bob, 'open-dm', { userIds: ['ann'] })
    expect(phone.all('dm-hidden')).toEqual([
      { roomId, hiddenSeq: 1 },
      { roomId, hiddenSeq: null },
    ])
    expect(await item()).not.toHaveProperty('hiddenSeq')
  })

  test('only a dm can be hidden', async () => {
    const [ann, bob] = [await world.device('ann'), await world.device('bob')]
    const roomId = await meet(ann, bob)
    expect(await ann.ask('hide-dm', { roomId, hidden: true })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await ann.ask('hide-dm', { roomId: 'missing', hidden: true })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
  })
})
