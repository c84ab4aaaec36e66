import { HEADS_INTERVAL_MS, type ServerPayload } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { localBus } from '../cluster/local-bus'
import { createMemoryStore } from '../stores/memory/memory-store'
import { wire } from './test-buses'
import { ManualClock, testNode } from './test-node'

type TestNode = ReturnType<typeof testNode>
type TestDevice = Awaited<ReturnType<TestNode['device']>>
type Activity = ServerPayload<'room-activity'>['rooms'][number]

/** A room of ann's; bob is in it and shows the list, without having opened the room. */
async function listed(node: TestNode, other = node) {
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Room', type: 'public' })
  const { id: roomId } = made.room as { id: string }
  await (await node.device('bob')).ask('add-member', { roomId })
  const bob = await other.device('bob')
  await bob.ask('sync', { rooms: {}, list: true })
  await node.clock.pass(2_000)
  const seen = bob.all('room-activity').length
  return { ann, bob, roomId, since: () => activityOf(bob, seen) }
}

const activityOf = (device: TestDevice, from: number): Activity[] =>
  device
    .all('room-activity')
    .slice(from)
    .flatMap((payload) => (payload as ServerPayload<'room-activity'>).rooms)

test('the new row of a room goes with room-activity: fifty renames in a second are one frame', async () => {
  const node = testNode()
  const { ann, roomId, since } = await listed(node)
  for (let n = 1; n <= 50; n++) await ann.ask('update-room', { roomId, name: `Name ${n}` })
  await node.clock.pass(5_000)
  expect(since()).toMatchObject([{ roomId, room: { name: 'Name 50' } }])
})

test('a message alone does not send the row', async () => {
  const node = testNode()
  const { ann, roomId, since } = await listed(node)
  await ann.ask('send-message', { roomId, content: 'hello', clientId: 'client-0001' })
  await node.clock.pass(5_000)
  expect(since()).toHaveLength(1)
  expect(since()[0]).not.toHaveProperty('room')
})

test('a change of settings or metadata sends the row too', async () => {
  const node = testNode()
  const { ann, roomId, since } = await listed(node)
  await ann.ask('update-room', { roomId, settings: { readOnly: true } })
  await node.clock.pass(2_000)
  await ann.ask('update-room', { roomId, metadata: { topic: 'tea' } })
  await node.clock.pass(2_000)
  expect(since()).toMatchObject([
    { room: { settings: { readOnly: true } } },
    { room: { metadata: { topic: 'tea' } } },
  ])
})

test('P16: a rename that the bus lost is found by the next look at the database', async () => {
  const [store, clock] = [createMemoryStore(), new ManualClock()]
  const nodeOf = (n: number) =>
    testNode({ store, clock, nodeId: `node-${n}`, idPrefix: `n${n}`, bus: localBus({ isShared: true }) })
  const { ann, roomId, since } = await listed(nodeOf(0), nodeOf(1))
  await ann.ask('update-room', { roomId, name: 'Lounge' })
  await clock.pass(2 * HEADS_INTERVAL_MS)
  expect(since().at(-1)).toMatchObject({ room: { name: 'Lounge' } })
})

test('P16: a rename that the bus lost goes with the next message, which is not lost', async () => {
  const [store, clock, buses] = [createMemoryStore(), new ManualClock(), wire()]
  const nodeOf = (n: number) =>
    testNode({ store, clock, nodeId: `node-${n}`, idPrefix: `n${n}`, bus: buses.bus(n) })
  const { ann, roomId, since } = await listed(nodeOf(0), nodeOf(1))
  await ann.ask('send-message', { roomId, content: 'first', clientId: 'client-0001' })
  await clock.pass(2_000)
  buses.lose(true)
  await ann.ask('update-room', { roomId, name: 'Lounge' })
  buses.lose(false)
  await ann.ask('send-message', { roomId, content: 'second', clientId: 'client-0002' })
  await clock.pass(2_000)
  expect(since().at(-1)).toMatchObject({ preview: { content: 'second' }, room: { name: 'Lounge' } })
  await ann.ask('send-message', { roomId, content: 'third', clientId: 'client-0003' })
  await clock.pass(2_000)
  expect(since().at(-1)).not.toHaveProperty('room')
})
