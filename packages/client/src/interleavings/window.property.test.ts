import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { addMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

type Step =
  | { do: 'older' | 'newer' | 'end' | 'send' | 'read' | 'message' | 'cut' | 'settle' }
  | { do: 'jump'; seq: number }
  | { do: 'pass'; ms: number }
  | { do: 'deliver' | 'lose'; at: number }
  | { do: 'refuse'; code: 'RATE_LIMITED' | 'HISTORY_TRUNCATED' | null }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['older', 'newer', 'end', 'send', 'read', 'message', 'settle'] as const satisfies Step['do'][]),
      ),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('jump' as const), seq: fc.nat({ max: 420 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('deliver' as const), at: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), at: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(300, 11_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      code: fc.constantFrom('RATE_LIMITED' as const, 'HISTORY_TRUNCATED' as const, null),
    }),
  },
)

/** Where the last call wants the window: these messages are shown, with everything between. */
type Place = { readonly shown: readonly number[] } | 'end'

/** Calls what a reader calls, and keeps what the last call asked for. */
class Reader {
  place: Place | 'refused' = 'end'
  waiting = 0

  constructor(readonly client: TestClient) {}

  go(step: Step): void {
    const { room } = this.client
    const { messages, hasOlder, hasNewer } = room.getState()
    const first = messages.find(({ seq }) => seq > 0)?.seq ?? 0
    const last = messages.findLast(({ seq }) => seq > 0)?.seq ?? 0
    // A jump on its way is not given up for what a list loads by itself.
    const { view, connection } = this.client.model()
    const jumps = view.wantedPage?.kind === 'around' && connection === 'up'
    if (step.do === 'older' && hasOlder && !jumps) this.wait(room.loadOlder(), { shown: [first, first - 1] })
    if (step.do === 'newer' && hasNewer && !jumps) this.wait(room.loadNewer(), { shown: [last, last + 1] })
    if (step.do === 'end') this.wait(room.jumpTo(room.getState().lastSeq), 'end')
    if (step.do === 'jump') {
      const seq = Math.max(1, step.seq)
      this.wait(room.jumpTo(step.seq), seq >= (this.client.model().rows.tail ?? 0) ? 'end' : { shown: [seq] })
    }
    if (step.do === 'send') {
      room.send(`mine ${++texts}`)
      this.place = 'end'
    }
    if (step.do === 'read') {
      room.markRead()
      // Who reads the newest is there, unless on the way to another place.
      if (!hasNewer && this.waiting === 0) this.place = 'end'
    }
  }

  private wait(promise: Promise<void>, place: Place): void {
    this.place = place
    this.waiting++
    promise.then(
      () => {
        this.waiting--
      },
      () => {
        this.waiting--
        if (this.place === place) this.place = 'refused'
      },
    )
  }
}

let texts = 0

async function run(world: World, { client: { connection } }: Reader, step: Step): Promise<void> {
  switch (step.do) {
    case 'message':
      world.server.sendAs(ROOM, 'bob', `bob ${++texts}`)
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
    case 'refuse': {
      const { code } = step
      world.server.refuse = (_user, event) =>
        code && event === 'fetch-history' ? refusal(code, { retryAfterMs: 700 }) : undefined
      break
    }
  }
  await world.tick()
}

/** Faults over: heads name the last change, and everything comes through. */
async function heal(world: World, { connection }: TestClient): Promise<void> {
  world.server.refuse = () => undefined
  await world.rest(5_000)
  const { rev, lastSeq } = world.server.room(ROOM).room
  const heads = { [ROOM]: { rev, lastSeq } }
  connection.deliver({ event: 'room-heads', payload: { epoch: world.server.epoch, heads } })
  await world.rest(45_000)
}

test('after any pages, jumps, sends and trouble the window is where the last call wanted it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.boolean(), async (steps, onDisk) => {
      const world = new World()
      texts = 0
      for (let i = 1; i <= 400; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
      const ada = await world.live('ada', {
        windowSize: 120,
        ...(onDisk ? { storage: memoryStore() } : {}),
      })
      const reader = new Reader(ada)
      for (const next of steps) {
        reader.go(next)
        await run(world, reader, next)
      }
      await heal(world, ada)
      expectConverged(world, ada)
      expect(reader.waiting).toBe(0)
      const { messages, hasNewer } = ada.room.getState()
      const seqs = messages.map(({ seq }) => seq)
      if (reader.place === 'end') {
        expect(hasNewer).toBe(false)
        expect(seqs.at(-1)).toBe(world.server.room(ROOM).room.lastSeq)
      } else if (reader.place !== 'refused')
        expect(seqs).toEqual(expect.arrayContaining([...reader.place.shown]))
    }),
    { numRuns: 150 },
  )
})
