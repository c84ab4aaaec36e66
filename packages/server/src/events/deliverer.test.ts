import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import { MemoryOutbox } from '../stores/memory/memory-outbox'
import { StoreError } from '../stores/port'
import { DAY_MS } from './back-off'
import { Deliverer, GIVE_UP_MS } from './deliverer'
import type { Answer, Call } from './post'

type Scripted = Answer | 'hangs'
const failed: Answer = { kind: 'failed', reason: 'status 500' }
const delivered: Answer = { kind: 'delivered' }

describe('an endpoint', () => {
  let clock: ManualClock
  let outbox: MemoryOutbox
  let calls: (Call & { readonly endpoint: string })[]
  /** By the text of an event: what its attempts are answered, in turn. */
  let script: Map<string, Scripted[]>
  let logged: string[]
  let counted: string[]
  let deliverers: Deliverer[]
  let drawn = 0
  beforeEach(() => {
    clock = new ManualClock()
    outbox = new MemoryOutbox()
    ;[calls, logged, counted, deliverers] = [[], [], [], []]
    script = new Map()
  })
  afterEach(async () => {
    const ends = deliverers.map((deliverer) => deliverer.stop())
    await clock.pass(2_000)
    await Promise.all(ends)
  })

  const add = (stream: string, ...bodies: string[]) =>
    outbox.add(
      bodies.map((body) => ({
        ...{ endpoint: 'app', stream, id: `id of ${body}`, type: 'message.sent', at: clock.now(), body },
      })),
    )
  const bodies = (): string[] => calls.map(({ body }) => body)

  function answer(call: Call): Promise<Answer> {
    const next = script.get(call.body)?.shift() ?? delivered
    if (next !== 'hangs') return Promise.resolve(next)
    return new Promise((resolve) =>
      call.signal.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'no answer in time' })),
    )
  }

  function deliverer({
    id = 'app',
    outbox: from = outbox,
    pollMs = 1_000,
  }: {
    id?: string
    outbox?: Pick<MemoryOutbox, 'claim' | 'settle'>
    pollMs?: number
  } = {}) {
    const note = (level: string) => (_: object, text: string) => void logged.push(`${level}: ${text}`)
    const log = { debug() {}, info: note('info'), warn: note('warn'), error: note('error') }
    const secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`]
    const one = new Deliverer({
      endpoint: { id, url: `https://${id}.example.com/`, secrets },
      ...{ outbox: from, clock, log, pollMs },
      ids: { uuid: () => `lease-${++drawn}`, random: () => 0.5 },
      meter: {
        attempt: (endpoint, outcome) => void counted.push(`${endpoint} ${outcome}`),
        dead: (endpoint, count) => void counted.push(`${endpoint} ${count} dead`),
      },
      post: (call) => {
        calls.push({ ...call, endpoint: id })
        return answer(call)
      },
    })
    deliverers.push(one)
    return one
  }

  test('gets what waits, in order, and each once', async () => {
    await add('room', 'a', 'b', 'c')
    const one = deliverer()
    await flushPromises()
    await add('room', 'd')
    one.wake()
    await clock.pass(60_000)
    expect(bodies()).toEqual(['a', 'b', 'c', 'd'])
    expect(calls[0]?.url).toBe('https://app.example.com/')
    expect(calls[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'id of a' })
    expect(await outbox.queues()).toEqual([])
    expect(counted).toEqual(Array(4).fill('app delivered'))
  })

  test('more than a page of one room', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `event ${index}`)
    await add('room', ...many)
    deliverer()
    await clock.pass(1_000)
    expect(bodies()).toEqual(many)
  })

  test('an event that fails is tried again, with the same id and a new time, and holds up its room only', async () => {
    script.set('a', [failed, failed])
    await add('room', 'a', 'b')
    await add('other', 'x', 'y')
    deliverer()
    await clock.pass(500)
    expect(bodies()).toEqual(['a', 'x', 'y'])
    await clock.pass(3_000)
    expect(bodies()).toEqual(['a', 'x', 'y', 'a'])
    await clock.pass(12_000)
    expect(bodies()).toEqual(['a', 'x', 'y', 'a', 'a', 'b'])
    const tries = calls.filter(({ body }) => body === 'a').map(({ headers }) => headers)
    expect(new Set(tries.map((headers) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(tries.map((headers) => headers['webhook-timestamp'])).size).toBe(3)
    expect(logged).toEqual(Array(2).fill('warn: a webhook was not taken, and is tried again'))
  })

  test('a receiver that hangs is cut off after 15 s, and holds up eight rooms at most', async () => {
    for (let room = 0; room < 10; room++) {
      script.set(`${room}`, ['hangs'])
      await add(`room-${room}`, `${room}`)
    }
    deliverer()
    await clock.pass(14_000)
    expect(bodies()).toHaveLength(8)
    await clock.pass(2_000)
    expect(bodies()).toHaveLength(10)
    await clock.pass(60_000)
    expect(await outbox.queues()).toEqual([])
  })

  test('another endpoint is not held up by one that hangs', async () => {
    const event = { stream: 'room', id: 'id', type: 'message.sent', at: clock.now() }
    script.set('for app', ['hangs', 'hangs'])
    await outbox.add([
      { ...event, endpoint: 'app', body: 'for app' },
      { ...event, endpoint: 'audit', body: 'for audit' },
    ])
    deliverer()
    deliverer({ id: 'audit' })
    await clock.pass(1_000)
    expect(calls.map(({ endpoint }) => endpoint)).toEqual(['app', 'audit'])
    expect(await outbox.queues()).toMatchObject([{ endpoint: 'app', waiting: 1 }])
  })

  test('a receiver that is down is tried ever less often, once a day at last, for seven days', async () => {
    script.set('a', Array(100).fill(failed))
    await add('room', 'a')
    deliverer({ pollMs: 300_000 })
    await clock.pass(GIVE_UP_MS - 1)
    expect(calls.length).toBeGreaterThan(10)
    expect(await outbox.queues()).toMatchObject([{ waiting: 1, dead: 0 }])
    const before = calls.length
    expect(before).toBeLessThan(18)
    await clock.pass(DAY_MS + 400_000)
    expect(calls).toHaveLength(before + 1)
    expect(await outbox.queues()).toMatchObject([{ waiting: 0, dead: 1 }])
    // Once for a receiver that is down, and not for each attempt.
    expect(logged.filter((text) => text.startsWith('warn'))).toHaveLength(1)
    expect(logged.at(-1)).toBe('error: a webhook was given up: it is a dead letter now')
    expect(counted.at(-1)).toBe('app 1 dead')
  })

  test('what waits behind an event that was given up goes on at once', async () => {
    script.set('a', Array(100).fill(failed))
    await add('room', 'a')
    deliverer({ pollMs: 300_000 })
    await clock.pass(GIVE_UP_MS - 1_000)
    await add('room', 'b')
    await clock.pass(DAY_MS + 400_000)
    expect(bodies().at(-1)).toBe('b')
  })

  test('410 makes a dead letter at once; the next event is sent all the same', async () => {
    script.set('a', [{ kind: 'gone' }])
    await add('room', 'a', 'b')
    deliverer()
    await clock.pass(1_000)
    expect(bodies()).toEqual(['a', 'b'])
    expect(await outbox.dead('app', { limit: 10 })).toMatchObject([
      { body: 'a', reason: 'the receiver answered 410' },
    ])
  })

  test('a receiver that asks for time gets it', async () => {
    script.set('a', [{ kind: 'failed', reason: 'status 429', retryAfterMs: 60_000 }])
    await add('room', 'a')
    deliverer()
    await clock.pass(59_000)
    expect(bodies()).toHaveLength(1)
    await clock.pass(2_000)
    expect(bodies()).toHaveLength(2)
  })

  describe('two nodes', () => {
    test('deliver each event once', async () => {
      for (let room = 0; room < 30; room++) await add(`room-${room}`, `${room} a`, `${room} b`)
      deliverer()
      deliverer()
      await clock.pass(5_000)
      expect(bodies()).toHaveLength(60)
      expect(new Set(bodies()).size).toBe(60)
    })

    test('one goes on where the other died: what that did not note comes twice, in order', async () => {
      await add('room', 'a', 'b', 'c')
      // It delivers, and dies before it can note it.
      const dies: typeof outbox.settle = () => new Promise(() => {})
      let isDead = false
      deliverer({ outbox: { claim: async (claim) => (isDead ? [] : outbox.claim(claim)), settle: dies } })
      deliverers.length = 0
      await flushPromises()
      expect(bodies()).toEqual(['a', 'b', 'c'])
      isDead = true
      deliverer()
      await clock.pass(29_000)
      expect(bodies()).toHaveLength(3)
      await clock.pass(2_000)
      expect(bodies()).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
      expect(await outbox.queues()).toEqual([])
    })
  })

  test('a database that is away is asked again, and what it could not note is delivered twice', async () => {
    await add('room', 'a')
    let isAway = true
    const away = () => Promise.reject(new StoreError('UNAVAILABLE', 'away'))
    deliverer({
      outbox: {
        claim: (claim) => (isAway ? away() : outbox.claim(claim)),
        settle: (settlement) => (calls.length === 1 ? away() : outbox.settle(settlement)),
      },
    })
    await clock.pass(3_000)
    expect(calls).toEqual([])
    isAway = false
    await clock.pass(40_000)
    expect(bodies()).toEqual(['a', 'a'])
    expect(await outbox.queues()).toEqual([])
  })

  test('a stop waits a moment for attempts under way, and begins none; the next start goes on', async () => {
    script.set('a', ['hangs'])
    await add('room', 'a', 'b')
    const one = deliverer()
    await flushPromises()
    const stopping = one.stop()
    await clock.pass(2_000)
    await stopping
    expect(bodies()).toEqual(['a'])
    deliverer()
    await flushPromises()
    expect(bodies()).toEqual(['a', 'a', 'b'])
    // What was cut off is no failure of the receiver.
    expect(counted).toEqual(['app delivered', 'app delivered'])
  })
})
