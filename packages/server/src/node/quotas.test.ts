import { asRoomId, asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { testNode } from './test-node'

type Device = Awaited<ReturnType<ReturnType<typeof testNode>['device']>>
type Answer = Record<string, unknown>

const makeRoom = (device: Device, members: readonly string[] = []): Promise<Answer> =>
  device.ask('create-room', { name: 'R', type: 'public', ...(members.length > 0 ? { members } : {}) })
const idOf = ({ room }: Answer): string => String(Reflect.get(Object(room), 'id'))
const HOUR_MS = 3_600_000

describe('P11: lasting additions are bounded', () => {
  test('rooms of a user and hour, over all of their devices; refused ones are not counted', async () => {
    const node = testNode({ rates: { roomsPerHour: 5 } })
    const [phone, laptop] = [await node.device('ann'), await node.device('ann')]
    for (let n = 0; n < 10; n++)
      expect(await makeRoom(phone, ['nobody-of-that-name'])).toMatchObject({ code: 'USER_NOT_FOUND' })
    for (let n = 0; n < 5; n++) expect(await makeRoom(n % 2 ? phone : laptop)).toMatchObject({ ok: true })
    const refused = await makeRoom(laptop)
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: HOUR_MS / 5 })
    expect(await makeRoom(await node.device('bob'))).toMatchObject({ ok: true })
    expect(await makeRoom(await node.device('root?admin=1'))).toMatchObject({ ok: true })
    await node.clock.pass(HOUR_MS / 5)
    expect(await makeRoom(phone)).toMatchObject({ ok: true })
  })

  test('an existing direct message can be opened any number of times', async () => {
    const node = testNode({ rates: { roomsPerHour: 2 } })
    const ann = await node.device('ann')
    await node.device('bob')
    expect(await ann.ask('open-dm', { userIds: ['bob'] })).toMatchObject({ ok: true })
    await node.clock.pass(1)
    for (let n = 0; n < 10; n++)
      expect(await ann.ask('open-dm', { userIds: ['bob'] })).toMatchObject({ ok: true })
  })

  test('users put into rooms, a user and hour', async () => {
    const node = testNode({ rates: { membersPerHour: 3 } })
    const ann = await node.device('ann')
    for (const name of ['bob', 'cid', 'dan', 'eve']) await node.device(name)
    const roomId = idOf(await makeRoom(ann, ['bob', 'cid']))
    expect(await ann.ask('add-member', { roomId, userId: 'dan' })).toMatchObject({ ok: true })
    expect(await ann.ask('add-member', { roomId, userId: 'eve' })).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await makeRoom(ann, ['eve'])).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await makeRoom(ann)).toMatchObject({ ok: true })
  })

  test('rooms that a user is in', async () => {
    const node = testNode({ rates: { roomsPerUser: 3 } })
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const open = idOf(await makeRoom(bob))
    const rooms = [await makeRoom(ann), await makeRoom(ann), await makeRoom(ann)].map(idOf)
    const full = { code: 'LIMIT_EXCEEDED', limit: 3 }
    expect(await makeRoom(ann)).toMatchObject(full)
    expect(await ann.ask('add-member', { roomId: open })).toMatchObject(full)
    expect(await ann.ask('open-dm', { userIds: ['bob'] })).toMatchObject(full)
    await ann.ask('add-member', { roomId: rooms[0], userId: 'bob' })
    await ann.ask('set-role', { roomId: rooms[0], userId: 'bob', role: 'owner' })
    expect(await ann.ask('remove-member', { roomId: rooms[0] })).toMatchObject({ ok: true })
    expect(await ann.ask('add-member', { roomId: open })).toMatchObject({ ok: true })
  })

  test('a user who is in as many rooms as there may be is answered as ever about those rooms', async () => {
    const node = testNode({ rates: { roomsPerUser: 3 } })
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const open = idOf(await makeRoom(bob))
    expect(await ann.ask('open-dm', { userIds: ['bob'] })).toMatchObject({ ok: true })
    expect(await ann.ask('add-member', { roomId: open })).toMatchObject({ ok: true })
    await makeRoom(ann)
    for (const [device, userIds] of [
      [ann, ['bob']],
      [bob, ['ann']],
    ] as const)
      expect(await device.ask('open-dm', { userIds })).toMatchObject({ ok: true, room: { type: 'dm' } })
    // A repeat, whose first answer was lost.
    expect(await ann.ask('add-member', { roomId: open })).toMatchObject({ ok: true })
    expect(await ann.ask('open-dm', { userIds: ['bob', 'cid'] })).toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  test('rooms that others put a user into', async () => {
    const node = testNode({ rates: { roomsPerUser: 2 } })
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const rooms = [idOf(await makeRoom(ann)), idOf(await makeRoom(bob, ['ann']))]
    const other = await node.device('cid')
    await other.ask('add-member', { roomId: rooms[0] })
    const third = idOf(await makeRoom(other))
    const full = { code: 'LIMIT_EXCEEDED', limit: 2 }
    expect(await other.ask('add-member', { roomId: third, userId: 'ann' })).toMatchObject({
      ...full,
      field: 'userId',
    })
    expect(await bob.ask('open-dm', { userIds: ['ann'] })).toMatchObject({ ...full, field: 'userIds' })
  })

  test.each(['public', 'ephemeral'])('open reports of a user: one a message (%s room)', async (type) => {
    const store = new MemoryStore({ epoch: 'epoch-1' })
    const node = testNode({ store })
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const roomId = idOf(await ann.ask('create-room', { name: 'R', type }))
    await ann.ask('add-member', { roomId, userId: 'bob' })
    const { message } = await ann.ask('send-message', { roomId, content: 'bad' })
    const messageId = Reflect.get(Object(message), 'id')
    const report = (device: Device) => device.ask('report-message', { roomId, messageId, reason: 'spam' })
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => report(bob)))
    expect(first).toMatchObject({ ok: true })
    for (const other of others) expect(other).toEqual(first)
    await report(ann)
    const listed = await ann.ask('list-reports', { roomId })
    expect(listed.reports).toHaveLength(2)
  })

  test('open reports of a user in a room: 100', async () => {
    const store = new MemoryStore({ epoch: 'epoch-1' })
    const node = testNode({ store })
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const roomId = idOf(await makeRoom(ann))
    await bob.ask('add-member', { roomId })
    const answers: Answer[] = []
    for (let n = 0; n <= 100; n++) {
      const { message } = await ann.ask('send-message', { roomId, content: `m${n}` })
      answers.push(await bob.ask('report-message', { messageId: Reflect.get(Object(message), 'id') }))
    }
    expect(answers.slice(0, 100).every(({ ok }) => ok)).toBe(true)
    expect(answers.at(-1)).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 100 })
    const open = await store.read((reader) => reader.openReportsOf(asRoomId(roomId), asUserId('bob'), 1_000))
    expect(open).toHaveLength(100)
  })
})

test('P12: edits and reactions count in the rate of sends', async () => {
  const node = testNode({ rates: { sendsPerSecond: 10, sendsBurst: 4 } })
  const ann = await node.device('ann')
  const roomId = idOf(await makeRoom(ann))
  const { message } = await ann.ask('send-message', { roomId, content: 'text' })
  const messageId = Reflect.get(Object(message), 'id')
  expect(await ann.ask('edit-message', { messageId, content: 'other' })).toMatchObject({ ok: true })
  expect(await ann.ask('react-message', { messageId, emoji: '👍', op: 'add' })).toMatchObject({ ok: true })
  expect(await ann.ask('react-message', { messageId, emoji: '👍', op: 'remove' })).toMatchObject({ ok: true })
  const waits = { code: 'RATE_LIMITED', retryAfterMs: 100 }
  expect(await ann.ask('react-message', { messageId, emoji: '👍', op: 'add' })).toMatchObject(waits)
  expect(await ann.ask('edit-message', { messageId, content: 'more' })).toMatchObject(waits)
  expect(await ann.ask('send-message', { roomId, content: 'text' })).toMatchObject(waits)
  // A removal is never limited.
  expect(await ann.ask('delete-message', { messageId })).toMatchObject({ ok: true })
})
