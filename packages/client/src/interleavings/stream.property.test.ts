import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { addMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

type Step =
  | { do: 'message' | 'cut' | 'settle' | 'older' | 'send' }
  | { do: 'read'; count: number }
  | { do: 'edit' | 'remove'; at: number }
  | { do: 'deliver' | 'lose'; at: number }
  | { do: 'pass'; ms: number }
  | { do: 'jump'; seq: number }
  | { do: 'refuse'; code: 'UNAVAILABLE' | 'RATE_LIMITED' | null }

const HELD = 460
const place = fc.nat({ max: HELD })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['message', 'settle', 'older', 'send'] as const satisfies Step['do'][])),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'remove' as const), at: place }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), at: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), at: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), seq: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(300, 11_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      code: fc.constantFrom('UNAVAILABLE' as const, 'RATE_LIMITED' as const, null),
    }),
  },
)

/** Takes as many messages as requested, as they come. */
class Reader {
  readonly given: { seq: number; content: string; deleted: boolean }[] = []
  private wanted = 0
  private busy = false
  private readonly iterator

  constructor({ room }: TestClient, after: number) {
    this.iterator = room.stream({ after })[Symbol.asyncIterator]()
  }

  read(count: number): void {
    this.wanted += count
    if (!this.busy) void this.run()
  }

  private async run(): Promise<void> {
    this.busy = true
    for (; this.wanted > 0; this.wanted--) {
      const { value, done } = await this.iterator.next()
      if (done || !value) break
      this.given.push(value)
    }
    this.busy = false
  }
}

let texts = 0

async function run(world: World, ada: TestClient, reader: Reader, step: Step): Promise<void> {
  const { connection, room } = ada
  const { server } = world
  switch (step.do) {
    case 'read':
      reader.read(step.count)
      break
    case 'message':
      server.sendAs(ROOM, 'bob', `bob ${++texts}`)
      break
    case 'send':
      void room.send(`ada ${++texts}`)
      break
    case 'edit':
    case 'remove': {
      const row = server.room(ROOM).messages[step.at]
      if (row === undefined || row.deleted) break
      if (step.do === 'edit') server.edit(ROOM, 'bob', row.seq, `edit ${++texts}`)
      else server.remove(ROOM, 'bob', row.seq)
      break
    }
    case 'older':
      room.loadOlder().catch(() => {})
      break
    case 'jump':
      room.jumpTo(step.seq).catch(() => {})
      break
    case 'cut':
      connection.cut()
      break
    case 'settle':
      await world.settle()
      break
    case 'pass':
      await world.pass(step.ms)
      break
    case 'deliver': {
      const frame = connection.frames[step.at] ?? connection.frames[0]
      const next = frame?.way === 'up' ? connection.frames.find(({ way }) => way === 'up') : frame
      connection.frames = connection.frames.filter((held) => held !== next)
      next?.run()
      break
    }
    case 'lose': {
      const frame = connection.frames[step.at]
      if (frame && frame.event !== 'ready')
        connection.frames = connection.frames.filter((held) => held !== frame)
      break
    }
    case 'refuse':
      server.refuse = (_user, event) =>
        step.code && event === 'fetch-history' ? refusal(step.code, { retryAfterMs: 700 }) : undefined
      break
  }
  await world.tick()
}

test('with any interleaving, a stream yields each message once, in order, and none that was deleted before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.nat({ max: HELD }),
      fc.boolean(),
      async (steps, after, onDisk) => {
        const world = new World()
        texts = 0
        for (let i = 1; i <= HELD; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
        const ada = await world.live('ada', { windowSize: 150, storage: onDisk ? memoryStore() : 'memory' })
        const reader = new Reader(ada, after)
        for (const next of steps) await run(world, ada, reader, next)
        world.server.refuse = () => undefined
        await world.rest(5_000)
        const { rev, lastSeq } = world.server.room(ROOM).room
        const heads = { [ROOM]: { rev, lastSeq } }
        ada.connection.deliver({ event: 'room-heads', payload: { epoch: world.server.epoch, heads } })
        await world.rest(45_000)
        const before = reader.given.length
        reader.read(2_000)
        await world.rest(5_000)
        const seqs = reader.given.map(({ seq }) => seq)
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
        expect(reader.given.every(({ deleted, content }) => !deleted && content !== '')).toBe(true)
        const there = world.server.room(ROOM).messages.filter(({ seq, deleted }) => seq > after && !deleted)
        expect(seqs).toEqual(expect.arrayContaining(there.map(({ seq }) => seq)))
        // What is given when all has arrived is as the server has it.
        for (const { seq, content } of reader.given.slice(before))
          expect(content).toBe(world.server.room(ROOM).messages[seq - 1]?.content)
        expect(seqs.every((seq) => seq > after)).toBe(true)
      },
    ),
    { numRuns: 80 },
  )
})
