import { asMessageId, asRoomId, asUserId, type Room, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { RoomsPage } from '../port'
import { commitOne, deleteOp, newRoom, nextId, roomOf, say } from './contract-room'
import type { ContractContext } from './store-contract'

export function roomsContract({ store }: ContractContext): void {
  const bob = asUserId('bob')

  describe('memberships', () => {
    test('of the asked rooms: one each, the user undefined if they never were in it, missing rooms left out', async () => {
      const mine = await newRoom(store())
      const foreign = await newRoom(store(), { roles: { ann: 'owner' } })
      const asked = [mine, foreign, asRoomId('nowhere'), asRoomId('__proto__'), asRoomId('constructor')]
      const found = await store().read((reader) => reader.memberships(bob, asked))
      expect(new Map(found.map(({ room, member }) => [room.id, member?.rev]))).toEqual(
        new Map([
          [mine, 2],
          [foreign, undefined],
        ]),
      )
    })

    test('the rooms that a user is in now are read by id, in pages', async () => {
      const [first, second, left] = [await newRoom(store()), await newRoom(store()), await newRoom(store())]
      await newRoom(store(), { roles: { ann: 'owner' } })
      const actor = { id: bob, name: 'bob', admin: false }
      await commitOne(store(), left, { kind: 'leave', actor, at: 0, messageId: asMessageId(nextId()) })
      const idsOf = (query: RoomsPage) =>
        store().read(async (reader) => (await reader.roomsOf(bob, query)).map(({ room }) => room.id))
      const [one, two] = [first, second].sort()
      expect(await idsOf({ limit: 10 })).toEqual([one, two])
      expect(await idsOf({ limit: 1 })).toEqual([one])
      expect(await idsOf({ after: one ?? first, limit: 2 })).toEqual([two])
      expect(await idsOf({ after: two ?? first, limit: 2 })).toEqual([])
      expect(await store().read((reader) => reader.memberships(bob, []))).toEqual([])
    })

    test('return every field of room and member', async () => {
      const metadata = { topic: 'x', list: [1, { deep: null }] }
      const settings = { readOnly: true, slowModeSeconds: 3, editWindowSeconds: 0, archived: false }
      const { room, members } = roomOf({ name: 'Whole', type: 'public', kind: 'lobby', metadata, settings })
      await store().createRoom({ room, members })
      const [found] = await store().read((reader) => reader.memberships(bob, [room.id]))
      expect(found).toEqual({ room, member: members[1], floorSeq: 1 })
    })
  })

  test('rows among these users are the present and the departed, and standings those with their unread', async () => {
    const [first, second] = [await newRoom(store()), await newRoom(store())]
    const [ann, cid] = [asUserId('ann'), asUserId('cid')]
    await say(store(), first, 'ann', 'one')
    await say(store(), first, 'bob', 'two')
    await say(store(), first, 'ann', 'three')
    await store().markRead(first, bob, 1)
    const actor = { id: bob, name: 'bob', admin: false }
    await commitOne(store(), second, { kind: 'leave', actor, at: 0, messageId: asMessageId(nextId()) })
    const nowhere = asRoomId('nowhere')
    await store().read(async (reader) => {
      const among = await reader.membersAmong(second, [bob, cid, ann])
      expect(new Map(among.map(({ userId, removed }) => [userId, removed]))).toEqual(
        new Map([
          [bob, 'left'],
          [ann, undefined],
        ]),
      )
      expect(await reader.membersAmong(nowhere, [bob])).toEqual([])
      const standings = await reader.standings([
        { roomId: first, userId: bob },
        { roomId: first, userId: ann },
        { roomId: first, userId: cid },
        { roomId: second, userId: bob },
        { roomId: nowhere, userId: bob },
      ])
      const found = standings.map(({ member, unread }) => [member.userId, member.lastReadSeq, unread])
      expect(found.sort()).toEqual([
        ['ann', 0, 1],
        ['bob', 1, 1],
      ])
      const [membership] = await reader.memberships(bob, [first])
      expect(standings.find(({ member }) => member.userId === bob)?.member).toEqual(membership?.member)
      expect(await reader.standings([])).toEqual([])
    })
  })

  describe('previews', () => {
    test('are the newest message of each room, a tombstone too', async () => {
      const [first, second, empty] = [await newRoom(store()), await newRoom(store()), await newRoom(store())]
      await say(store(), first, 'ann', 'old')
      await say(store(), first, 'bob', 'new')
      const gone = await say(store(), second, 'ann', 'gone')
      await commitOne(store(), second, deleteOp('ann', gone))
      const rooms = [first, second, empty, asRoomId('nowhere')]
      const previews = await store().read((reader) => reader.previews(rooms))
      expect([...previews.keys()].sort()).toEqual([first, second].sort())
      expect(previews.get(first)).toMatchObject({
        seq: 2,
        senderId: 'bob',
        senderName: 'bob',
        content: 'new',
      })
      expect(previews.get(second)).toMatchObject({ seq: 1, content: '', deleted: true, type: 'text' })
    })

    test('are cut at 200 code points, never within one', async () => {
      const roomId = await newRoom(store())
      await say(store(), roomId, 'ann', `x${'😀'.repeat(300)}`)
      const previews = await store().read((reader) => reader.previews([roomId]))
      expect(previews.get(roomId)?.content).toBe(`x${'😀'.repeat(199)}`)
    })
  })
}

export function directoryContract({ store }: ContractContext): void {
  const bob = asUserId('bob')

  describe('public rooms', () => {
    const named = (name: string, input: Partial<Room> = {}): Promise<RoomId> =>
      newRoom(store(), { name, type: 'public', roles: { ann: 'owner' }, ...input })
    const find = async (query: string): Promise<string[]> =>
      (await store().read((reader) => reader.publicRooms({ query, limit: 100 }))).map(({ name }) => name)

    test('are the public ones only, by name', async () => {
      await named('Cats')
      await named('Birds')
      for (const type of ['private', 'dm', 'ephemeral'] as const) await named(`A ${type} room`, { type })
      const rooms = await store().read((reader) => reader.publicRooms({ limit: 100 }))
      expect(rooms.map(({ name }) => name)).toEqual(['Birds', 'Cats'])
    })

    test('are found by a part of the name in any case', async () => {
      for (const name of ['The General', 'generals', 'École', 'other']) await named(name)
      expect(await find('GENERAL')).toEqual(['The General', 'generals'])
      expect(await find('école')).toEqual(['École'])
      expect(await find('absent')).toEqual([])
      expect(await find('')).toHaveLength(4)
    })

    test.each(['%', '_', '\\', '\\%', "'", '"', '*', '[a]', '\\_\\'])(
      '%s is searched literally',
      async (text) => {
        await named(`has ${text} in it`)
        await named('has nothing special')
        expect(await find(text)).toEqual([`has ${text} in it`])
      },
    )

    test('are read in pages by name and id, each once, also under one name', async () => {
      const names = ['a', 'b', 'b', 'b', 'c', 'Z', 'ä', '😀', '\uff5a', '']
      const all = new Set<string>()
      for (const name of names) all.add(await named(name))
      const seen: Room[] = []
      for (;;) {
        const last = seen.at(-1)
        const after = last && { name: last.name, id: last.id }
        const page = await store().read((reader) =>
          reader.publicRooms({ limit: 3, ...(after ? { after } : {}) }),
        )
        seen.push(...page)
        if (page.length < 3) break
      }
      expect(seen).toHaveLength(names.length)
      expect(new Set(seen.map(({ id }) => id))).toEqual(all)
      // By code point, on every store: another order would lose rooms between two pages.
      expect(seen.map(({ name }) => name)).toEqual(['', 'Z', 'a', 'b', 'b', 'b', 'c', 'ä', '\uff5a', '😀'])
    })

    test('have their number of members', async () => {
      const roomId = await named('Counted')
      await commitOne(store(), roomId, {
        kind: 'join',
        actor: { id: asUserId('cid'), name: 'cid', admin: false },
        at: 0,
        messageId: asMessageId(nextId()),
      })
      const [found] = await store().read((reader) => reader.publicRooms({ query: 'counted', limit: 10 }))
      expect(found?.memberCount).toBe(2)
    })

    test('are found by their new name after a change', async () => {
      const roomId = await named('Before')
      await commitOne(store(), roomId, {
        kind: 'update-room',
        actor: { id: asUserId('ann'), name: 'ann', admin: false },
        at: 0,
        messageId: asMessageId(nextId()),
        name: 'After',
      })
      expect(await find('before')).toEqual([])
      expect(await find('after')).toEqual(['After'])
    })
  })

  describe('createRoom', () => {
    test('with an existing id returns the existing room, and changes nothing', async () => {
      const first = roomOf({ id: asRoomId('general'), name: 'First' })
      const second = roomOf({ id: asRoomId('general'), name: 'Second', roles: { cid: 'owner' } })
      expect(await store().createRoom(first)).toEqual({ room: first.room, created: true })
      expect(await store().createRoom(second)).toEqual({ room: first.room, created: false })
      const found = await store().read((reader) => reader.members(first.room.id, { limit: 10 }))
      expect(found.map(({ userId }) => userId)).toEqual(['ann', 'bob'])
    })

    test('with one dmKey at once makes one room', async () => {
      const inputs = Array.from({ length: 8 }, () => ({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' }))
      const made = await Promise.all(inputs.map((input) => store().createRoom(input)))
      expect(made.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(made.map(({ room }) => room.id)).size).toBe(1)
      const rooms = await store().read((reader) => reader.roomsOf(bob, { limit: 10 }))
      expect(rooms.map(({ room }) => room.id)).toEqual([made[0]?.room.id])
      const other = await store().createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann cid' })
      expect(other.created).toBe(true)
    })

    test('with an existing dmKey returns the present head', async () => {
      const first = await store().createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' })
      await say(store(), first.room.id, 'ann', 'hello')
      const again = await store().createRoom({ ...roomOf({ type: 'dm' }), dmKey: 'ann bob' })
      expect(again).toMatchObject({ created: false, room: { id: first.room.id, rev: 3, lastSeq: 1 } })
    })

    test('accepts a room without members', async () => {
      const roomId = await newRoom(store(), { roles: {}, type: 'public' })
      const [found] = await store().read((reader) => reader.memberships(bob, [roomId]))
      expect(found).toMatchObject({ room: { rev: 0, createdBy: null }, member: undefined })
    })
  })

  test('a search finds the public rooms with any text in their name, in pages', async () => {
    const named = async (name: string, type: 'public' | 'private' = 'public') => {
      const { room, members } = roomOf({ name, type })
      await store().createRoom({ room, members })
      return room.id
    }
    const names = [
      'Öffi Team',
      'the office',
      'Back office',
      'OFFICE 2',
      '100% off_',
      'a "quoted" one',
      "it's",
      '茶话会室',
      'of',
    ]
    for (const name of names) await named(name)
    await named('secret office', 'private')
    const find = (query: string, after?: { name: string; id: string }, limit = 100) =>
      store().read(async (reader) =>
        (await reader.publicRooms({ query, limit, ...(after ? { after } : {}) })).map(({ name }) => name),
      )
    expect(await find('office')).toEqual(['Back office', 'OFFICE 2', 'the office'])
    expect(await find('OFFICE')).toEqual(['Back office', 'OFFICE 2', 'the office'])
    expect(await find('of')).toEqual(['100% off_', 'Back office', 'OFFICE 2', 'of', 'the office'])
    expect(await find('office', { name: 'Back office', id: '~' })).toEqual(['OFFICE 2', 'the office'])
    expect(await find('office', undefined, 1)).toEqual(['Back office'])
    expect(await find('öffi')).toEqual(['Öffi Team'])
    for (const odd of [
      '0% ',
      'off_',
      '"quoted"',
      'a "q',
      "t's",
      '茶话会',
      'OFF*',
      'off OR team',
      'NEAR(',
      '%%%',
      '___',
      '\\\\\\',
    ])
      expect(await find(odd)).toEqual(names.filter((name) => name.toLowerCase().includes(odd.toLowerCase())))
    expect(await find('nothing has this')).toEqual([])
  })

  test('a renamed room is found by the new name, and no longer by the old one', async () => {
    const roomId = await newRoom(store(), { name: 'Before', type: 'public' })
    const actor = { id: asUserId('ann'), name: 'ann', admin: false }
    const change = {
      kind: 'update-room',
      actor,
      at: 0,
      messageId: asMessageId(nextId()),
      name: 'Afterwards',
    } as const
    await commitOne(store(), roomId, change)
    const find = (query: string) =>
      store().read(async (reader) => (await reader.publicRooms({ query, limit: 9 })).map(({ id }) => id))
    expect([await find('before'), await find('afterw')]).toEqual([[], [roomId]])
  })

  test('a search finds a page also among more rooms than are sorted', async () => {
    for (let n = 0; n < 1_050; n++) {
      const { room, members } = roomOf({
        name: `Crowded ${String(n).padStart(4, '0')}`,
        type: 'public',
        roles: {},
      })
      await store().createRoom({ room, members })
    }
    const found = await store().read((reader) => reader.publicRooms({ query: 'crowded', limit: 3 }))
    expect(found.map(({ name }) => name)).toEqual(['Crowded 0000', 'Crowded 0001', 'Crowded 0002'])
    const after = { name: 'Crowded 1047', id: '~' }
    const last = await store().read((reader) => reader.publicRooms({ query: 'crowded', after, limit: 3 }))
    expect(last.map(({ name }) => name)).toEqual(['Crowded 1048', 'Crowded 1049'])
  })

  test('a user has the name that was given last, whenever it is written', async () => {
    const nameOf = async () => (await store().read((reader) => reader.user(bob)))?.name
    expect(await store().putUser({ id: bob, name: 'Bob' }, 2_000)).toEqual({
      id: bob,
      name: 'Bob',
      isNew: true,
    })
    expect(await store().putUser({ id: bob, name: 'Robert' }, 1_000)).toEqual({ id: bob, name: 'Bob' })
    expect(await nameOf()).toBe('Bob')
    expect(await store().putUser({ id: bob, name: 'Robert' }, 2_000)).toEqual({ id: bob, name: 'Robert' })
    // A token without a name does not change a user's name.
    expect(await store().putUser({ id: bob, name: 'bob' }, -1)).toEqual({ id: bob, name: 'Robert' })
    expect(await nameOf()).toBe('Robert')
    const cid = asUserId('cid')
    expect(await store().putUser({ id: cid, name: 'cid' }, -1)).toEqual({ id: cid, name: 'cid', isNew: true })
    expect(await store().putUser({ id: cid, name: 'Cid' })).toEqual({ id: cid, name: 'Cid' })
  })

  test('a user is as last written', async () => {
    expect(await store().read((reader) => reader.user(bob))).toBeUndefined()
    await store().putUser({ id: bob, name: 'Bob' })
    await store().putUser({ id: bob, name: 'Robert' })
    expect(await store().read((reader) => reader.user(bob))).toEqual({ id: 'bob', name: 'Robert' })
  })
}
