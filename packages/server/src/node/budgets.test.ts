import { asUserId } from '@roomful/protocol'
import { expect, test, vi } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { type ManualClock, testNode } from './test-node'

type Answer = Record<string, unknown>

/** Lets time pass until it has settled: requests wait for their turn. */
async function answered<T>(clock: ManualClock, asked: Promise<T>): Promise<T> {
  let isAnswered = false
  void asked.then(() => {
    isAnswered = true
  })
  for (await clock.pass(0); !isAnswered; ) await clock.pass(1)
  return asked
}

/** Asks until a refusal; `taken` counts the requests before it. */
async function untilRefused(
  clock: ManualClock,
  ask: () => Promise<Answer>,
): Promise<{ taken: number; refusal: Answer }> {
  for (let taken = 0; ; taken++) {
    const answer = await answered(clock, ask())
    if (answer.code === 'RATE_LIMITED') return { taken, refusal: answer }
  }
}

test('P10: a device that goes on over its rate is closed after 20 refusals', async () => {
  const node = testNode({ rates: { eventsPerSecond: 5 } })
  const ann = await node.device('ann')
  const answers = await Promise.all(Array.from({ length: 25 }, () => ann.ask('list-rooms')))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(5)
  expect(ann.isOpen()).toBe(true)
  expect(await ann.ask('list-rooms')).toMatchObject({ code: 'RATE_LIMITED' })
  expect(ann.isOpen()).toBe(false)
  expect(ann.all('bye')).toEqual([{ reason: 'ABUSE' }])
})

test('P10: a device that waits as it is asked to is never closed', async () => {
  const node = testNode({ rates: { eventsPerSecond: 5 } })
  const ann = await node.device('ann')
  for (let n = 0; n < 200; n++) {
    const { retryAfterMs } = await ann.ask('list-rooms')
    if (typeof retryAfterMs === 'number') await node.clock.pass(retryAfterMs)
  }
  expect(ann.isOpen()).toBe(true)
})

test('P10: frames over the size limit are answered 20 times, then the device is closed', async () => {
  const node = testNode()
  const ann = await node.device('ann')
  const { FRAME_TOO_LARGE } = await import('../handlers/frame')
  for (let n = 0; n < 20; n++)
    expect(await ann.request(['send-message', FRAME_TOO_LARGE])).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  expect(ann.isOpen()).toBe(true)
  await ann.request(['send-message', FRAME_TOO_LARGE])
  expect(ann.isOpen()).toBe(false)
})

test('P10: all devices of a user spend from one budget, however many users come in between', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const phone = await node.device('ann')
  await node.clock.pass(10_000)
  const { budgets, paces } = node.node.services
  for (let n = 0; n < 10_001; n++) for (const rates of [budgets, paces]) rates.of(asUserId(`user-${n}`))
  const laptop = await node.device('ann')
  await untilRefused(node.clock, () => phone.ask('list-rooms', { query: 'x' }))
  expect(await answered(node.clock, laptop.ask('list-rooms', { query: 'x' }))).toMatchObject({
    code: 'RATE_LIMITED',
  })
})

test('P11: while the database does not answer, a device has two seconds of requests waiting, and no more', async () => {
  const store = new MemoryStore({ epoch: 'epoch-1' })
  const node = testNode({ store, rates: { eventsPerSecond: 10, costPerSecond: 0 } })
  const ann = await node.device('ann')
  const read = store.read.bind(store)
  let answer: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    answer = resolve
  })
  store.read = async (reads) => {
    await gate
    return read(reads)
  }
  const waiting: Promise<Answer>[] = []
  for (let n = 0; n < 20; n++) {
    waiting.push(ann.ask('list-rooms'))
    await node.clock.pass(100)
  }
  expect(await ann.ask('list-rooms')).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1_000 })
  answer()
  expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true)
  await node.clock.pass(100)
  expect(await ann.ask('list-rooms')).toMatchObject({ ok: true })
})

test('P12: one budget for all devices of a user, which fills again; other users have their own', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const [phone, laptop] = [await node.device('ann'), await node.device('ann')]
  const bob = await node.device('bob')
  const { refusal } = await untilRefused(node.clock, () => phone.ask('list-rooms', { query: 'x' }))
  expect(refusal).toMatchObject({ retry: 'after', retryAfterMs: expect.any(Number) })
  expect(await laptop.ask('list-rooms')).toMatchObject({ code: 'RATE_LIMITED' })
  expect(await bob.ask('list-rooms')).toMatchObject({ ok: true })
  await node.clock.pass(Number(refusal.retryAfterMs))
  expect(await laptop.ask('list-rooms')).toMatchObject({ ok: true })
})

test('P10: a device that goes on without a budget is closed after 200 refusals, and is not admitted again at once', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const ann = await node.device('ann')
  await untilRefused(node.clock, () => ann.ask('list-rooms', { query: 'x' }))
  for (let n = 1; n < 200; n++) await ann.ask('list-rooms')
  expect(ann.isOpen()).toBe(true)
  await ann.ask('list-rooms')
  expect(ann.all('bye')).toEqual([{ reason: 'ABUSE' }])
  const admitted = vi.fn()
  void node.node.admit({ token: 'ann' }).then(admitted)
  await node.clock.pass(0)
  expect(admitted).not.toHaveBeenCalled()
  await node.clock.pass(1_000)
  expect(admitted).toHaveBeenCalledWith(expect.objectContaining({ identity: expect.anything() }))
})

test('P12: connections of a user without a budget wait for it in turn, for two seconds and twenty of them', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const ann = await node.device('ann')
  await untilRefused(node.clock, () => ann.ask('list-rooms', { query: 'x' }))
  const outcomes: string[] = []
  const connect = async (): Promise<void> => {
    const answer = await node.node.admit({ token: 'ann', protocol: 2 })
    outcomes.push('ok' in answer ? String(answer.code) : 'admitted')
  }
  for (let n = 0; n < 20; n++) void connect()
  await node.clock.pass(0)
  expect(outcomes).toEqual([])
  await connect()
  expect(outcomes).toEqual(['RATE_LIMITED'])
  await node.clock.pass(1_000)
  // A connection costs 150 of the 1,000 units that come back in a second.
  expect(outcomes.filter((outcome) => outcome === 'admitted').length).toBeGreaterThanOrEqual(5)
  expect(outcomes.filter((outcome) => outcome === 'admitted').length).toBeLessThanOrEqual(7)
  await node.clock.pass(1_100)
  expect(outcomes).toHaveLength(21)
  expect(outcomes.filter((outcome) => outcome === 'admitted').length).toBeLessThanOrEqual(14)
})

test('P12: a budget is not used up all at once: requests wait for the pace, in the order in which they came', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const [ann, bob] = [await node.device('ann'), await node.device('bob')]
  const { room } = await answered(node.clock, ann.ask('create-room', { name: 'R', type: 'public' }))
  const roomId = Reflect.get(Object(room), 'id')
  await node.clock.pass(10_000)
  const seqs: unknown[] = []
  for (let n = 0; n < 20; n++)
    void ann.ask('send-message', { roomId, content: `${n}` }).then(({ message }) => {
      const { content } = Object(message)
      seqs.push(content)
    })
  await node.clock.pass(0)
  expect(seqs.length).toBeGreaterThan(0)
  expect(seqs.length).toBeLessThan(5)
  // Others do not wait for them.
  expect(await bob.ask('list-rooms')).toMatchObject({ ok: true })
  // 20 commits of some 75 units, at 2,000 units a second.
  await node.clock.pass(1_000)
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`))
})

test('P10: a token is renewed at once, however much its device waits for the pace', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const ann = await node.device('ann')
  const waiting = Array.from({ length: 5 }, () => ann.ask('list-rooms', { query: 'x' }))
  expect(await ann.ask('refresh-token', { token: 'ann' })).toMatchObject({ ok: true })
  await answered(node.clock, Promise.all(waiting))
})

test('P12: who renews their token again and again waits, and is refused, as with any other request', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const devices: Awaited<ReturnType<typeof node.device>>[] = []
  for (let n = 0; n < 5; n++) devices.push(await answered(node.clock, node.device('ann')))
  await node.clock.pass(10_000)
  const codes: unknown[] = []
  for (let n = 0; n < 60; n++)
    for (const device of devices)
      void device.ask('refresh-token', { token: 'ann' }).then(({ ok, code }) => codes.push(ok ? 'ok' : code))
  await node.clock.pass(0)
  const renewed = () => codes.filter((code) => code === 'ok').length
  // Each device a few times for nothing: a token that is not renewed ends the connection.
  expect(renewed()).toBeGreaterThanOrEqual(25)
  expect(renewed()).toBeLessThan(30)
  await node.clock.pass(10_000)
  expect(renewed()).toBeLessThan(110)
  expect(new Set(codes)).toEqual(new Set(['ok', 'RATE_LIMITED']))
})

test('P12: a message costs as many frames as devices have the room open', async () => {
  const taken = async (listeners: number): Promise<number> => {
    const node = testNode({ rates: { costPerSecond: 1_000 } })
    const ann = await node.device('ann')
    const { room } = await answered(node.clock, ann.ask('create-room', { name: 'R', type: 'public' }))
    const roomId = Reflect.get(Object(room), 'id')
    for (let n = 0; n < listeners; n++) {
      const listener = await node.device(`listener${n}`)
      await answered(node.clock, listener.ask('add-member', { roomId }))
      await answered(node.clock, listener.ask('join-rooms', { roomIds: [roomId] }))
    }
    return (await untilRefused(node.clock, () => ann.ask('send-message', { roomId, content: 'hi' }))).taken
  }
  const [few, many] = [await taken(1), await taken(300)]
  expect(many).toBeGreaterThan(5)
  expect(few).toBeGreaterThan(many * 3)
})

test('P12: answers are charged: long pages use up the budget sooner than short ones', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const [ann, bob] = [await node.device('ann'), await node.device('bob')]
  const { room } = await answered(node.clock, ann.ask('create-room', { name: 'R', type: 'public' }))
  const roomId = Reflect.get(Object(room), 'id')
  await answered(node.clock, bob.ask('add-member', { roomId }))
  for (let n = 0; n < 40; n++)
    await answered(node.clock, ann.ask('send-message', { roomId, content: 'x'.repeat(8_000) }))
  await node.clock.pass(60_000)
  const short = await untilRefused(node.clock, () => ann.ask('fetch-history', { roomId, limit: 2 }))
  const long = await untilRefused(node.clock, () => bob.ask('fetch-history', { roomId, limit: 40 }))
  expect(short.taken).toBeGreaterThan(long.taken * 5)
})

test('P9: a hidden room costs a prober as much as a missing one', async () => {
  const node = testNode({ rates: { costPerSecond: 1_000 } })
  const ann = await node.device('ann')
  const { room } = await answered(node.clock, ann.ask('create-room', { name: 'hidden', type: 'private' }))
  const hidden = String(Reflect.get(Object(room), 'id'))
  await answered(node.clock, ann.ask('join-rooms', { roomIds: [hidden] }))
  const probe = async (user: string, roomId: string): Promise<unknown> => {
    const device = await node.device(user)
    const rooms = { [roomId]: { rev: 0, minSeq: 1, maxSeq: 0 } }
    const steps = [
      () => device.ask('send-message', { roomId, content: 'hi' }),
      () => device.ask('fetch-history', { roomId }),
      () => device.ask('join-rooms', { roomIds: [roomId] }),
      () => device.ask('sync', { rooms }),
      () => device.ask('mark-read', { roomId, seq: 1 }),
    ]
    let n = 0
    return untilRefused(node.clock, async () => {
      const { code, retryAfterMs } = (await steps[n++ % steps.length]?.()) ?? {}
      return { code, retryAfterMs }
    })
  }
  const missing = hidden.replace(/\d/g, '9')
  expect(await probe('bob', hidden)).toEqual(await probe('eve', missing))
})
