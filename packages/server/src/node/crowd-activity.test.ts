import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store'
import { type Store, StoreError } from '../stores/port'
import { ManualClock, testNode } from './test-node'

/** Counts snapshots, and can be down. */
function watched(): { store: Store; reads: () => number; isAway: (away: boolean) => void } {
  const store = createMemoryStore({ epoch: 'epoch-1' })
  let reads = 0
  let away = false
  const counting: Store = Object.create(store, {
    read: {
      value: async (work: Parameters<Store['read']>[0]) => {
        reads++
        if (away) throw new StoreError('UNAVAILABLE', 'away')
        return store.read(work)
      },
    },
  })
  return {
    store: counting,
    reads: () => reads,
    isAway: (is) => {
      away = is
    },
  }
}

const PEOPLE = 1_000

async function crowd() {
  const { store, reads, isAway } = watched()
  const clock = new ManualClock()
  const node = testNode({ store, clock, defaultRooms: ['lobby'], rates: { socketsPerUser: 0 } })
  const room = { id: asRoomId('lobby'), name: 'lobby', type: 'public', createdBy: null } as const
  const facts = { metadata: {}, settings: {}, createdAt: '2026-01-01T00:00:00.000Z', rev: 0, lastSeq: 0 }
  await store.createRoom({ room: { ...room, ...facts }, members: [] })
  const devices: Awaited<ReturnType<typeof node.device>>[] = []
  for (let n = 0; n < PEOPLE; n++) {
    const device = await node.device(`user-${n}`)
    await device.ask('sync', { rooms: {}, list: true })
    devices.push(device)
  }
  await clock.pass(5_000)
  const received = (): number => devices.reduce((sum, one) => sum + one.all('room-activity').length, 0)
  return { node, clock, devices, reads, isAway, received }
}

test('a message in a room that 1,000 users have in their lists costs a query a hundred, and yields between them (P11)', async () => {
  const { node, clock, reads, received } = await crowd()
  const ann = await node.device('ann')
  await ann.ask('join-rooms', { roomIds: ['lobby'] })
  await clock.pass(5_000)
  const before = { reads: reads(), received: received() }
  await ann.ask('send-message', { roomId: 'lobby', content: 'hello', clientId: 'client-hello' })
  // Frames between two turns of the event loop, in which other work would run.
  let [last, longest, going] = [received(), 0, true]
  const turn = (): void => {
    const now = received()
    longest = Math.max(longest, now - last)
    last = now
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await clock.pass(3_000)
  going = false
  expect(received() - before.received).toBe(PEOPLE)
  expect(reads() - before.reads).toBeLessThanOrEqual(PEOPLE / 100 + 3)
  expect(longest).toBeLessThanOrEqual(100)
})

test('an item that could not be read is sent when the store is back, once', async () => {
  const { node, clock, isAway, received, devices } = await crowd()
  const ann = await node.device('ann')
  await ann.ask('join-rooms', { roomIds: ['lobby'] })
  await clock.pass(5_000)
  const before = received()
  await ann.ask('send-message', { roomId: 'lobby', content: 'hello', clientId: 'client-hello' })
  isAway(true)
  await clock.pass(5_000)
  expect(received()).toBe(before)
  isAway(false)
  await clock.pass(3_000)
  expect(received() - before).toBe(PEOPLE)
  expect(devices[0]?.all('room-activity').at(-1)).toMatchObject({
    rooms: [{ roomId: 'lobby', unread: 1, preview: { content: 'hello' } }],
  })
})
