import { asRoomId, asUserId, HEADS_INTERVAL_MS, TYPING_RENEW_MS } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { localBus } from '../cluster/local-bus'
import { createMemoryStore } from '../stores/memory/memory-store'
import { flushPromises, ManualClock, testNode } from './test-node'

async function publicRoom(node: ReturnType<typeof testNode>) {
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  const join = async (name: string, protocol: 1 | 2 = 2) => {
    const device = await node.device(name, protocol)
    await device.ask('add-member', { roomId })
    return device
  }
  return { ann, roomId, join, roomIds: [roomId] }
}

const sendTo = (roomId: string, content: string, n = 1) => ({
  roomId,
  content,
  clientId: `client-${content}-${n}`,
})

describe('read receipts', () => {
  test('P12: are coalesced for both protocols, one frame a reader for protocol 1, and not sent to the reader', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const [bob, eve] = [await join('bob'), await join('eve', 1)]
    for (const device of [ann, bob, eve]) await device.ask('join-rooms', { roomIds })
    for (const n of [1, 2, 3]) await ann.ask('send-message', sendTo(roomId, 'text', n))
    const head = ((await ann.ask('fetch-history', { roomId })) as { lastSeq: number }).lastSeq
    await bob.ask('mark-read', { roomId, seq: head - 1 })
    await bob.ask('mark-read', { roomId, seq: head })
    await eve.ask('mark-read', { roomId, seq: head })
    await node.clock.pass(1_000)
    expect(ann.all('read-receipts')).toEqual([{ roomId, reads: { bob: head, eve: head } }])
    expect(eve.all('read-receipt')).toEqual([{ userId: 'bob', roomId, seq: head }])
  })

  test('P12: a repeated read that moves nothing is not broadcast again', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const [bob, eve] = [await join('bob'), await join('eve', 1)]
    for (const device of [ann, eve]) await device.ask('join-rooms', { roomIds })
    await ann.ask('send-message', sendTo(roomId, 'text'))
    for (let n = 0; n < 10; n++) {
      expect(await bob.ask('mark-read', { roomId, seq: 1e9 })).toMatchObject({ ok: true })
      await node.clock.pass(1_000)
    }
    expect(ann.all('read-receipts')).toHaveLength(1)
    expect(eve.all('read-receipt')).toHaveLength(1)
  })

  test('P12: in a crowd the frames of receipts are bounded, and each reader is broadcast in the end', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const readers = await Promise.all(Array.from({ length: 200 }, (_, n) => join(`reader-${n}`, 1)))
    for (const device of [ann, ...readers]) await device.ask('join-rooms', { roomIds })
    await ann.ask('send-message', sendTo(roomId, 'text'))
    for (const reader of readers) await reader.ask('mark-read', { roomId, seq: 1e9 })
    const received = () => readers.reduce((sum, reader) => sum + reader.all('read-receipt').length, 0)
    await node.clock.pass(300)
    expect(received()).toBeLessThanOrEqual(2_000)
    await node.clock.pass(1_000)
    expect(received()).toBeLessThan(30_000)
    await node.clock.pass(10_000)
    expect(received()).toBe(200 * 199)
    const reads = ann.all('read-receipts').map((payload) => Object(payload).reads)
    expect(Object.keys(Object.assign({}, ...reads))).toHaveLength(200)
  })

  test('a read repeated after a lost answer is broadcast again (seed 7543); a cursor that is further is not', async () => {
    const store = createMemoryStore()
    const node = testNode({ store })
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const bob = await join('bob')
    await ann.ask('join-rooms', { roomIds })
    for (const n of [1, 2]) await ann.ask('send-message', sendTo(roomId, 'text', n))
    // Committed without a broadcast, as if the database's answer was lost.
    await store.markRead(asRoomId(roomId), asUserId('bob'), 2)
    await bob.ask('mark-read', { roomId, seq: 2 })
    await node.clock.pass(1_000)
    expect(ann.all('read-receipts')).toEqual([{ roomId, reads: { bob: 2 } }])
    expect(await bob.ask('mark-read', { roomId, seq: 1 })).toMatchObject({ ok: true, seq: 2 })
    await node.clock.pass(1_000)
    expect(ann.all('read-receipts')).toHaveLength(1)
  })
})

describe('room-activity', () => {
  test('keeps the list of an unsubscribed device up to date, at most once a second', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const [bob, eve] = [await join('bob'), await join('eve')]
    await bob.ask('sync', { rooms: {}, list: true })
    await eve.ask('join-rooms', { roomIds })
    await node.clock.pass(2_000)
    const before = bob.all('room-activity').length
    for (const n of [1, 2, 3]) await ann.ask('send-message', sendTo(roomId, `text ${n}`.replace(' ', '-')))
    await node.clock.pass(5_000)
    const received = bob.all('room-activity').slice(before)
    expect(received).toMatchObject([{ rooms: [{ roomId, unread: 3, preview: { content: 'text-3' } }] }])
    expect(eve.all('room-activity')).toEqual([])
  })

  test('updates the unread count on the reader’s other device', async () => {
    const node = testNode()
    const { ann, roomId, join } = await publicRoom(node)
    const [bob, phone] = [await join('bob'), await node.device('bob')]
    await ann.ask('send-message', sendTo(roomId, 'text'))
    await node.clock.pass(3_000)
    const before = phone.all('room-activity').length
    await bob.ask('mark-read', { roomId, seq: 100 })
    await node.clock.pass(3_000)
    expect(phone.all('room-activity').slice(before)).toMatchObject([{ rooms: [{ roomId, unread: 0 }] }])
  })

  test('delivers what the bus lost, though the first checked user has left the room (seed 127410)', async () => {
    const [store, clock] = [createMemoryStore(), new ManualClock()]
    const nodeOf = (n: number) =>
      testNode({ store, clock, nodeId: `node-${n}`, idPrefix: `n${n}`, bus: localBus({ isShared: true }) })
    const [here, there] = [nodeOf(0), nodeOf(1)]
    const { ann, roomId, join } = await publicRoom(there)
    for (const name of ['cat', 'bob']) await join(name)
    const cat = await here.device('cat')
    const bob = await here.device('bob')
    for (const device of [cat, bob]) await device.ask('sync', { rooms: {}, list: true })
    await clock.pass(2 * HEADS_INTERVAL_MS)
    const before = bob.all('room-activity').length
    await ann.ask('remove-member', { roomId, userId: 'cat' })
    await ann.ask('send-message', sendTo(roomId, 'text'))
    // A minute later everything is checked again.
    await clock.pass(7 * HEADS_INTERVAL_MS)
    const received = bob.all('room-activity').slice(before)
    expect(received).toMatchObject([{ rooms: [{ roomId, preview: { content: 'text' } }] }])
    expect(cat.all('room-removed')).toEqual([{ roomId, reason: 'kicked' }])
  })

  test('delivers the unfinished work of a dead process, once a node is no longer young (seed 171512)', async () => {
    const [store, clock] = [createMemoryStore(), new ManualClock()]
    const before = testNode({ store, clock, idPrefix: 'n0' })
    const { ann, roomId, join } = await publicRoom(before)
    await join('bob')
    const after = testNode({ store, clock, nodeId: 'node-2', idPrefix: 'n1' })
    const bob = await after.device('bob')
    await bob.ask('sync', { rooms: {}, list: true })
    // Committed late, although requested earlier.
    await ann.ask('send-message', sendTo(roomId, 'late'))
    await clock.pass(2 * HEADS_INTERVAL_MS)
    const received = bob.all('room-activity').at(-1)
    expect(received).toMatchObject({ rooms: [{ roomId, preview: { content: 'late' } }] })
  })

  test('sends nothing of a room to a user who was removed from it in that second (I14)', async () => {
    const node = testNode()
    const { ann, roomId, join } = await publicRoom(node)
    const bob = await join('bob')
    await bob.ask('sync', { rooms: {}, list: true })
    await node.clock.pass(3_000)
    const before = bob.all('room-activity').length
    await ann.ask('send-message', sendTo(roomId, 'text'))
    await ann.ask('remove-member', { roomId, userId: 'bob' })
    await node.clock.pass(3_000)
    expect(bob.all('room-activity')).toHaveLength(before)
  })
})

describe('room-heads', () => {
  test('sends the head of a changed room, and stops when it stays quiet', async () => {
    const node = testNode()
    const { ann, roomId, roomIds } = await publicRoom(node)
    await ann.ask('join-rooms', { roomIds })
    await node.clock.pass(HEADS_INTERVAL_MS)
    expect(ann.all('room-heads')).toEqual([])
    const sent = (await ann.ask('send-message', sendTo(roomId, 'text'))).message as {
      seq: number
      rev: number
    }
    await node.clock.pass(HEADS_INTERVAL_MS)
    const head = { rev: sent.rev, lastSeq: sent.seq }
    expect(ann.all('room-heads')).toEqual([{ epoch: 'epoch-1', heads: { [roomId]: head } }])
    await node.clock.pass(10 * HEADS_INTERVAL_MS)
    // Sent three times in all, so that a lost one does no harm.
    expect(ann.all('room-heads')).toHaveLength(3)
  })
})

describe('typing', () => {
  test('goes to the others of the room only', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const [bob, stranger] = [await join('bob'), await node.device('eve')]
    for (const device of [ann, bob]) await device.ask('join-rooms', { roomIds })
    expect(await bob.ask('typing', { roomId, typing: true })).toEqual({ ok: true })
    expect(ann.all('typing')).toMatchObject([{ roomId, userId: 'bob', name: 'bob' }])
    expect(bob.all('typing')).toEqual([])
    expect(await stranger.ask('typing', { roomId, typing: true })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })
})

describe('typing too often', () => {
  test('P12: repeated a hundred times it is broadcast once; on and off, once a second, and the last state at the end', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const [bob, phone] = [await join('bob'), await node.device('bob')]
    const eve = await join('eve', 1)
    for (const device of [ann, bob, phone, eve]) await device.ask('join-rooms', { roomIds })
    for (let n = 0; n < 100; n++) await bob.ask('typing', { roomId, typing: true })
    expect([ann.all('typing').length, eve.all('typing').length]).toEqual([1, 1])
    for (let n = 0; n < 100; n++) await phone.ask('typing', { roomId, typing: n % 2 === 0 })
    await node.clock.pass(1_000)
    expect(ann.all('typing')).toHaveLength(2)
    // Off: it has expired on arrival.
    const { until } = Object(ann.all('typing').at(-1))
    expect(Date.parse(until)).toBeLessThanOrEqual(node.clock.now())
    await node.clock.pass(60_000)
    expect(ann.all('typing')).toHaveLength(2)
  })

  test('is renewed as clients renew it', async () => {
    const node = testNode()
    const { ann, roomId, roomIds, join } = await publicRoom(node)
    const bob = await join('bob')
    for (const device of [ann, bob]) await device.ask('join-rooms', { roomIds })
    for (let n = 0; n < 4; n++) {
      await bob.ask('typing', { roomId, typing: true })
      await node.clock.pass(TYPING_RENEW_MS)
    }
    expect(ann.all('typing')).toHaveLength(4)
  })

  test('P12: a crowd that types takes no more frames of a room than it has', async () => {
    const node = testNode()
    const { roomId, roomIds, join } = await publicRoom(node)
    const people = await Promise.all(Array.from({ length: 300 }, (_, n) => join(`typist-${n}`)))
    for (const device of people) await device.ask('join-rooms', { roomIds })
    for (const device of people) await device.ask('typing', { roomId, typing: true })
    const received = people.reduce((sum, device) => sum + device.all('typing').length, 0)
    expect(received).toBeGreaterThan(15_000)
    expect(received).toBeLessThanOrEqual(21_000)
  })
})

describe('presence', () => {
  test('P12: of a hundred changes of a device, five are broadcast at once, then one a second, the last at the end', async () => {
    const node = testNode()
    const { ann, join, roomIds } = await publicRoom(node)
    const bob = await join('bob')
    await ann.ask('join-rooms', { roomIds })
    await ann.ask('watch-presence', { userIds: ['bob'] })
    for (let n = 0; n < 100; n++)
      await bob.ask('watch-presence', { userIds: [], status: n % 2 === 0 ? 'away' : 'online' })
    await bob.ask('watch-presence', { userIds: [], status: 'away' })
    expect(ann.all('presence').length).toBeLessThanOrEqual(5)
    await node.clock.pass(5_000)
    expect(ann.all('presence').length).toBeLessThanOrEqual(6)
    expect(ann.all('presence').at(-1)).toMatchObject({ userId: 'bob', status: 'away' })
  })

  test('of several devices the most active one counts; a reload is no absence', async () => {
    const node = testNode()
    const { ann, join, roomIds } = await publicRoom(node)
    const bob = await join('bob')
    await ann.ask('join-rooms', { roomIds })
    const watched = await ann.ask('watch-presence', { userIds: ['bob'] })
    expect(watched.presence).toMatchObject([{ userId: 'bob', status: 'online' }])
    const phone = await node.device('bob')
    await phone.ask('watch-presence', { userIds: [], status: 'away' })
    await bob.ask('watch-presence', { userIds: [], status: 'away' })
    expect(ann.all('presence')).toMatchObject([{ userId: 'bob', status: 'away' }])
    bob.close()
    phone.close()
    await node.clock.pass(1_000)
    const again = await node.device('bob')
    expect(ann.all('presence').at(-1)).toMatchObject({ status: 'online' })
    again.close()
    await node.clock.pass(10_000)
    expect(ann.all('presence').at(-1)).toMatchObject({ userId: 'bob', status: 'offline' })
  })

  test('a stranger is offline to users who share no room with them', async () => {
    const node = testNode()
    const [ann] = [await node.device('ann'), await node.device('eve')]
    const watched = await ann.ask('watch-presence', { userIds: ['eve', 'nobody'] })
    expect(watched.presence).toEqual([
      { userId: 'eve', status: 'offline', lastSeenAt: null },
      { userId: 'nobody', status: 'offline', lastSeenAt: null },
    ])
    await flushPromises()
    expect(ann.all('presence')).toEqual([])
  })
})
