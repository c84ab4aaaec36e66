import { asRoomId, type RoomId } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatEvent } from '../core/chat-event'
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral'
import { withEphemeral } from '../ephemeral/with-ephemeral'
import { flushPromises, ManualClock } from '../node/test-node'
import { commitOps, newRoom, sendOp } from '../stores/contract/contract-room'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { Outbox } from '../stores/outbox'
import { StoreError } from '../stores/port'
import { Deliverer } from './deliverer'
import { EventLog } from './event-log'
import type { Answer } from './post'
import { withEvents } from './with-events'

const NODES = 3
const ROOMS = ['room-a', 'room-b', 'room-c'].map(asRoomId)
const endpoint = {
  id: 'app',
  url: 'https://app.example.com/',
  secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
}

const RECEIVERS = [
  'takes',
  'fails',
  'fails now and then',
  'hangs',
  'takes and hangs',
  'takes and fails',
] as const
const DATABASES = ['up', 'away', 'loses answers'] as const

const upTo = (max: number) => fc.nat({ max })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), room: upTo(2), count: upTo(30) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: upTo(40_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('receiver' as const),
      mode: fc.constantFrom(...RECEIVERS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('database' as const),
      mode: fc.constantFrom(...DATABASES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('die' as const), node: upTo(NODES - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), node: upTo(NODES - 1) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Some nodes, a receiver and a database, each of which may fail at any moment. */
class Scene {
  readonly clock = new ManualClock()
  readonly store = createMemoryStore({ epoch: 'e', now: this.clock.now })
  /** Seqs that the receiver has taken, by room, in the order in which they came first. */
  readonly taken = new Map<RoomId, number[]>(ROOMS.map((roomId) => [roomId, []]))
  readonly sent = new Map<RoomId, number>(ROOMS.map((roomId) => [roomId, 0]))
  receiver: (typeof RECEIVERS)[number] = 'takes'
  database: (typeof DATABASES)[number] = 'up'
  #calls = 0
  readonly #nodes = new Map<number, { deliverer: Deliverer; isUp: boolean }>()
  #drawn = 0
  readonly #log = new EventLog({
    endpoints: [{ ...endpoint, types: ['message.sent'] }],
    ids: { uuid: () => `id-${++this.#drawn}` },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  readonly #eventful = withEvents(
    withEphemeral(this.store, new MemoryEphemeral({ now: this.clock.now })),
    this.#log,
    this.clock,
  )

  async run(one: Step): Promise<void> {
    switch (one.kind) {
      case 'send': {
        const roomId = ROOMS[one.room] ?? asRoomId('')
        const ops = Array.from({ length: one.count + 1 }, () => sendOp('ann', 'text'))
        await commitOps(this.#eventful, roomId, ops)
        this.sent.set(roomId, (this.sent.get(roomId) ?? 0) + ops.length)
        for (const { deliverer } of this.#nodes.values()) deliverer.wake()
        return
      }
      case 'pass':
        return this.clock.pass(one.ms)
      case 'receiver':
        this.receiver = one.mode
        return
      case 'database':
        this.database = one.mode
        return
      case 'die': {
        const node = this.#nodes.get(one.node)
        if (node) node.isUp = false
        this.#nodes.delete(one.node)
        return
      }
      case 'start':
        if (!this.#nodes.has(one.node)) this.#start(one.node)
        return
    }
  }

  async settle(): Promise<void> {
    this.receiver = 'takes'
    this.database = 'up'
    this.#start(NODES)
    // The leases of the dead end, and what hangs is cut off. A call takes seconds here.
    for (let minute = 0; minute < 60 && (await this.store.outbox.queues()).length > 0; minute++) {
      await this.store.outbox.wake('app', this.clock.now())
      await this.clock.pass(60_000)
    }
    for (const node of this.#nodes.values()) node.isUp = false
  }

  #start(number: number): void {
    const node = { isUp: true }
    const call = async <T>(work: () => Promise<T>): Promise<T> => {
      if (!node.isUp) return new Promise(() => {})
      if (this.database === 'away') throw new StoreError('UNAVAILABLE', 'away')
      const result = await work()
      await flushPromises()
      // A process that died meanwhile learns nothing of it.
      if (!node.isUp) return new Promise(() => {})
      if (this.database === 'loses answers') throw new StoreError('UNAVAILABLE', 'lost')
      return result
    }
    const outbox: Pick<Outbox, 'claim' | 'settle'> = {
      claim: (claim) => call(() => this.store.outbox.claim(claim)),
      settle: (settlement) => call(() => this.store.outbox.settle(settlement)),
    }
    const deliverer = new Deliverer({
      ...{ endpoint, outbox, clock: this.clock, pollMs: 5_000 },
      ids: { uuid: () => `lease-${++this.#drawn}`, random: () => 0.5 },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      meter: { attempt() {}, dead() {} },
      post: ({ body, signal }) => (node.isUp ? this.#receive(body, signal) : new Promise(() => {})),
    })
    this.#nodes.set(number, Object.assign(node, { deliverer }))
  }

  async #receive(body: string, signal: AbortSignal): Promise<Answer> {
    const failed: Answer = { kind: 'failed', reason: 'status 500' }
    await flushPromises()
    const isThird = ++this.#calls % 3 === 0
    switch (this.receiver) {
      case 'fails':
        return failed
      case 'fails now and then':
        if (isThird) return failed
        break
      case 'hangs':
        if (isThird) return whenCut(signal, failed)
        break
      case 'takes and hangs':
      case 'takes and fails':
      case 'takes':
        break
    }
    this.#take(JSON.parse(body))
    if (this.receiver === 'takes and hangs' && isThird) return whenCut(signal, failed)
    return this.receiver === 'takes and fails' && isThird ? failed : { kind: 'delivered' }
  }

  #take(event: ChatEvent): void {
    if (event.type !== 'message.sent') return
    const { roomId, seq } = event.data.message
    const seqs = this.taken.get(roomId)
    if (seqs && !seqs.includes(seq)) seqs.push(seq)
  }
}

const whenCut = (signal: AbortSignal, answer: Answer): Promise<Answer> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer)))

test('whatever dies, fails or hangs, each event comes at least once, and those of a room in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const scene = new Scene()
      for (const id of ROOMS) await newRoom(scene.store, { id })
      for (let node = 0; node < NODES; node++) await scene.run({ kind: 'start', node })
      for (const one of steps) {
        await scene.run(one)
        // Some calls, and not all.
        for (let turn = 0; turn < 15; turn++) await flushPromises()
      }
      await scene.settle()
      for (const [roomId, count] of scene.sent)
        expect(scene.taken.get(roomId)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
      expect(await scene.store.outbox.queues()).toEqual([])
    }),
    { numRuns: 100 },
  )
})
