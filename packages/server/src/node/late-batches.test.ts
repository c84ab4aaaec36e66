import { asRoomId, asUserId, type Change, type Member, type UserId } from '@roomful/protocol'
import { makeMember, makeMessage } from '@roomful/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { flushPromises, testNode } from './test-node'

type TestNode = ReturnType<typeof testNode>
type Device = Awaited<ReturnType<TestNode['device']>>

/** Batches of another node, as the bus delivers them: late, twice, in any order. */
describe('batches of another node', () => {
  let world: TestNode
  let roomId: string
  let [plain, subscribed]: Device[] = []
  beforeEach(async () => {
    world = testNode()
    const ann = await world.device('ann')
    await world.device('eve')
    const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['eve'] })
    roomId = (made.room as { id: string }).id
    plain = await world.device('eve', 1)
    subscribed = await world.device('eve')
    for (const device of [plain, subscribed]) await device?.ask('join-rooms', { roomIds: [roomId] })
  })

  const publish = (...changes: Change[]): void => {
    const rev = Math.max(...changes.map((change) => change.rev))
    world.node.services.bus.publish({
      type: 'batch',
      batch: {
        roomId: asRoomId(roomId),
        previous: { rev: 2, lastSeq: 0 },
        head: { rev, lastSeq: rev - 2 },
        changes,
      },
    })
  }
  const message = (seq: number, more: { rev?: number; content?: string; editedAt?: string } = {}): Change => {
    const row = makeMessage({ roomId: asRoomId(roomId), seq, rev: seq + 2, ...more })
    return { rev: row.rev, kind: 'message', message: row }
  }
  const eveAt = (rev: number, more: Partial<Member> = {}): Change => {
    const userId: UserId = asUserId('eve')
    return { rev, kind: 'member', member: makeMember({ roomId: asRoomId(roomId), userId, rev, ...more }) }
  }

  test('each message once, in any order and however often they arrive', () => {
    publish(message(2))
    publish(message(1))
    publish(message(2))
    publish(message(1), message(2))
    const received = plain?.all('new-message') as { seq: number }[]
    expect(received.map(({ seq }) => seq)).toEqual([2, 1])
    const frames = subscribed?.all('changes') as { changes: Change[] }[]
    expect(frames.flatMap(({ changes }) => changes.map(({ rev }) => rev))).toEqual([4, 3])
  })

  test('an edit that arrives before its message is delivered as the message, and the message is dropped', () => {
    publish(message(1, { rev: 4, content: 'edited', editedAt: '2026-01-01T00:00:00.000Z' }))
    publish(message(1))
    const events = plain?.events.map(({ event }) => event).filter((event) => event.startsWith('message-'))
    expect(plain?.all('new-message')).toMatchObject([{ seq: 1, content: 'edited' }])
    // The older row arrives after it, and protocol 1 cannot distinguish the two.
    expect(events).toEqual([])
  })

  test('a removal that arrives after the return removes no user', async () => {
    publish(eveAt(4))
    publish(eveAt(3, { removed: 'kicked' }))
    publish(message(3))
    await flushPromises()
    expect(subscribed?.all('room-removed')).toEqual([])
    expect(plain?.all('new-message')).toHaveLength(1)
  })

  test('a return that arrives after the removal adds no user', async () => {
    publish(eveAt(4, { removed: 'kicked' }))
    publish(eveAt(3))
    await flushPromises()
    expect(subscribed?.all('room-removed')).toEqual([{ roomId, reason: 'kicked' }])
    expect(subscribed?.all('room-added')).toEqual([])
    expect(world.node.services.hub.devices.membersOf(asRoomId(roomId)).has(asUserId('eve'))).toBe(false)
  })
})
