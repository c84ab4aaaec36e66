import { pinOf, pinsInOrder } from '@roomful/protocol/plain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { deleteMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

type Step =
  | { do: 'message' | 'cut' | 'send' | 'read' | 'older' }
  | { do: 'pass'; ms: number }
  /** Frame `at` comes through, out of its turn; with `twice` it stays and comes again later. */
  | { do: 'deliver'; at: number; twice: boolean }
  | { do: 'lose'; at: number }
  | { do: 'others'; what: 'edit' | 'remove' | 'react' | 'pin'; at: number }
  | { do: 'mine'; what: 'edit' | 'delete' | 'add' | 'take' | 'pin' | 'unpin'; at: number }
  | { do: 'jump' | 'reply'; at: number }
  /** Syncs and pages come from a reader that stays as it is now, until it catches up. */
  | { do: 'lag'; on: boolean }
  | { do: 'refuse'; code: 'RATE_LIMITED' | 'MUTED' | null }

const place = fc.nat({ max: 40 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      at: fc.nat({ max: 3 }),
      twice: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('lose' as const), at: fc.nat({ max: 3 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('message' as const, 'send' as const, 'read' as const, 'older' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 300, 2_000, 11_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('others' as const),
      what: fc.constantFrom('edit' as const, 'remove' as const, 'react' as const, 'pin' as const),
      at: place,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('mine' as const),
      what: fc.constantFrom(
        'edit' as const,
        'delete' as const,
        'add' as const,
        'take' as const,
        'pin' as const,
        'unpin' as const,
      ),
      at: place,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('jump' as const, 'reply' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lag' as const), on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      code: fc.constantFrom('RATE_LIMITED' as const, 'MUTED' as const, null),
    }),
  },
)

/** From 0 in each run: what is refused depends on it, and a failure is replayed by its steps. */
let texts = 0

async function run(world: World, ada: TestClient, step: Step): Promise<void> {
  const { room, connection } = ada
  const messages = room.messages()
  const server = world.server.room(ROOM)
  const seq = 'at' in step ? 1 + (step.at % Math.max(1, server.room.lastSeq)) : 0
  switch (step.do) {
    case 'message':
      world.server.sendAs(ROOM, 'bob', `bob ${++texts}`)
      break
    case 'send':
      room.send(`ada ${++texts}`)
      break
    case 'reply': {
      const target = messages[step.at % Math.max(1, messages.length)]
      room.send({ content: `reply ${++texts}`, ...(target ? { replyTo: target.id } : {}) })
      break
    }
    case 'read':
      room.markRead()
      break
    case 'older':
      void room.loadOlder(5)
      break
    case 'jump':
      void room.jumpTo(seq)
      break
    case 'cut':
      connection.cut()
      break
    case 'pass':
      await world.pass(step.ms)
      break
    case 'lag':
      world.server.lagging = step.on ? structuredClone(world.server.rooms) : null
      break
    case 'refuse': {
      const { code } = step
      world.server.refuse = (_user, event, content) =>
        code && event === 'send-message' && content?.startsWith('ada') && content.endsWith('3')
          ? refusal(code, { retryAfterMs: 700 })
          : undefined
      break
    }
    case 'deliver': {
      // Requests keep their order: they are one stream, and the server reads it in order.
      const frame = connection.frames[step.at] ?? connection.frames[0]
      const next = frame?.way === 'up' ? connection.frames.find((held) => held.way === 'up') : frame
      if (next === undefined) break
      if (!step.twice || next.way === 'up')
        connection.frames = connection.frames.filter((held) => held !== next)
      next.run()
      break
    }
    case 'lose': {
      const frame = connection.frames[step.at]
      if (frame && frame.event !== 'ready')
        connection.frames = connection.frames.filter((held) => held !== frame)
      break
    }
    case 'others':
      if (server.room.lastSeq === 0 || server.messages[seq - 1]?.deleted) break
      if (step.what === 'edit') world.server.edit(ROOM, 'bob', seq, `edit ${++texts}`)
      if (step.what === 'remove') world.server.remove(ROOM, 'bob', seq)
      if (step.what === 'pin')
        world.server.pin(ROOM, 'bob', seq, server.messages[seq - 1]?.pinned ? 'remove' : 'add')
      if (step.what === 'react') {
        const has = server.messages[seq - 1]?.reactions[0]?.users.some((user) => user === 'bob') ?? false
        world.server.react(ROOM, 'bob', seq, '👍', has ? 'remove' : 'add')
      }
      break
    case 'mine': {
      const target = messages[step.at % Math.max(1, messages.length)]
      if (target === undefined) break
      if (step.what === 'edit') void room.edit(target.id, `mine ${++texts}`)
      if (step.what === 'delete') void room.delete(target.id)
      if (step.what === 'add') void room.react(target.id, '👍\uFE0F', 'add')
      if (step.what === 'pin') void room.pin(target.id)
      if (step.what === 'unpin') void room.unpin(target.id)
      if (step.what === 'take') void room.react(target.id, '👍', 'remove')
      break
    }
  }
  await world.tick()
}

/** Faults over: heads name the last change, and everything comes through. */
async function heal(world: World, ada: TestClient): Promise<void> {
  world.server.refuse = () => undefined
  world.server.lagging = null
  await world.rest(5_000)
  const { rev, lastSeq } = world.server.room(ROOM).room
  ada.connection.deliver({
    event: 'room-heads',
    payload: { epoch: world.server.epoch, heads: { [ROOM]: { rev, lastSeq } } },
  })
  await world.rest(45_000)
}

/** What is shown as refused now: edited, it goes out anew, in the order of then. */
const failedNow = ({ room }: TestClient): string[] =>
  room.messages().flatMap(({ key, status }) => (status === 'failed' ? [key] : []))

function expectEverySendOnce(world: World, ada: TestClient, failedOnce: ReadonlySet<string>): void {
  const theirs = world.server.room(ROOM).messages.filter((row) => row.senderId === 'ada')
  const ids = theirs.map((row) => row.clientId ?? 'none')
  expect(new Set(ids).size).toBe(ids.length)
  // One sender's messages keep their order (I9): ids were drawn in the order of sending.
  const inOrder = ids.filter((id) => !failedOnce.has(id))
  expect(inOrder).toEqual([...inOrder].sort())
  expect(ada.room.messages().every(({ status }) => status === 'sent' || status === 'failed')).toBe(true)
}

test('any order, loss and repetition of frames ends equal to the server (I4–I11, I17)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 70 }),
      fc.boolean(),
      async (steps, onDisk) => {
        const world = new World()
        world.server.limits = { tail: 12, tailLimited: 5, patch: 4 }
        const ada = await world.live('ada', onDisk ? { storage: memoryStore() } : {})
        const failedOnce = new Set<string>()
        texts = 0
        for (const next of steps) {
          await run(world, ada, next)
          for (const key of failedNow(ada)) failedOnce.add(key)
        }
        await heal(world, ada)
        expectConverged(world, ada)
        const rows = world.server.room(ROOM).messages
        expect(ada.room.getState().pins).toEqual(pinsInOrder(rows.flatMap((row) => pinOf(row) ?? [])))
        expectEverySendOnce(world, ada, failedOnce)
      },
    ),
    { numRuns: 120 },
  )
})

/** A long room of which little is held, and a reader that is behind more often than not. */
const behind: fc.Arbitrary<Step | { do: 'flush' }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('older' as const, 'message' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('jump' as const), at: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lag' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(300, 2_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), at: fc.constant(0) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('others' as const),
      what: fc.constantFrom('edit' as const, 'remove' as const),
      at: place,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      at: fc.nat({ max: 2 }),
      twice: fc.boolean(),
    }),
  },
)

test('a reader that lags behind, and syncs and pages beside changes, take nothing back (I5, I6, I17)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(behind, { minLength: 10, maxLength: 40 }), async (steps) => {
      const world = new World()
      world.server.limits = { tail: 12, tailLimited: 5, patch: 4 }
      for (let i = 0; i < 30; i++) world.server.sendAs(ROOM, 'bob', `old ${i}`)
      const ada = await world.live('ada')
      for (const next of steps) {
        if (next.do === 'flush') await world.settle()
        else await run(world, ada, next)
      }
      await heal(world, ada)
      expectConverged(world, ada)
      const unread = world.server.room(ROOM).messages.filter((row) => !row.deleted).length
      expect(ada.room.getState().unread).toBe(unread)
    }),
    { numRuns: 150 },
  )
})

test('an old snapshot and the changes since make the new snapshot (I18)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat({ max: 20 }), async (steps, joinAfter) => {
      const world = new World()
      const early = await world.live('ada')
      const others = steps.filter((next) => next.do === 'message' || next.do === 'others')
      let late: TestClient | undefined
      for (const [i, next] of others.entries()) {
        if (i === joinAfter) late = await world.live('ada')
        await run(world, early, next)
        await world.settle()
      }
      late ??= await world.live('ada')
      await world.settle()
      expect(late.contents()).toEqual(early.contents())
      expect(late.room.getState().unread).toBe(early.room.getState().unread)
    }),
    { numRuns: 60 },
  )
})

test('a deleted message never comes back, even if frames arrive late (I12)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  world.server.sendAs(ROOM, 'bob', 'secret')
  const added = ada.connection.take('changes')
  deleteMessage(world.server.room(ROOM), 1)
  world.server.sendAs(ROOM, 'bob', 'next')
  await world.rest(2_000)
  added.run()
  expect(ada.contents()).toEqual(['', 'next'])
})

test('a page from before a change that waits for a missing rev takes nothing back (found by the property above)', async () => {
  const world = new World()
  world.server.limits = { tail: 12, tailLimited: 5, patch: 4 }
  for (let i = 0; i < 30; i++) world.server.sendAs(ROOM, 'bob', `old ${i}`)
  const ada = await world.live('ada')
  world.server.lagging = structuredClone(world.server.rooms)
  world.server.edit(ROOM, 'bob', 1, 'first edit')
  world.server.edit(ROOM, 'bob', 1, 'second edit')
  const late = ada.connection.take('changes')
  ada.connection.take('changes').run()
  void ada.room.jumpTo(1)
  await world.tick()
  late.run()
  await world.settle()
  expect(ada.contents()[0]).toBe('second edit')
})
