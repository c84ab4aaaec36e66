import { createTestWorld, type TestWorld } from '@roomful/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Room } from '../../room'

const ROOM = 'general'

let world: TestWorld
let ada: Room
let bob: Room
/** Ada owns the room, bob is a member. */
beforeEach(async () => {
  world = await createTestWorld({ users: ['ada', 'bob'] })
  ada = world.clients.ada?.room(ROOM) ?? expect.unreachable()
  bob = world.clients.bob?.room(ROOM) ?? expect.unreachable()
  for (const room of [ada, bob]) void room.open()
  await world.settle()
})

async function say(...texts: string[]): Promise<string[]> {
  const sent = texts.map((text) => bob.send(text))
  await world.settle()
  return (await Promise.all(sent)).map(({ id }) => id)
}

const listed = (room: Room): string[] => room.getState().pins.map(({ content }) => content)
const idOf = (id: string | undefined): string => id ?? expect.unreachable()
const refusal = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

test('a pin shows at once, and then with everybody, the newest first', async () => {
  const [one, two] = await say('one', 'two')
  const pinned = ada.pin(idOf(one))
  expect(listed(ada)).toEqual(['one'])
  expect(ada.messages().find(({ id }) => id === one)).toMatchObject({ pinned: { by: 'ada' }, changing: true })
  expect(listed(bob)).toEqual([])
  await world.advance(50)
  await pinned
  void ada.pin(idOf(two))
  await world.expectConverged()
  for (const room of [ada, bob]) expect(listed(room)).toEqual(['two', 'one'])
  expect(bob.messages().find(({ id }) => id === one)).toMatchObject({ pinned: { by: 'ada' } })
})

test('pins follow an edit, and go with an unpin and a delete', async () => {
  const [one, two, three] = await say('one', 'two', 'three')
  for (const id of [one, two, three]) void ada.pin(idOf(id))
  await world.settle()
  void ada.unpin(idOf(one))
  expect(listed(ada)).toEqual(['three', 'two'])
  void bob.delete(idOf(two))
  expect(listed(bob)).toEqual(['three', 'one'])
  void bob.edit(idOf(three), '3')
  expect(listed(bob)).toEqual(['3', 'one'])
  await world.expectConverged()
  for (const room of [ada, bob]) expect(listed(room)).toEqual(['3'])
})

test('a refusal is taken back: of a member, who does not moderate, and of one too many', async () => {
  const ids = await say(...Array.from({ length: 51 }, (_, i) => `text ${i}`))
  const refused = refusal(bob.pin(idOf(ids[0])))
  expect(listed(bob)).toEqual(['text 0'])
  await world.settle()
  expect(await refused).toMatchObject({ code: 'FORBIDDEN' })
  expect(listed(bob)).toEqual([])
  const last = ids.map((id) => refusal(ada.pin(id))).at(-1)
  while (ada.getState().pins.length !== 50 || world.clients.ada?.getState().unsent !== 0)
    await world.advance(500)
  expect(await last).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'pins', limit: 50 })
  await world.expectConverged()
  expect(listed(bob)).toHaveLength(50)
})

test('the list is whole for who has not loaded the messages, and for who was away', async () => {
  const [first] = await say('the first', ...Array.from({ length: 210 }, (_, i) => `text ${i}`))
  void ada.pin(idOf(first))
  await world.settle()
  const laptop = (await world.addDevice('bob')).room(ROOM)
  void laptop.open()
  await world.settle()
  expect(laptop.messages().some(({ id }) => id === first)).toBe(false)
  expect(listed(laptop)).toEqual(['the first'])

  const heal = world.faults.partition({ user: 'bob' })
  while (bob.getState().status !== 'offline') await world.advance(10)
  void ada.unpin(idOf(first))
  await world.settle()
  expect(listed(bob)).toEqual(['the first'])
  heal()
  await world.expectConverged()
  for (const room of [bob, laptop]) expect(listed(room)).toEqual([])
})

test('an answer that is older than what has come since takes nothing of it back', async () => {
  const [one, two] = await say('one', 'two')
  void ada.pin(idOf(one))
  await world.settle()
  const change = world.faults.hold('event', 'changes', { user: 'bob' })
  void ada.pin(idOf(two))
  while (!change.isThere) await world.advance(1)
  const answer = world.faults.hold('answer', 'sync', { user: 'bob' })
  void ada.send('with a gap before it')
  while (!answer.isThere) await world.advance(10)
  change.release()
  void ada.unpin(idOf(one))
  while (listed(bob).join() !== 'two') await world.advance(1)
  answer.release()
  expect(listed(bob)).toEqual(['two'])
  await world.expectConverged()
  expect(listed(bob)).toEqual(['two'])
})

describe('without a connection', () => {
  test('a pin and an unpin cancel out, what is so already is no request, and a pin outlives a restart', async () => {
    const [one] = await say('one')
    const id = idOf(one)
    const heal = world.faults.partition({ user: 'ada' })
    while (ada.getState().status !== 'offline') await world.advance(10)
    const sent = () =>
      world
        .requests('ada')
        .filter(({ event }) => event === 'pin-message')
        .map(({ payload }) => payload)
    const calls = [ada.pin(id), ada.unpin(id), ada.unpin(id)]
    await world.advance(100)
    await Promise.all(calls)
    expect(listed(ada)).toEqual([])
    void ada.pin(id)
    void ada.pin(id)
    expect(listed(ada)).toEqual(['one'])
    await world.advance(1_000)
    const reloaded = (await world.reload('ada')).room(ROOM)
    void reloaded.open().catch(() => {})
    heal()
    await world.expectConverged()
    expect(sent()).toMatchObject([{ op: 'add' }])
    for (const room of [reloaded, bob]) expect(listed(room)).toEqual(['one'])
  })
})

test('pins are there after a start without a network', async () => {
  const [one] = await say('one')
  void ada.pin(idOf(one))
  await world.expectConverged()
  const online = world.faults.partition({ user: 'bob' })
  bob = (await world.reload('bob')).room(ROOM)
  void bob.open()
  await world.advance(1_000)
  expect(listed(bob)).toEqual(['one'])
  online()
  await world.expectConverged()
})
