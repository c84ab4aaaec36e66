import { HEADS_INTERVAL_MS } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { EPHEMERAL_LIMITS } from '../ephemeral/ephemeral-store'
import { createMemoryStore } from '../stores/memory/memory-store'
import { type Store, StoreError, type StoreErrorCode } from '../stores/port'
import { testNode } from './test-node'

const ephemeral = (name: string) => ({ name, type: 'ephemeral' })

test('the ephemeral rooms of one user are limited, and leave room for others (P11)', async () => {
  const node = testNode()
  const [ann, bob] = [await node.device('ann'), await node.device('bob')]
  for (let n = 0; n < EPHEMERAL_LIMITS.roomsPerUser; n++)
    expect(await ann.ask('create-room', ephemeral(`Room ${n}`))).toMatchObject({ ok: true })
  const refused = {
    ok: false,
    code: 'RATE_LIMITED',
    limit: EPHEMERAL_LIMITS.roomsPerUser,
    retryAfterMs: 60_000,
  }
  expect(await ann.ask('create-room', ephemeral('One more'))).toMatchObject(refused)
  expect(await ann.ask('create-room', { name: 'Kept', type: 'private' })).toMatchObject({ ok: true })
  expect(await bob.ask('create-room', ephemeral('Of bob'))).toMatchObject({ ok: true })

  ann.close()
  // Empty rooms end.
  await node.clock.pass(12 * 60_000)
  const back = await node.device('ann')
  expect(await back.ask('create-room', ephemeral('One more'))).toMatchObject({ ok: true })
})

test.each([
  ['OVERLOADED', 0],
  ['STORAGE_FULL', 0],
  ['INVALID_PAYLOAD', 0],
  ['UNAVAILABLE', 1],
] satisfies [StoreErrorCode, number][])(
  'a room, a read or a send that is refused with %s is checked afterwards: %i (P11)',
  async (code, suspects) => {
    const store = createMemoryStore({ epoch: 'epoch-1' })
    let isAway = false
    let reads = 0
    const fail = () => Promise.reject(new StoreError(code, 'away'))
    const failing: Store = Object.create(store, {
      createRoom: { value: (input: never) => (isAway ? fail() : store.createRoom(input)) },
      markRead: { value: (...args: [never, never, never]) => (isAway ? fail() : store.markRead(...args)) },
      commit: { value: (...args: [never, never, never]) => (isAway ? fail() : store.commit(...args)) },
      read: {
        value: (work: Parameters<Store['read']>[0]) =>
          store.read((reader) =>
            work(
              Object.create(reader, {
                heads: {
                  value: (...args: Parameters<typeof reader.heads>) => {
                    reads++
                    return reader.heads(...args)
                  },
                },
              }),
            ),
          ),
      },
    })
    const node = testNode({ store: failing })
    const ann = await node.device('ann')
    const { room } = (await ann.ask('create-room', { name: 'Room', type: 'private' })) as {
      room: { id: string }
    }
    await node.clock.pass(3 * HEADS_INTERVAL_MS)
    isAway = true
    const asked: [string, object][] = [
      ['create-room', { name: 'Another', type: 'private' }],
      ['mark-read', { roomId: room.id, seq: 1 }],
      ['send-message', { roomId: room.id, content: 'text' }],
    ]
    for (const [event, payload] of asked) {
      expect(await ann.ask(event, payload)).toMatchObject({ ok: false, code })
      const before = reads
      await node.clock.pass(3 * HEADS_INTERVAL_MS)
      expect(reads > before).toBe(suspects === 1)
    }
  },
)
