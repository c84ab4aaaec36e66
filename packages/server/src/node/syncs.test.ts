import { expect, test } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { Reader, Store } from '../stores/port'
import { flushPromises, testNode } from './test-node'

/** A store whose reads wait until the test releases one, and that counts its queries. */
function gated() {
  const store = createMemoryStore({ epoch: 'epoch-1' })
  const waiting: (() => void)[] = []
  const asked: string[] = []
  let isGated = false
  const counting = (reader: Reader): Reader =>
    new Proxy(reader, {
      get(target, name, self) {
        asked.push(String(name))
        return Reflect.get(target, name, self)
      },
    })
  const slow: Store = Object.create(store, {
    read: {
      value: async (work: (reader: Reader) => Promise<unknown>) => {
        if (isGated) await new Promise<void>((resolve) => waiting.push(resolve))
        return store.read((reader) => work(counting(reader)))
      },
    },
  })
  return {
    store: slow,
    asked,
    waiting,
    gate: () => {
      isGated = true
    },
    next: async () => {
      waiting.shift()?.()
      await flushPromises()
    },
  }
}

const whole = { rooms: {}, list: true }

test('the syncs of one user take turns, and those of others do not wait for them (P11)', async () => {
  const { store, waiting, gate, next } = gated()
  const node = testNode({ store })
  const devices = [await node.device('ann'), await node.device('ann'), await node.device('ann')]
  const bob = await node.device('bob')
  gate()
  const answers = devices.map((device) => device.ask('sync', whole))
  await flushPromises()
  expect(waiting).toHaveLength(1)
  const bobs = bob.ask('sync', whole)
  await flushPromises()
  expect(waiting).toHaveLength(2)
  for (let n = 0; n < 4; n++) await next()
  for (const answer of await Promise.all([...answers, bobs])) expect(answer).toMatchObject({ ok: true })
})

test('more syncs than a user has devices are refused for now (P11)', async () => {
  const { store, gate, next } = gated()
  const node = testNode({ store })
  const ann = await node.device('ann')
  gate()
  const answers = Array.from({ length: 50 }, () => ann.ask('sync', whole))
  await flushPromises()
  for (let n = 0; n < 41; n++) await next()
  const codes = (await Promise.all(answers)).map(({ ok, code }) => (ok ? 'ok' : code))
  expect(codes).toEqual([...Array(41).fill('ok'), ...Array(9).fill('RATE_LIMITED')])
  // The waiting ones are done: there is room again.
  const again = ann.ask('sync', whole)
  await flushPromises()
  await next()
  expect(await again).toMatchObject({ ok: true })
})

test('requests of a device that has gone are not read, neither before nor between the steps (P11)', async () => {
  const { store, asked, gate, next } = gated()
  const node = testNode({ store })
  const [ann, phone] = [await node.device('ann'), await node.device('ann')]
  const { room } = (await ann.ask('create-room', { name: 'Room', type: 'private' })) as {
    room: { id: string }
  }
  gate()
  const requests: [string, object][] = [
    ['sync', whole],
    ['sync', { rooms: { [room.id]: { rev: 0, minSeq: 0, maxSeq: 0 } } }],
    ['fetch-history', { roomId: room.id }],
    ['join-rooms', { roomIds: [room.id] }],
    ['fetch-members', { roomId: room.id }],
    ['list-rooms', {}],
  ]
  const answers = requests.map(([event, payload]) => phone.request([event, payload]))
  await flushPromises()
  phone.close()
  asked.length = 0
  for (let n = 0; n < requests.length; n++) await next()
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ code: 'UNAVAILABLE' })
  expect(asked).toEqual([])
})

test('a device that has gone is neither subscribed to a room nor watching presence for ever', async () => {
  const node = testNode()
  const [ann, phone] = [await node.device('ann'), await node.device('ann')]
  const { room } = (await ann.ask('create-room', { name: 'Room', type: 'private' })) as {
    room: { id: string }
  }
  const joining = phone.request(['join-rooms', { roomIds: [room.id] }])
  phone.close()
  expect(await joining).toMatchObject({ code: 'UNAVAILABLE' })
  expect(node.node.services.hub.isOpen(room.id as never)).toBe(false)
})
