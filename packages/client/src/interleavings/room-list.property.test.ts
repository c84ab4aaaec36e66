import { asRoomId, type Preview } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { listItemOf } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

const ROOMS = [ROOM, 'side']
/** As many as are closed with their rows kept: one more, and the one that was left longest ago loses them. */
const CROWD = Array.from({ length: 21 }, (_, i) => `crowd-${i}`)

type Step = { room: string } & (
  | { do: 'message' | 'edit' | 'remove' | 'send' | 'open' | 'close' | 'read' | 'jump' | 'older' | 'activity' }
  | { do: 'cut' | 'settle' | 'crowd' | 'list' }
  | { do: 'deliver' | 'lose'; at: number }
  | { do: 'pass'; ms: number }
  | { do: 'refuse'; event: 'sync' | 'join-rooms' | 'leave-rooms' | 'send-message' | null }
)
const room = fc.constantFrom(...ROOMS)
const simple = <D extends Step['do']>(...names: D[]) => fc.record({ room, do: fc.constantFrom(...names) })

const step = fc.oneof(
  { weight: 10, arbitrary: simple('message', 'edit', 'remove', 'send', 'read', 'activity') },
  { weight: 6, arbitrary: simple('open', 'close', 'jump', 'older') },
  { weight: 4, arbitrary: simple('settle', 'list') },
  { weight: 2, arbitrary: simple('cut') },
  { weight: 1, arbitrary: simple('crowd') },
  { weight: 10, arbitrary: fc.record({ room, do: fc.constant('deliver' as const), at: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ room, do: fc.constant('lose' as const), at: fc.nat({ max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ room, do: fc.constant('pass' as const), ms: fc.constantFrom(300, 2_500, 11_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      room,
      do: fc.constant('refuse' as const),
      event: fc.constantFrom(...(['sync', 'join-rooms', 'leave-rooms', 'send-message', null] as const)),
    }),
  },
) satisfies fc.Arbitrary<Step>

/** Looks at the list after each notification: what a room showed once is never followed by something older. */
class Watcher {
  readonly problems: string[] = []
  private readonly shown = new Map<string, { readonly rank: number; readonly text: string }>()

  constructor(
    readonly world: World,
    readonly client: TestClient,
  ) {
    client.chat.subscribe(() => this.look())
  }

  look(): void {
    for (const { id, preview } of this.client.chat.getState().rooms) {
      const rank = this.rankOf(id, preview)
      const text = preview ? `${preview.seq} "${preview.content}"` : 'no message'
      const before = this.shown.get(id)
      if (before && before.rank > rank) this.problems.push(`${id}: ${before.text}, then ${text}`)
      this.shown.set(id, { rank, text })
    }
  }

  /** The message, and then its version: each text is used once. */
  private rankOf(id: string, preview: Preview | null): number {
    if (preview === null) return 0
    const { seq, content, deleted } = preview
    const first = this.world.server
      .room(id)
      .log.find(
        (change) =>
          change.kind === 'message' &&
          change.message.seq === seq &&
          change.message.content === content &&
          change.message.deleted === deleted,
      )
    if (first === undefined) this.problems.push(`${id}: ${seq} "${content}" never was`)
    return seq * 1_000 + (first?.rev ?? 0)
  }
}

let texts = 0

function deliverActivity({ server }: World, { connection }: TestClient, id: string): void {
  const { room: row, lastReadSeq, unread, preview } = listItemOf(server.room(id), 'ada')
  const item = { roomId: asRoomId(id), rev: row.rev, lastSeq: row.lastSeq, lastReadSeq, unread, preview }
  if (connection.isUp) connection.deliver({ event: 'room-activity', payload: { rooms: [item] } })
}

async function run(world: World, ada: TestClient, opened: Set<string>, step: Step): Promise<void> {
  const { server } = world
  const { chat, connection } = ada
  const handle = chat.room(step.room)
  const rows = server.room(step.room).messages
  const last = rows.at(-1)
  switch (step.do) {
    case 'message':
      server.sendAs(step.room, 'bob', `bob ${++texts}`)
      break
    case 'edit':
      if (last && !last.deleted) server.edit(step.room, 'bob', last.seq, `edit ${++texts}`)
      break
    case 'remove':
      if (last && !last.deleted) server.remove(step.room, 'bob', last.seq)
      break
    case 'send':
      void handle.send(`ada ${++texts}`)
      break
    case 'open':
    case 'close':
      if (opened.has(step.room) === (step.do === 'open')) break
      if (step.do === 'open') void handle.open()
      else handle.close()
      if (!opened.delete(step.room)) opened.add(step.room)
      break
    case 'crowd':
      for (const id of CROWD) void chat.room(id).open()
      await world.settle()
      for (const id of CROWD) chat.room(id).close()
      break
    case 'read':
      handle.markRead()
      break
    case 'jump':
      handle.jumpTo(1).catch(() => {})
      break
    case 'older':
      handle.loadOlder(5).catch(() => {})
      break
    case 'activity':
      deliverActivity(world, ada, step.room)
      break
    case 'list': {
      const item = listItemOf(server.room(step.room), 'ada')
      if (connection.isUp) connection.deliver({ event: 'room-added', payload: { item } })
      break
    }
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
        event === step.event ? refusal('UNAVAILABLE', { retryAfterMs: 700 }) : undefined
      break
  }
  await world.tick()
}

test('the preview of a room never goes back, with any connection, rooms and rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 70 }),
      fc.boolean(),
      async (steps, onDisk) => {
        const world = new World()
        texts = 0
        world.server.listPage = 7
        world.server.limits = { tail: 12, tailLimited: 5, patch: 4 }
        for (const id of ['side', ...CROWD]) {
          world.server.addRoom(id, ['ada', 'bob'])
          world.server.sendAs(id, 'bob', `bob ${++texts}`)
        }
        const storage = onDisk ? memoryStore() : 'memory'
        const ada = world.client('ada', { storage, windowSize: 20 })
        void ada.chat.connect()
        await world.settle()
        const watcher = new Watcher(world, ada)
        const opened = new Set<string>()
        for (const next of steps) {
          await run(world, ada, opened, next)
          watcher.look()
        }
        world.server.refuse = () => undefined
        for (const id of ROOMS) deliverActivity(world, ada, id)
        await world.rest(45_000)
        ada.connection.cut()
        await world.rest(45_000)
        watcher.look()
        expect(watcher.problems).toEqual([])
        for (const id of ROOMS) {
          const connection = ada.chat.getState().rooms.find((one) => one.id === id)
          expect(connection?.preview?.content).toBe(world.server.room(id).messages.at(-1)?.content)
        }
      },
    ),
    { numRuns: 100 },
  )
})
