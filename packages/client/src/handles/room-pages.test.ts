import { asRoomId, asUserId } from '@roomful/protocol'
import { createTestWorld } from '@roomful/testing'
import { expect, test } from 'vitest'
import type { Room } from '../room'
import { ROOM, texts, twoPeople } from '../test-support/two-people'

/** Ada in a room with a thousand messages of bob's, of which the newest are loaded. */
const reader = (client: { windowSize?: number } = {}, history = 1_000) => twoPeople({ history, client })

const seqs = (room: Room): number[] => room.messages().map(({ seq }) => seq)
const shows = (room: Room, seq: number): boolean => seqs(room).includes(seq)

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
  void ada.jumpTo(300)
  await world.settle()
  const older = ended(ada.loadOlder())
  await world.advance(1)
  await ada.jumpTo(1_000)
  await world.advance(1)
  expect(older.how).toBe('done')
  await world.settle()
  expect(seqs(ada).at(-1)).toBe(1_000)
  expect(ada.getState()).toMatchObject({ hasNewer: false, loadingOlder: false })
})

test('a jump under way, then "to the end": stays at the end', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.jumpTo(300))
  await world.advance(1)
  void ada.jumpTo(Number.POSITIVE_INFINITY)
  await world.settle()
  expect(jump.how).toBe('done')
  expect(ada.getState().hasNewer).toBe(false)
})

test('a jump under way, then a send: the own message is on screen', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.jumpTo(300))
  await world.advance(1)
  void ada.send('mine')
  expect(texts(ada).at(-1)).toBe('mine')
  await world.settle()
  expect(jump.how).toBe('done')
  expect(texts(ada).at(-1)).toBe('mine')
})

test('an older page under way, then a send: the own message stays on screen', async () => {
  const { world, ada } = await reader()
  void ada.jumpTo(300)
  await world.settle()
  void ada.loadOlder()
  await world.advance(1)
  void ada.send('mine')
  await world.settle()
  expect(texts(ada).at(-1)).toBe('mine')
})

test('a jump under way, then one to a place that is held: the last one counts', async () => {
  const { world, ada } = await reader()
  void ada.jumpTo(100)
  await world.settle()
  void ada.jumpTo(600)
  await world.advance(1)
  void ada.jumpTo(110)
  await world.settle()
  expect(shows(ada, 110)).toBe(true)
  expect(shows(ada, 600)).toBe(false)
})

test('two jumps to places that are not held: the last one counts, and both end', async () => {
  const { world, ada } = await reader()
  const first = ended(ada.jumpTo(300))
  await world.advance(1)
  const second = ended(ada.jumpTo(700))
  await world.settle()
  expect([first.how, second.how]).toEqual(['done', 'done'])
  expect(shows(ada, 700)).toBe(true)
})

test('a jump under way, then a list that loads older messages by itself: the jump counts', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.jumpTo(300))
  const older = ended(ada.loadOlder())
  await world.settle()
  expect([jump.how, older.how]).toEqual(['done', 'done'])
  expect(shows(ada, 300)).toBe(true)
})

test('a jump that waits for the connection, then an older page that this device keeps: the page is shown', async () => {
  const { world, ada, bob } = await reader({ windowSize: 100 })
  for (let pages = 0; pages < 8; pages++) {
    void ada.loadOlder()
    await world.settle()
  }
  void ada.jumpTo(Number.POSITIVE_INFINITY)
  void bob.send('trims')
  await world.advance(1_000)
  world.faults.partition({ user: 'ada' })
  await world.advance(500)
  const first = seqs(ada)[0] ?? 0
  const jump = ended(ada.jumpTo(100))
  void ada.loadOlder()
  await world.advance(1_000)
  expect(jump.how).toBe('done')
  expect(shows(ada, first - 1)).toBe(true)
})

test('the page of an abandoned jump is refused: the jump after it continues', async () => {
  const { world, ada } = await reader()
  world.faults.refuse('fetch-history', 'HISTORY_TRUNCATED', { user: 'ada' })
  const first = ended(ada.jumpTo(300))
  await world.advance(1)
  const second = ended(ada.jumpTo(700))
  await world.settle()
  expect([first.how, second.how]).toEqual(['done', 'done'])
  expect(shows(ada, 700)).toBe(true)
  expect(ada.getState().error).toBeNull()
})

test('a refused jump leaves the window where it is, and blocks no other', async () => {
  const { world, ada } = await reader()
  world.faults.refuse('fetch-history', 'HISTORY_TRUNCATED', { user: 'ada' })
  const first = ended(ada.jumpTo(300))
  await world.settle()
  expect(first.how).toBe('HISTORY_TRUNCATED')
  expect(ada.getState()).toMatchObject({ hasNewer: false, error: { code: 'HISTORY_TRUNCATED' } })
  const second = ended(ada.jumpTo(700))
  await world.settle()
  expect(second.how).toBe('done')
  expect(ada.getState().error).toBeNull()
})

test('a jump that is refused for now ends as done, not as refused, when another place is wanted', async () => {
  const { world, ada } = await reader()
  const details = { retryAfterMs: 5_000 }
  world.faults.refuse('fetch-history', 'RATE_LIMITED', { user: 'ada', details })
  const jump = ended(ada.jumpTo(300))
  await world.advance(500)
  expect(ada.getState().error?.code).toBe('RATE_LIMITED')
  void ada.send('mine')
  await world.advance(1)
  expect(jump.how).toBe('done')
  expect(ada.getState().error).toBeNull()
})

test('the newest is marked as read while a jump is under way: the jump counts', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.jumpTo(300))
  await world.advance(1)
  ada.markRead()
  await world.advance(1_000)
  expect(jump.how).toBe('done')
  expect(shows(ada, 300)).toBe(true)
  // Elsewhere than at the end, what is read moves nothing.
  ada.markRead()
  expect(shows(ada, 300)).toBe(true)
})

test('a jump outlives a cut connection and a page that is never answered', async () => {
  const { world, ada } = await reader()
  const jump = ended(ada.jumpTo(300))
  await world.advance(1)
  world.faults.disconnect({ user: 'ada' })
  await world.settle()
  expect(jump.how).toBe('done')
  expect(shows(ada, 300)).toBe(true)
  world.faults.dropAck('fetch-history', { user: 'ada' })
  const next = ended(ada.jumpTo(600))
  await world.advance(15_000)
  expect(next.how).toBe('done')
  expect(shows(ada, 600)).toBe(true)
})

test('a new message beside an older page under way takes nothing off the top: the page joins what is shown', async () => {
  const { world, ada } = await reader({ windowSize: 100 }, 600)
  for (let pages = 0; pages < 3; pages++) {
    void ada.loadOlder()
    await world.settle()
  }
  ada.markRead()
  const first = seqs(ada)[0] ?? 0
  const page = world.faults.hold('answer', 'fetch-history', { user: 'ada' })
  void ada.loadOlder(60)
  await world.advance(200)
  await world.fill(ROOM, 'ada', 130)
  await world.advance(500)
  page.release()
  await world.settle()
  expect(shows(ada, first)).toBe(true)
  expect(shows(ada, first - 1)).toBe(true)
})

test('a jump while the room is read from the disk shows its own place, not the newest on the disk', async () => {
  const { world, ada } = await reader({}, 600)
  for (let pages = 0; pages < 10; pages++) {
    void ada.loadOlder()
    await world.settle()
  }
  await world.advance(1_000)
  world.faults.partition({ user: 'ada' })
  await world.reload('ada')
  const again = world.clients.ada.room(ROOM)
  void again.open()
  const jump = ended(again.jumpTo(200))
  await world.advance(1_000)
  expect(jump.how).toBe('done')
  expect(shows(again, 200)).toBe(true)
})

test('the viewed place is gone after a re-join: the window moves to what is left, and is not empty', async () => {
  const world = await createTestWorld({ users: ['bob', 'ada'], invitations: 'open' })
  await world.fill(ROOM, 'bob', 400)
  const ada = world.clients.ada.room(ROOM)
  void ada.open()
  await world.settle()
  void ada.jumpTo(100)
  await world.settle()
  const heal = world.faults.partition({ user: 'ada' })
  const payload = { roomId: asRoomId(ROOM), userId: asUserId('ada') }
  for (const event of ['remove-member', 'add-member'] as const)
    await Promise.all([world.clients.bob.request(event, payload), world.advance(300)])
  void world.clients.bob.room(ROOM).send('new')
  await world.settle()
  heal()
  await world.expectConverged()
  expect(texts(ada).at(-1)).toBe('new')
  expect(seqs(ada)[0]).toBeGreaterThan(400)
  expect(ada.getState()).toMatchObject({ hasNewer: false, hasOlder: false })
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
  void ada.jumpTo(500)
  await world.settle()
  const jump = ended(ada.jumpTo(asked))
  await world.settle()
  expect(jump.how).toBe('done')
  expect(shows(ada, shown)).toBe(true)
})

test('a jump beyond the head while the room is loading shows the newest', async () => {
  const world = await createTestWorld({ users: ['bob', 'ada'] })
  await world.fill(ROOM, 'bob', 1_000)
  const ada = world.clients.ada.room(ROOM)
  void ada.open()
  const jump = ended(ada.jumpTo(1e300))
  await world.settle()
  expect(jump.how).toBe('done')
  expect(seqs(ada).at(-1)).toBe(1_000)
})

test('what is no number is refused, and changes nothing', async () => {
  const { world, ada } = await reader()
  const before = seqs(ada)
  await expect(ada.jumpTo(Number.NaN)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  await expect(ada.loadOlder(Number.NaN)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  await ada.loadOlder(0)
  await ada.loadOlder(-3)
  ada.markRead(Number.NaN)
  ada.markRead(3.5)
  await world.advance(1_000)
  expect(ada.getState()).toMatchObject({ error: null, hasOlder: true, lastReadSeq: 3 })
  expect(seqs(ada)).toEqual(before)
  const older = ended(ada.loadOlder(2.5))
  await world.settle()
  expect(older.how).toBe('done')
  expect(seqs(ada)).toHaveLength(before.length + 2)
})

test('in a room that is not open, or that is gone, a page ends at once', async () => {
  const world = await createTestWorld({ users: ['bob', 'ada'] })
  await world.fill(ROOM, 'bob', 1_000)
  const ada = world.clients.ada.room(ROOM)
  await expect(ada.jumpTo(5)).rejects.toMatchObject({ code: 'ABORTED' })
  void ada.open()
  await world.settle()
  world.faults.hold('request', 'fetch-history', { user: 'ada' })
  const jump = ended(ada.jumpTo(300))
  const payload = { roomId: asRoomId(ROOM), userId: asUserId('ada') }
  await Promise.all([world.clients.bob.request('remove-member', payload), world.advance(300)])
  expect(jump.how).toBe('ROOM_NOT_FOUND')
  await expect(ada.jumpTo(400)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  await expect(ada.loadOlder()).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
})

test('a room that is closed while a page is under way ends it', async () => {
  const { world, ada } = await reader()
  world.faults.hold('request', 'fetch-history', { user: 'ada' })
  const jump = ended(ada.jumpTo(300))
  await world.advance(200)
  ada.close()
  await world.advance(2_500)
  expect(jump.how).not.toBe('pending')
})
