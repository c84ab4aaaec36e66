import { asRoomId, asUserId, HEADS_INTERVAL_MS, type Member, type ServerPayload } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { DeviceConnection } from '../hub/device'
import { roomOf } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { StoreError } from '../stores/port'
import { wire } from './test-buses'
import { flushPromises, ManualClock, testNode } from './test-node'

type TestNode = ReturnType<typeof testNode>
type TestDevice = Awaited<ReturnType<TestNode['device']>>

/** A room of ann's and bob's; ann has it open. */
async function scene(node: TestNode = testNode(), other: TestNode = node, type = 'private') {
  const ann = await node.device('ann')
  const bob = await other.device('bob')
  const made = await ann.ask('create-room', { name: 'Room', type, members: ['bob'] })
  const { id: roomId } = made.room as { id: string }
  await ann.ask('join-rooms', { roomIds: [roomId] })
  await node.clock.pass(2_000)
  return { node, ann, bob, roomId }
}

const renamesTold = (device: TestDevice): string[] =>
  (device.all('changes') as ServerPayload<'changes'>[]).flatMap(({ changes }) =>
    changes.flatMap((change) =>
      change.kind === 'member' ? `${change.member.userId} ${change.member.name}` : [],
    ),
  )

const nameIn = async (device: TestDevice, roomId: string, userId: string): Promise<string | undefined> => {
  const { members } = (await device.ask('fetch-members', { roomId })) as { members: Member[] }
  return members.find((member) => member.userId === userId)?.name
}

const say = (device: TestDevice, roomId: string, content: string) =>
  device.ask('send-message', { roomId, content, clientId: `client-${content}` })

describe('a user who signs in under a new name', () => {
  test('has it at once in the member lists of open rooms', async () => {
    const { node, ann } = await scene()
    await node.device('bob?name=Robert')
    await node.clock.pass(10)
    expect(renamesTold(ann)).toEqual(['bob Robert'])
  })

  test('has it in an ephemeral room too', async () => {
    const node = testNode()
    const { ann } = await scene(node, node, 'ephemeral')
    await node.device('bob?name=Robert')
    await node.clock.pass(10)
    expect(renamesTold(ann)).toEqual(['bob Robert'])
  })

  test('has it on their other devices: in later messages and typing signals', async () => {
    const { node, ann, bob, roomId } = await scene()
    await say(bob, roomId, 'before')
    await node.device('bob?name=Robert')
    await flushPromises()
    expect(bob.all('user-changed')).toEqual([{ user: { id: 'bob', name: 'Robert' } }])
    await say(bob, roomId, 'after')
    await bob.ask('typing', { roomId, typing: true })
    const frames = ann.all('changes') as ServerPayload<'changes'>[]
    const names = frames.flatMap(({ changes }) =>
      changes.flatMap((change) => (change.kind === 'message' ? change.message.senderName : [])),
    )
    // Names of old messages stay as they were sent.
    expect(names).toEqual(['bob', 'Robert'])
    expect(ann.all('typing')).toMatchObject([{ userId: 'bob', name: 'Robert' }])
  })

  test('has it on a device that was away: the next sync has the row', async () => {
    const { node, ann, roomId } = await scene()
    const { heads } = (await ann.ask('join-rooms', { roomIds: [roomId] })) as {
      heads: Record<string, { rev: number }>
    }
    ann.close()
    await node.device('bob?name=Robert')
    await node.clock.pass(10)
    const again = await node.device('ann')
    const cursor = { rev: heads[roomId]?.rev ?? 0, minSeq: 0, maxSeq: 0 }
    const { rooms } = await again.ask('sync', { rooms: { [roomId]: cursor } })
    expect((rooms as Record<string, object>)[roomId]).toMatchObject({
      members: [{ userId: 'bob', name: 'Robert' }],
    })
  })

  test('has it in a direct-message room, and in the room’s name in the list', async () => {
    const { node, ann, roomId } = await scene()
    const dm = (await ann.ask('open-dm', { userIds: ['bob'] })).room as { id: string; name: string }
    expect(dm.name).toBe('ann, bob')
    await ann.ask('sync', { rooms: {}, list: true })
    await node.clock.pass(2_000)
    const before = ann.all('room-activity').length
    await node.device('bob?name=Robert')
    await node.clock.pass(2_000)
    const received = (ann.all('room-activity') as ServerPayload<'room-activity'>[]).slice(before)
    const rows = received.flatMap(({ rooms }) => rooms.flatMap(({ room }) => room ?? []))
    expect(rows).toMatchObject([{ id: dm.id, name: 'Robert, ann' }])
    expect(await nameIn(ann, roomId, 'bob')).toBe('Robert')
  })

  test('has it in the name of a dm that the other has left', async () => {
    const node = testNode()
    const ann = await node.device('ann')
    const bob = await node.device('bob')
    const dm = (await ann.ask('open-dm', { userIds: ['bob'] })).room as { id: string }
    expect(await bob.ask('remove-member', { roomId: dm.id, userId: 'bob' })).toMatchObject({ ok: true })
    const anna = await node.device('ann?name=Anna')
    await node.clock.pass(2_000)
    const { list } = await anna.ask('sync', { rooms: {}, list: true })
    expect(list).toMatchObject([{ room: { id: dm.id, name: 'Anna, bob' } }])
  })

  test('by a fresh token on an open connection: the same', async () => {
    const { node, ann, bob, roomId } = await scene()
    expect(await bob.ask('refresh-token', { token: 'bob?name=Robert' })).toMatchObject({ ok: true })
    await node.clock.pass(10)
    expect(renamesTold(ann)).toEqual(['bob Robert'])
    expect(await say(bob, roomId, 'after')).toMatchObject({ message: { senderName: 'Robert' } })
  })

  test('does not get the old one back from a device with an older token', async () => {
    const { node, ann, roomId } = await scene()
    const start = node.clock.now()
    await node.device(`bob?name=Robert&issuedAt=${start}`)
    const old = await node.device(`bob?name=Bobby&issuedAt=${start - 60_000}`)
    await node.clock.pass(10)
    expect(renamesTold(ann)).toEqual(['bob Robert'])
    expect(old.all('ready')).toMatchObject([{ user: { name: 'Robert' } }])
    expect(await say(old, roomId, 'under-the-newer')).toMatchObject({ message: { senderName: 'Robert' } })
  })

  test('from a token dated in the future does not keep that name until then', async () => {
    const { node, ann, roomId } = await scene()
    await node.device(`bob?name=Robert&issuedAt=${node.clock.now() + 86_400_000}`)
    await node.clock.pass(1_000)
    await node.device('bob?name=Bobby')
    await node.clock.pass(10)
    expect(await nameIn(ann, roomId, 'bob')).toBe('Bobby')
  })
})

describe('a user in many rooms', () => {
  const ROOMS = 2_000
  async function crowded(store: MemoryStore, count = ROOMS): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, i) => `room-${String(i).padStart(5, '0')}`)
    for (const id of ids)
      await store.createRoom(roomOf({ id: asRoomId(id), roles: { ann: 'owner', bob: 'member' } }))
    await store.putUser({ id: asUserId('bob'), name: 'bob' })
    return ids
  }
  const left = (store: MemoryStore) =>
    store.read((reader) => reader.misnamed({ id: asUserId('bob'), name: 'Robert' }, 10_000))

  test('is renamed in batches that yield to others, the open rooms first', async () => {
    const store = createMemoryStore({ epoch: 'epoch-1' })
    const ids = await crowded(store)
    const node = testNode({ store })
    const ann = await node.device('ann')
    await ann.ask('join-rooms', { roomIds: [ids[ROOMS - 1]] })
    const commits: string[] = []
    const commit = store.commit.bind(store)
    let [underWay, most] = [0, 0]
    store.commit = async (...args) => {
      commits.push(args[0])
      most = Math.max(most, ++underWay)
      const plan = await commit(...args)
      underWay--
      return plan
    }
    await node.device('bob?name=Robert')
    await flushPromises()
    // The first batch is done, and no more before time has passed.
    expect([commits.length, commits[0]]).toEqual([32, ids[ROOMS - 1]])
    expect(renamesTold(ann)).toEqual(['bob Robert'])
    await node.clock.pass(1_000)
    expect(await left(store)).toEqual([])
    expect([commits.length, most]).toEqual([ROOMS, 32])
  })

  test('continues at the next sign-in after a server that died midway', async () => {
    const store = createMemoryStore({ epoch: 'epoch-1' })
    await crowded(store, 200)
    const first = testNode({ store })
    await first.device('bob?name=Robert')
    await flushPromises()
    first.node.stop()
    await first.clock.pass(1_000)
    expect(await left(store)).toHaveLength(200 - 32)
    const second = testNode({ store, clock: first.clock, nodeId: 'node-2', idPrefix: 'n2' })
    await second.device('bob?name=Robert')
    await second.clock.pass(1_000)
    expect(await left(store)).toEqual([])
  })

  test('is renamed once the database is back', async () => {
    const store = createMemoryStore({ epoch: 'epoch-1' })
    await crowded(store, 40)
    const node = testNode({ store })
    const commit = store.commit.bind(store)
    store.commit = async () => {
      throw new StoreError('UNAVAILABLE', 'away')
    }
    await node.device('bob?name=Robert')
    await node.clock.pass(3_000)
    expect(await left(store)).toHaveLength(40)
    store.commit = commit
    await node.clock.pass(10_000)
    expect(await left(store)).toEqual([])
  })

  test('whose name changes again and again costs one pass at a time, and ends with the last name', async () => {
    const store = createMemoryStore({ epoch: 'epoch-1' })
    await crowded(store, 100)
    const node = testNode({ store })
    let commits = 0
    const commit = store.commit.bind(store)
    store.commit = (...args) => {
      commits++
      return commit(...args)
    }
    for (let n = 1; n <= 50; n++) (await node.device(`bob?name=Name ${n}`)).close()
    await (await node.device('bob?name=Robert')).ask('sync', { rooms: {} })
    await node.clock.pass(5_000)
    expect(await left(store)).toEqual([])
    // Two passes, where each name in each room would be five thousand commits.
    expect(commits).toBeLessThan(300)
  })
})

describe('two nodes', () => {
  function cluster() {
    const [store, clock, buses] = [createMemoryStore(), new ManualClock(), wire()]
    const nodeOf = (n: number) =>
      testNode({ store, clock, nodeId: `node-${n}`, idPrefix: `n${n}`, bus: buses.bus(n) })
    return { here: nodeOf(0), there: nodeOf(1), buses, clock }
  }

  test('a rename on one reaches open rooms and devices on the other', async () => {
    const { here, there, clock } = cluster()
    const { ann, bob, roomId } = await scene(here, there)
    await here.device('bob?name=Robert')
    await clock.pass(100)
    expect(renamesTold(ann)).toEqual(['bob Robert'])
    expect(bob.all('user-changed')).toEqual([{ user: { id: 'bob', name: 'Robert' } }])
    expect(await say(bob, roomId, 'after')).toMatchObject({ message: { senderName: 'Robert' } })
  })

  test('P16: a rename that the bus lost is found in the database', async () => {
    const { here, there, clock, buses } = cluster()
    const { bob } = await scene(here, there)
    buses.cut(true)
    await here.device('bob?name=Robert')
    await clock.pass(100)
    buses.cut(false)
    await clock.pass(2 * HEADS_INTERVAL_MS)
    expect(bob.all('user-changed')).toEqual([{ user: { id: 'bob', name: 'Robert' } }])
  })
})

test('a handshake that had read the old name opens under the new one', async () => {
  const { node } = await scene()
  const { clock } = node
  const handshake = await node.node.admit({ token: 'bob', protocol: 2 })
  if ('ok' in handshake) throw new Error('refused')
  await node.device('bob?name=Robert')
  await clock.pass(10)
  const events: { event: string; payload: unknown }[] = []
  const connection: DeviceConnection = {
    id: 'late',
    emit: (event, payload) => events.push({ event, payload }),
    join: () => {},
    leave: () => {},
    close: () => {},
  }
  node.node.open(connection, handshake)
  expect(events).toMatchObject([{ event: 'ready', payload: { user: { id: 'bob', name: 'Robert' } } }])
})
