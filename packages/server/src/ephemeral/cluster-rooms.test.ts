import { describe, expect, test } from 'vitest'
import { wire } from '../node/test-buses'
import { ManualClock, testNode } from '../node/test-node'
import { MemoryStore } from '../stores/memory/memory-store'
import { type Store, StoreError } from '../stores/port'
import type { EphemeralStore } from './ephemeral-store'
import { MemoryEphemeral } from './memory-ephemeral'

const MINUTE_MS = 60_000

/** A store of ephemeral rooms that can be down, like a Redis. */
function fallible(first: EphemeralStore): {
  store: EphemeralStore
  setAway: (value: boolean) => void
  restart: (empty: EphemeralStore) => void
} {
  let isAway = false
  let inner = first
  const check = <T>(run: () => Promise<T>): Promise<T> =>
    isAway ? Promise.reject(new StoreError('UNAVAILABLE', 'away')) : run()
  const store: EphemeralStore = {
    commit: (...args) => check(() => inner.commit(...args)),
    read: (reads) => check(() => inner.read(reads)),
    createRoom: (input) => check(() => inner.createRoom(input)),
    markRead: (...args) => check(() => inner.markRead(...args)),
    putReport: (report) => check(() => inner.putReport(report)),
    touch: (roomIds) => check(() => inner.touch(roomIds)),
    sweep: () => check(() => inner.sweep()),
    close: () => inner.close(),
  }
  return {
    store,
    setAway: (value) => {
      isAway = value
    },
    restart: (empty) => {
      inner = empty
    },
  }
}

async function cluster() {
  const { bus, cut, lose } = wire()
  const clock = new ManualClock()
  const store: Store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
  const { store: ephemeral, setAway, restart } = fallible(new MemoryEphemeral({ now: clock.now }))
  const [a, b] = [0, 1].map((index) =>
    testNode({ store, ephemeral, clock, nodeId: `node-${index}`, bus: bus(index), idPrefix: `n${index}` }),
  )
  if (!a || !b) throw new Error('two nodes were made')
  const ann = await a.device('ann')
  const bob = await b.device('bob')
  const made = await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })
  const { id: roomId } = made.room as { id: string }
  await clock.pass(1)
  const say = (device: typeof ann, content: string) =>
    device.ask('send-message', { roomId, content, clientId: `client-${content}` })
  return {
    ...{ a, b, ann, bob, roomId, clock, cut, lose, say, setAway },
    restart: () => restart(new MemoryEphemeral({ now: clock.now })),
    join: (device: typeof ann) => device.ask('join-rooms', { roomIds: [roomId] }),
  }
}

const contents = (device: { all: (event: string) => unknown[] }): unknown[] =>
  device
    .all('changes')
    .flatMap(
      (payload) =>
        (payload as { changes: { kind: string; message?: { content: string; type: string } }[] }).changes,
    )
    .flatMap(({ message }) => (message && message.type !== 'system' ? [message.content] : []))

describe('an ephemeral room on two nodes', () => {
  test('is joined, chatted in and read on both', async () => {
    const { ann, bob, roomId, clock, say, join } = await cluster()
    expect(await bob.ask('add-member', { roomId })).toMatchObject({ ok: true, member: { userId: 'bob' } })
    await join(ann)
    await join(bob)
    expect(await say(bob, 'from-bob')).toMatchObject({ ok: true, message: { seq: 2 } })
    expect(await say(bob, 'from-bob')).toMatchObject({ ok: true, duplicate: true, message: { seq: 2 } })
    expect(await say(ann, 'from-ann')).toMatchObject({ ok: true, message: { seq: 3 } })
    await clock.pass(10)
    expect(contents(ann)).toEqual(['from-bob', 'from-ann'])
    expect(contents(bob)).toEqual(['from-bob', 'from-ann'])
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: 3 })
    expect(await bob.ask('mark-read', { roomId, seq: 3 })).toMatchObject({ seq: 3, unread: 0 })
    await clock.pass(10)
    expect(await ann.ask('fetch-members', { roomId })).toMatchObject({
      members: [{ userId: 'ann' }, { userId: 'bob', lastReadSeq: 3 }],
    })
  })

  test('P2: a message sent on a node that died and again on another is the same message', async () => {
    const { a, b, ann, bob, roomId, say } = await cluster()
    await bob.ask('add-member', { roomId })
    const { message } = (await say(ann, 'once')) as { message: { id: string; seq: number } }
    a.node.stop()
    const back = await b.device('ann')
    expect(await say(back, 'once')).toMatchObject({ ok: true, duplicate: true, message: { id: message.id } })
    expect(await say(back, 'more')).toMatchObject({ ok: true, message: { seq: message.seq + 1 } })
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: message.seq + 1 })
  })

  test('P8: a kick on one reaches the other, and later sends are refused', async () => {
    const { ann, bob, roomId, clock, say, join } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(bob)
    await clock.pass(10)
    expect(await ann.ask('remove-member', { roomId, userId: 'bob' })).toMatchObject({ ok: true })
    expect(await say(bob, 'too-late')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(bob.all('room-removed')).toMatchObject([{ roomId, reason: 'kicked' }])
  })

  test('has the same reports and the same audit log on both', async () => {
    const { ann, bob, roomId, say } = await cluster()
    await bob.ask('add-member', { roomId })
    const { message } = (await say(ann, 'hello')) as { message: { id: string } }
    expect(await bob.ask('report-message', { roomId, messageId: message.id, reason: 'spam' })).toMatchObject({
      ok: true,
    })
    expect(await ann.ask('list-reports', { roomId })).toMatchObject({ reports: [{ reason: 'spam' }] })
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
    expect(await bob.ask('fetch-audit', { roomId })).toMatchObject({ entries: [{ action: 'set-role' }] })
  })

  test('P5: the heads reveal what the bus has lost, and the subscribers get it', async () => {
    const { ann, bob, roomId, clock, say, join, lose } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(bob)
    await clock.pass(10)
    lose(true)
    await say(ann, 'lost')
    await clock.pass(10)
    lose(false)
    await clock.pass(10_000)
    expect(contents(bob)).toEqual(['lost'])
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: 2 })
  })

  test.each([
    ['at once', 0],
    ['when it can be read again', 20_000],
  ])('P5: that ended with its Redis is gone from every device, %s', async (_, awayMs) => {
    const { ann, bob, roomId, clock, join, cut, restart, setAway } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(ann)
    await join(bob)
    await clock.pass(10)
    restart()
    setAway(awayMs > 0)
    cut(true)
    cut(false)
    await clock.pass(awayMs)
    setAway(false)
    await clock.pass(30_000)
    for (const device of [ann, bob])
      expect(device.all('room-removed')).toMatchObject([{ roomId, reason: 'deleted' }])
  })

  test('P16: while the bus is down both nodes write to it, and afterwards all devices have everything', async () => {
    const { ann, bob, roomId, clock, say, join, cut } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(ann)
    await join(bob)
    await clock.pass(10)
    cut(true)
    for (const n of [1, 2, 3]) await say(ann, `missed-${n}`)
    expect(await say(bob, 'from-b')).toMatchObject({ ok: true, message: { seq: 5 } })
    cut(false)
    await clock.pass(10_000)
    const all = ['missed-1', 'missed-2', 'missed-3', 'from-b']
    expect([contents(ann), contents(bob).sort()]).toEqual([all, [...all].sort()])
  })

  test('lives while a member is connected to any node, and ends ten minutes after the last one', async () => {
    const { a, b, ann, bob, roomId, clock, say } = await cluster()
    await bob.ask('add-member', { roomId })
    await clock.pass(10)
    ann.close()
    a.node.stop()
    await clock.pass(30 * MINUTE_MS)
    expect(await say(bob, 'still-here')).toMatchObject({ ok: true })
    bob.close()
    await clock.pass(15 * MINUTE_MS)
    const late = await b.device('bob')
    expect(await late.ask('fetch-history', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('is visible to a node that starts later', async () => {
    const { bus } = wire()
    const clock = new ManualClock()
    const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
    const ephemeral = new MemoryEphemeral({ now: clock.now })
    const a = testNode({ store, ephemeral, clock, nodeId: 'node-0', bus: bus(0), idPrefix: 'n0' })
    const ann = await a.device('ann')
    const { room } = (await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })) as {
      room: { id: string }
    }
    const b = testNode({ store, ephemeral, clock, nodeId: 'node-1', bus: bus(1), idPrefix: 'n1' })
    const bob = await b.device('bob')
    expect(await bob.ask('add-member', { roomId: room.id })).toMatchObject({ ok: true })
  })
})

describe('P16: while the store of ephemeral rooms is down', () => {
  test('they are unavailable, which is not the same as gone', async () => {
    const { ann, roomId, say, setAway } = await cluster()
    await say(ann, 'before')
    setAway(true)
    expect(await say(ann, 'meanwhile')).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ann.ask('fetch-history', { roomId })).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ann.ask('typing', { roomId, typing: true })).toMatchObject({ code: 'UNAVAILABLE' })
    const cursor = { rev: 1, minSeq: 1, maxSeq: 1 }
    for (const list of [{}, { list: true }])
      expect(await ann.ask('sync', { rooms: { [roomId]: cursor }, ...list })).toMatchObject({
        ok: true,
        rooms: {},
        removed: [],
      })
    setAway(false)
    expect(await say(ann, 'meanwhile')).toMatchObject({ ok: true, message: { seq: 2 } })
    expect(await ann.ask('sync', { rooms: {}, list: true })).not.toHaveProperty('listPartial')
  })

  test('all other rooms work: join, sync, list, send, and what the bus loses in them is found', async () => {
    const { ann, bob, roomId, clock, setAway, lose } = await cluster()
    await bob.ask('add-member', { roomId })
    const { room } = (await ann.ask('create-room', { name: 'Kept', type: 'private', members: ['bob'] })) as {
      room: { id: string }
    }
    await clock.pass(10)
    setAway(true)
    for (const device of [ann, bob])
      expect(await device.ask('join-rooms', { roomIds: [room.id, roomId] })).toMatchObject({
        ok: true,
        heads: { [room.id]: { lastSeq: 0 } },
      })
    const cursor = { rev: 0, minSeq: 0, maxSeq: 0 }
    const synced = await bob.ask('sync', { rooms: { [room.id]: cursor, [roomId]: cursor }, list: true })
    expect(synced).toMatchObject({
      ...{ rooms: { [room.id]: { lastSeq: 0 } }, list: [{ room: { id: room.id } }] },
      listPartial: true,
    })
    expect(await bob.ask('sync', { rooms: {} })).not.toHaveProperty('listPartial')
    lose(true)
    const sent = { roomId: room.id, content: 'kept', clientId: 'client-kept' }
    const { message } = (await ann.ask('send-message', sent)) as { message: { id: string } }
    await clock.pass(15_000)
    expect(contents(bob)).toEqual(['kept'])
    const edit = { messageId: message.id, content: 'edited' }
    expect(await ann.ask('edit-message', edit)).toMatchObject({ ok: true })
  })

  test('P8: ended sessions and list items are still found in the database', async () => {
    const { a, b, ann, bob, roomId, clock, setAway, lose, join, say } = await cluster()
    await bob.ask('add-member', { roomId })
    const { room } = (await ann.ask('create-room', { name: 'Kept', type: 'private', members: ['bob'] })) as {
      room: { id: string }
    }
    const other = await b.device('bob?sid=session-1')
    await join(bob)
    for (const device of [bob, other]) await device.ask('sync', { rooms: {}, list: true })
    await clock.pass(15_000)
    await say(ann, 'to-be-listed')
    setAway(true)
    lose(true)
    await a.node.revokeSession('session-1')
    await ann.ask('send-message', { roomId: room.id, content: 'kept', clientId: 'client-kept' })
    await clock.pass(25_000)
    expect(other.isOpen()).toBe(false)
    const told = bob.all('room-activity') as { rooms: { roomId: string; lastSeq: number }[] }[]
    expect(told.flatMap(({ rooms }) => rooms)).toContainEqual(
      expect.objectContaining({ roomId: room.id, lastSeq: 1 }),
    )
    lose(false)
    setAway(false)
    await clock.pass(15_000)
    expect(contents(bob)).toContain('to-be-listed')
  })
})
