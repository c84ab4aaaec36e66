import { expect, test } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import type { ChatOptions } from '../options'
import { addMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

function filled(count = 1_000): World {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}
async function reader(options: Partial<ChatOptions> = {}): Promise<{ world: World; ada: TestClient }> {
  const world = filled()
  return { world, ada: await world.live('ada', options) }
}
const seqs = ({ room }: TestClient): number[] => room.messages().map(({ seq }) => seq)
const shows = (client: TestClient, seq: number): boolean => seqs(client).includes(seq)

/** How a promise ended, or that it has not. */
function ended(promise: Promise<unknown>): { how: unknown } {
  const end: { how: unknown } = { how: 'pending' }
  promise.then(
    () => {
      end.how = 'done'
    },
    (error) => {
      end.how = error.code
    },
  )
  return end
}

test('far up, an older page under way, then "to the end": stays at the end when the page comes', async () => {
  const { world, ada } = await reader()
  void ada.room.jumpTo(300)
  await world.settle()
  const older = ended(ada.room.loadOlder())
  await world.tick()
  await ada.room.jumpTo(1_000)
  await world.tick()
  expect(older.how).toBe('done')
  await world.settle()
  expect(seqs(ada).at(-1)).toBe(1_000)
  expect(ada.room.getState()).toMatchObject({ hasNewer: false, loadingOlder: false })
})

test('a jump under way, then "to the end": stays at the end', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  void ada.room.jumpTo(Number.POSITIVE_INFINITY)
  await world.settle()
  expect(jump.how).toBe('done')
  expect(ada.room.getState().hasNewer).toBe(false)
})

test('a jump under way, then a send: the own message is on screen', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  void ada.room.send('mine')
  expect(ada.contents().at(-1)).toBe('mine')
  await world.settle()
  expect(jump.how).toBe('done')
  expect(ada.contents().at(-1)).toBe('mine')
})

test('an older page under way, then a send: the own message stays on screen', async () => {
  const { world, ada } = await reader()
  void ada.room.jumpTo(300)
  await world.settle()
  void ada.room.loadOlder()
  await world.tick()
  void ada.room.send('mine')
  await world.settle()
  expect(ada.contents().at(-1)).toBe('mine')
})

test('a jump under way, then one to a place that is held: the last one counts', async () => {
  const { world, ada } = await reader()
  void ada.room.jumpTo(100)
  await world.settle()
  void ada.room.jumpTo(600)
  await world.tick()
  void ada.room.jumpTo(110)
  await world.settle()
  expect(shows(ada, 110)).toBe(true)
  expect(shows(ada, 600)).toBe(false)
})

test('two jumps to places that are not held: the last one counts, and both end', async () => {
  const { world, ada } = await reader()
  const first = ended(ada.room.jumpTo(300))
  await world.tick()
  const second = ended(ada.room.jumpTo(700))
  await world.settle()
  expect([first.how, second.how]).toEqual(['done', 'done'])
  expect(shows(ada, 700)).toBe(true)
})

test('a jump under way, then a list that loads older messages by itself: the jump counts', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  const older = ended(ada.room.loadOlder())
  await world.settle()
  expect([jump.how, older.how]).toEqual(['done', 'done'])
  expect(shows(ada, 300)).toBe(true)
})

test('a jump that waits for the line, then an older page that this device keeps: the page is shown', async () => {
  const world = filled()
  const ada = await world.live('ada', { storage: memoryStore(), windowSize: 100 })
  for (let pages = 0; pages < 8; pages++) {
    void ada.room.loadOlder()
    await world.settle()
  }
  void ada.room.jumpTo(Number.POSITIVE_INFINITY)
  world.server.say(ROOM, 'bob', 'trims')
  await world.rest(1_000)
  ada.line.silent = true
  ada.line.cut()
  const first = seqs(ada)[0] ?? 0
  const jump = ended(ada.room.jumpTo(100))
  void ada.room.loadOlder()
  await world.rest(1_000)
  expect(jump.how).toBe('done')
  expect(shows(ada, first - 1)).toBe(true)
})

test('the page of a jump that is given up is refused: the jump after it goes on', async () => {
  const { world, ada } = await reader()
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal('HISTORY_TRUNCATED') : undefined
  const first = ended(ada.room.jumpTo(300))
  await world.tick()
  ada.line.take('fetch-history').run()
  world.server.refuse = () => undefined
  const second = ended(ada.room.jumpTo(700))
  await world.settle()
  expect([first.how, second.how]).toEqual(['done', 'done'])
  expect(shows(ada, 700)).toBe(true)
  expect(ada.room.getState().error).toBeNull()
})

test('a jump that is refused leaves the window where it is, and holds up no other', async () => {
  const { world, ada } = await reader()
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal('HISTORY_TRUNCATED') : undefined
  const first = ended(ada.room.jumpTo(300))
  await world.settle()
  expect(first.how).toBe('HISTORY_TRUNCATED')
  expect(ada.room.getState()).toMatchObject({ hasNewer: false, error: { code: 'HISTORY_TRUNCATED' } })
  world.server.refuse = () => undefined
  const second = ended(ada.room.jumpTo(700))
  await world.settle()
  expect(second.how).toBe('done')
  expect(ada.room.getState().error).toBeNull()
})

test('a jump that is refused for now ends as done, not as refused, when another place is wanted', async () => {
  const { world, ada } = await reader()
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal('RATE_LIMITED', { retryAfterMs: 5_000 }) : undefined
  const jump = ended(ada.room.jumpTo(300))
  await world.settle()
  expect(ada.room.getState().error?.code).toBe('RATE_LIMITED')
  void ada.room.send('mine')
  await world.tick()
  expect(jump.how).toBe('done')
  expect(ada.room.getState().error).toBeNull()
})

test('the newest is marked as read while a jump is under way: the jump counts', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  ada.room.markRead()
  await world.rest(1_000)
  expect(jump.how).toBe('done')
  expect(shows(ada, 300)).toBe(true)
  // Elsewhere than at the end, what is read moves nothing.
  ada.room.markRead()
  expect(shows(ada, 300)).toBe(true)
})

test('a jump outlives a cut line and a page that is never answered', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  ada.line.cut()
  await world.pass(2_000)
  await world.settle()
  expect(jump.how).toBe('done')
  expect(shows(ada, 300)).toBe(true)
  const next = ended(ada.room.jumpTo(600))
  await world.tick()
  ada.line.take('fetch-history')
  await world.rest(15_000)
  expect(next.how).toBe('done')
  expect(shows(ada, 600)).toBe(true)
})

test('a new message beside an older page under way takes nothing off the top: the page joins what is shown', async () => {
  const world = filled(600)
  const ada = await world.live('ada', { windowSize: 100 })
  for (let pages = 0; pages < 3; pages++) {
    void ada.room.loadOlder()
    await world.settle()
  }
  ada.room.markRead()
  const first = seqs(ada)[0] ?? 0
  void ada.room.loadOlder(60)
  await world.tick()
  ada.line.take('fetch-history').run()
  for (let i = 0; i < 130; i++) world.server.say(ROOM, 'bob', `new ${i}`)
  const page = ada.line.take('fetch-history ack')
  await world.settle()
  page.run()
  await world.settle()
  expect(shows(ada, first)).toBe(true)
  expect(shows(ada, first - 1)).toBe(true)
})

test('a jump while the room is read from the disk shows its own place, not the newest on the disk', async () => {
  const world = filled(600)
  const storage = memoryStore()
  const before = await world.live('ada', { storage })
  for (let pages = 0; pages < 10; pages++) {
    void before.room.loadOlder()
    await world.settle()
  }
  await world.rest(1_000)
  await before.chat.close()
  const ada = world.client('ada', { storage })
  ada.line.silent = true
  void ada.room.open()
  const jump = ended(ada.room.jumpTo(200))
  await world.rest(1_000)
  expect(jump.how).toBe('done')
  expect(shows(ada, 200)).toBe(true)
})

test('the place that is looked at is purged: the window goes to what is left, and is not empty', async () => {
  const { world, ada } = await reader()
  void ada.room.jumpTo(300)
  await world.settle()
  ada.line.cut()
  const member = world.server.room(ROOM).members.get('ada')
  if (member) world.server.room(ROOM).members.set('ada', { ...member, fromSeq: 400 })
  await world.rest(3_000)
  expect(seqs(ada).at(-1)).toBe(1_000)
  expect(ada.room.getState().hasNewer).toBe(false)
})

test.each([
  [0, 1],
  [-7, 1],
  [300.7, 300],
  [Number.NEGATIVE_INFINITY, 1],
  [1_000, 1_000],
  [1_001, 1_000],
  [1e300, 1_000],
  [Number.POSITIVE_INFINITY, 1_000],
])('jumpTo(%d) shows message %d', async (asked, shown) => {
  const { world, ada } = await reader()
  void ada.room.jumpTo(500)
  await world.settle()
  const jump = ended(ada.room.jumpTo(asked))
  await world.settle()
  expect(jump.how).toBe('done')
  expect(shows(ada, shown)).toBe(true)
})

test('a jump beyond the head while the room is loading shows the newest', async () => {
  const world = filled()
  const ada = world.client('ada')
  void ada.room.open()
  const jump = ended(ada.room.jumpTo(1e300))
  await world.settle()
  expect(jump.how).toBe('done')
  expect(seqs(ada).at(-1)).toBe(1_000)
})

test('what is no number is refused, and changes nothing', async () => {
  const { world, ada } = await reader()
  const before = seqs(ada)
  await expect(ada.room.jumpTo(Number.NaN)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  await expect(ada.room.loadOlder(Number.NaN)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  await ada.room.loadOlder(0)
  await ada.room.loadOlder(-3)
  ada.room.markRead(Number.NaN)
  ada.room.markRead(3.5)
  await world.rest(1_000)
  expect(ada.room.getState()).toMatchObject({ error: null, hasOlder: true, lastReadSeq: 3 })
  expect(seqs(ada)).toEqual(before)
  const older = ended(ada.room.loadOlder(2.5))
  await world.settle()
  expect(older.how).toBe('done')
  expect(seqs(ada)).toHaveLength(before.length + 2)
})

test('in a room that is not open, or that is gone, a page ends at once', async () => {
  const { world, ada } = await reader()
  await expect(ada.chat.room('other').jumpTo(5)).rejects.toMatchObject({ code: 'ABORTED' })
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  ada.line.tell({
    event: 'room-removed',
    payload: { roomId: world.server.room(ROOM).room.id, reason: 'kicked' },
  })
  ada.line.take('room-removed').run()
  await world.tick()
  expect(jump.how).toBe('ROOM_NOT_FOUND')
  await expect(ada.room.jumpTo(400)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  await expect(ada.room.loadOlder()).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
})

test('a room that is closed while a page is under way ends it', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.room.jumpTo(300))
  await world.tick()
  ada.line.take('fetch-history')
  ada.room.close()
  await world.pass(2_500)
  expect(jump.how).not.toBe('pending')
})
