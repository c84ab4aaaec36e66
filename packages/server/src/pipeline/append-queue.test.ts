import { asRoomId, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Facts, Need, Op, Outcome, Plan } from '../core/ops'
import { headOf, messagesOf, newRoom, sendOp } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { StoreError } from '../stores/port'
import { AppendQueue, type AppendQueueOptions } from './append-queue'
import type { CommittedBatch } from './port'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A memory store whose commits wait at a gate, and fail on request. */
class GatedStore {
  readonly batches: number[] = []
  readonly underWay = new Set<RoomId>()
  failure: unknown
  /** The database refuses the rows of a plan that writes a message with such content. */
  refused: RegExp | undefined
  throws: RegExp | undefined
  private gate: Promise<void> | undefined
  private openGate: () => void = () => {}

  constructor(private readonly inner: MemoryStore) {}

  close(): void {
    this.gate = new Promise((resolve) => {
      this.openGate = resolve
    })
  }

  open(): void {
    this.gate = undefined
    this.openGate()
  }

  async commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    expect(this.underWay.has(roomId), 'two commits of one room overlap').toBe(false)
    this.underWay.add(roomId)
    await this.gate
    this.underWay.delete(roomId)
    const { failure } = this
    this.failure = undefined
    if (failure) throw failure
    return this.inner.commit(roomId, need, (facts) => {
      const plan = decide(facts)
      const has = (pattern?: RegExp) => plan.messages.some(({ content }) => pattern?.test(content))
      if (has(this.refused)) throw new StoreError('INVALID_PAYLOAD', 'index row too large')
      if (has(this.throws)) throw new TypeError('a rule has a bug')
      this.batches.push(plan.outcomes.length)
      return plan
    })
  }
}

let memory: MemoryStore
let store: GatedStore
let published: CommittedBatch[]
let errors: unknown[]

beforeEach(() => {
  memory = createMemoryStore()
  store = new GatedStore(memory)
  published = []
  errors = []
})

function queueOf(options: Partial<AppendQueueOptions> = {}): AppendQueue {
  return new AppendQueue({
    store,
    publish: (batch) => published.push(batch),
    now: () => 0,
    setTimer: () => () => {},
    onError: (error) => errors.push(error),
    ...options,
  })
}

const sends = (count: number): Op[] => Array.from({ length: count }, (_, index) => sendOp('ann', `${index}`))
const codes = (outcomes: readonly { ok: boolean; code?: string }[]): string[] =>
  outcomes.map((outcome) => outcome.code ?? 'OK')
const ticks = async (): Promise<void> => {
  for (let index = 0; index < 20; index++) await Promise.resolve()
}

describe('batches', () => {
  test('one op is committed at once, without waiting for more', async () => {
    const roomId = await newRoom(memory)
    const outcome = await queueOf().submit(roomId, sendOp('ann', 'hello'))
    expect(outcome).toMatchObject({ ok: true, message: { seq: 1, rev: 3, content: 'hello' } })
    expect(store.batches).toEqual([1])
  })

  test('ops that arrive during a commit are the next batch', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    store.close()
    const first = queue.submit(roomId, sendOp('ann', 'first'))
    await ticks()
    const rest = sends(5).map((op) => queue.submit(roomId, op))
    store.open()
    await Promise.all([first, ...rest])
    expect(store.batches).toEqual([1, 5])
    expect((await messagesOf(memory, roomId)).map(({ content }) => content)).toEqual([
      'first',
      '0',
      '1',
      '2',
      '3',
      '4',
    ])
  })

  test('the ops of one tick are one batch', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    await Promise.all(sends(7).map((op) => queue.submit(roomId, op)))
    expect(store.batches).toEqual([7])
  })

  test('hold 200 ops at most', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    await Promise.all(sends(450).map((op) => queue.submit(roomId, op)))
    expect(store.batches).toEqual([200, 200, 50])
  })

  test('do not split ops that were submitted together, unless they alone are too many', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf({ limits: { batchOps: 10 } })
    await Promise.all([8, 5, 5, 25].map((count) => queue.submitAll(roomId, sends(count))))
    expect(store.batches).toEqual([8, 10, 10, 10, 5])
    expect(await headOf(memory, roomId)).toEqual({ rev: 45, lastSeq: 43 })
  })

  test('of many rooms run in parallel', async () => {
    const [first, second] = [await newRoom(memory), await newRoom(memory)]
    const queue = queueOf()
    store.close()
    const both = [queue.submit(first, sendOp('ann', 'a')), queue.submit(second, sendOp('ann', 'b'))]
    await ticks()
    expect(store.underWay.size).toBe(2)
    store.open()
    await Promise.all(both)
  })
})

describe('an op that can never be committed', () => {
  test.each(['refused', 'throws'] as const)(
    'is refused alone, and the batch around it is kept in order: %s (P12)',
    async (kind) => {
      const roomId = await newRoom(memory)
      const queue = queueOf()
      store[kind] = /^(3|11)$/
      const outcomes = await Promise.all(sends(20).map((op) => queue.submit(roomId, op)))
      const expected = Array.from({ length: 20 }, (_, i) => (i === 3 || i === 11 ? 'INVALID_PAYLOAD' : 'OK'))
      expect(codes(outcomes)).toEqual(expected)
      const kept = (await messagesOf(memory, roomId)).map(({ content, seq }) => [seq, content])
      const right = Array.from({ length: 20 }, (_, i) => `${i}`).filter((text) => !store[kind]?.test(text))
      expect(kept).toEqual(right.map((content, i) => [i + 1, content]))
      const revs = published.flatMap(({ changes }) => changes.map(({ rev }) => rev))
      expect(revs).toEqual(right.map((_, i) => (revs[0] ?? 0) + i))
      expect(errors).toHaveLength(2)
    },
  )

  test('costs at most two commits an op, however many there are', async () => {
    const roomId = await newRoom(memory)
    let commits = 0
    const counted = {
      commit: (...args: Parameters<GatedStore['commit']>) => {
        commits++
        return store.commit(...args)
      },
    }
    store.refused = /./
    const outcomes = await queueOf({ store: counted }).submitAll(roomId, sends(200))
    expect(new Set(codes(outcomes))).toEqual(new Set(['INVALID_PAYLOAD']))
    expect(commits).toBeLessThan(400)
  })
})

test('if the store goes away while a batch is halved, no op overtakes one that must be sent again (I9)', async () => {
  const roomId = await newRoom(memory)
  let commits = 0
  const flaky = {
    commit: (...args: Parameters<GatedStore['commit']>) => {
      // The whole batch, its first half, and then one op of it.
      if (++commits === 3) store.failure = new StoreError('UNAVAILABLE', 'gone')
      return store.commit(...args)
    },
  }
  store.refused = /^1$/
  const outcomes = await queueOf({ store: flaky }).submitAll(roomId, sends(4))
  expect(codes(outcomes)).toEqual(Array(4).fill('UNAVAILABLE'))
  expect(await messagesOf(memory, roomId)).toEqual([])
})

describe('publishing', () => {
  test('follows the commit and precedes the answer, once a batch', async () => {
    const roomId = await newRoom(memory)
    const order: string[] = []
    const queue = queueOf({
      publish: ({ changes }) => {
        order.push(`published ${changes.map(({ rev }) => rev)}`)
      },
    })
    const answers = sends(2).map(async (op) => {
      const outcome = await queue.submit(roomId, op)
      order.push(`answered ${outcome.ok}`)
    })
    await Promise.all(answers)
    expect(order).toEqual(['published 3,4', 'answered true', 'answered true'])
  })

  test('names the heads before and after', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    await queue.submitAll(roomId, sends(3))
    await queue.submit(roomId, sendOp('bob', 'last'))
    expect(published.map(({ previous, head }) => [previous, head])).toEqual([
      [
        { rev: 2, lastSeq: 0 },
        { rev: 5, lastSeq: 3 },
      ],
      [
        { rev: 5, lastSeq: 3 },
        { rev: 6, lastSeq: 4 },
      ],
    ])
  })

  test('does not happen if nothing changed', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    const op = sendOp('ann', 'once', { clientId: 'client-0001' })
    await queue.submit(roomId, op)
    const again = await queue.submit(roomId, op)
    await queue.submit(roomId, sendOp('stranger', 'no'))
    await queue.submit(asRoomId('nowhere'), sendOp('ann', 'no'))
    expect(again).toMatchObject({ ok: true, duplicate: true })
    expect(published).toHaveLength(1)
  })

  test('that throws is reported; the author is answered and the queue goes on', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf({
      publish: () => {
        throw new Error('bus is down')
      },
    })
    expect(await queue.submit(roomId, sendOp('ann', 'one'))).toMatchObject({ ok: true })
    expect(await queue.submit(roomId, sendOp('ann', 'two'))).toMatchObject({ ok: true })
    expect(errors).toHaveLength(2)
  })
})

describe('a store that fails', () => {
  test.each([
    [new StoreError('UNAVAILABLE', 'gone'), 'UNAVAILABLE'],
    [new StoreError('STORAGE_FULL', 'full'), 'STORAGE_FULL'],
    [new StoreError('OVERLOADED', 'busy'), 'OVERLOADED'],
  ])('with %s: that code, nothing published, and the next batch has its turn', async (failure, code) => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    store.failure = failure
    expect(codes(await queue.submitAll(roomId, sends(2)))).toEqual([code, code])
    expect(published).toEqual([])
    expect(errors).toEqual([failure])
    expect(codes(await queue.submitAll(roomId, sends(2)))).toEqual(['OK', 'OK'])
    expect(queue.depth()).toBe(0)
  })

  test('in the first of a group’s batches: the rest is not attempted, others go on', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf({ limits: { batchOps: 2 } })
    store.failure = new StoreError('UNAVAILABLE', 'gone')
    const [group, other] = await Promise.all([
      queue.submitAll(roomId, sends(5)),
      queue.submitAll(roomId, [sendOp('bob', 'other')]),
    ])
    expect(codes(group)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', ...Array(3).fill('NOT_ATTEMPTED')])
    expect(codes(other)).toEqual(['OK'])
    expect((await messagesOf(memory, roomId)).map(({ content }) => content)).toEqual(['other'])
    expect(queue.depth()).toBe(0)
  })

  test('a refusal that will not change with a retry does not stop the ones after it', async () => {
    const roomId = await newRoom(memory)
    const ops = [sendOp('ann', 'one'), sendOp('ann', ''), sendOp('ann', 'three')]
    expect(codes(await queueOf().submitAll(roomId, ops))).toEqual(['OK', 'INVALID_CONTENT', 'OK'])
  })
})

describe('bounds', () => {
  test('a full room is OVERLOADED, another is not', async () => {
    const [full, free] = [await newRoom(memory), await newRoom(memory)]
    const queue = queueOf({ limits: { roomWaiting: 3 } })
    store.close()
    const waiting = [queue.submitAll(full, sends(3)), queue.submitAll(free, sends(3))]
    const refused = await queue.submitAll(full, sends(2))
    expect(refused).toMatchObject([{ code: 'OVERLOADED', retryAfterMs: 1_000 }, { code: 'NOT_ATTEMPTED' }])
    store.open()
    expect((await Promise.all(waiting)).flat().every(({ ok }) => ok)).toBe(true)
  })

  test('all rooms together are bounded too', async () => {
    const queue = queueOf({ limits: { waiting: 4 } })
    const rooms = [await newRoom(memory), await newRoom(memory), await newRoom(memory)]
    const answers = await Promise.all(rooms.map((roomId) => queue.submitAll(roomId, sends(2))))
    expect(answers.map(codes)).toEqual([
      ['OK', 'OK'],
      ['OK', 'OK'],
      ['OVERLOADED', 'NOT_ATTEMPTED'],
    ])
  })

  test('P11: the bytes of waiting ops are bounded, of a room and of all, and are given back', async () => {
    const rooms = [await newRoom(memory), await newRoom(memory), await newRoom(memory)]
    const queue = queueOf({ limits: { roomBytes: 100_000, bytes: 150_000 } })
    const long = (count: number): Op[] =>
      Array.from({ length: count }, () => sendOp('ann', 'x'.repeat(8_000)))
    const short = (roomId: RoomId) => queue.submitAll(roomId, [sendOp('ann', 'hi')])
    const [first, second, third] = rooms as [RoomId, RoomId, RoomId]
    store.close()
    // The first one is being committed: it counts for all rooms, and no longer for its own.
    const waiting = [queue.submitAll(first, long(1))]
    await settled()
    waiting.push(queue.submitAll(first, long(5)))
    expect(codes(await queue.submitAll(first, long(1)))).toEqual(['OVERLOADED'])
    waiting.push(queue.submitAll(second, long(2)))
    expect(codes(await queue.submitAll(third, long(1)))).toEqual(['OVERLOADED'])
    waiting.push(short(third))
    store.open()
    expect(codes((await Promise.all(waiting)).flat())).toEqual(Array(9).fill('OK'))
    for (const roomId of rooms)
      expect(codes(await queue.submitAll(roomId, long(5)))).toEqual(Array(5).fill('OK'))
  })

  test('P11: by default 50,000 of the longest messages do not fit', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    store.close()
    const content = '😀'.repeat(8_000)
    let taken = 0
    const waiting: Promise<readonly Outcome[]>[] = []
    for (let isTaken = true; isTaken; taken++) {
      const answer = queue.submitAll(roomId, [sendOp('ann', content)])
      isTaken = await Promise.race([answer.then(() => false), settled().then(() => true)])
      waiting.push(answer)
    }
    expect(taken * content.length * 2).toBeLessThan(20 * 2 ** 20)
    store.open()
    await Promise.all(waiting)
  })

  test('depth counts waiting and committing ops; drained resolves when there are none', async () => {
    const roomId = await newRoom(memory)
    const queue = queueOf()
    await queue.drained()
    store.close()
    const done = queue.submitAll(roomId, sends(3))
    await ticks()
    const more = queue.submitAll(roomId, sends(2))
    expect(queue.depth()).toBe(5)
    let isDrained = false
    const drained = queue.drained().then(() => {
      isDrained = true
    })
    await ticks()
    expect(isDrained).toBe(false)
    store.open()
    await Promise.all([done, more, drained])
    expect(queue.depth()).toBe(0)
  })

  test('no ops are no commit', async () => {
    expect(await queueOf().submitAll(await newRoom(memory), [])).toEqual([])
    expect(store.batches).toEqual([])
  })
})

test('a commit is measured by the clock that is given', async () => {
  const roomId = await newRoom(memory)
  const commits: object[] = []
  let time = 0
  const queue = queueOf({ now: () => (time += 5), onCommit: (commit) => commits.push(commit) })
  await queue.submitAll(roomId, sends(3))
  expect(commits).toEqual([{ roomId, ops: 3, ms: 5 }])
})
