import { createTestWorld, type TestWorld, type TestWorldOptions } from '@roomful/testing'
import type { Chat } from '../chat'
import type { Room } from '../room'

export const ROOM = 'general'

export type TwoPeople = {
  readonly world: TestWorld<'ada' | 'bob'>
  readonly chat: Chat
  /** The room as ada has it, and as bob has. */
  readonly ada: Room
  readonly bob: Room
  /** What ada has asked the server, by name. */
  asked(pattern: RegExp): string[]
  /** Time passes until it is so. Throws after a minute. */
  until(isSo: () => boolean): Promise<void>
}

/** Ada and bob, live in one room of the testing world: the real server, on its own network and clock. */
export async function twoPeople({
  history = 0,
  ...options
}: Partial<TestWorldOptions<'ada' | 'bob'>> & {
  /** So many messages of bob's are there before the room is opened. */
  history?: number
} = {}): Promise<TwoPeople> {
  const world = await createTestWorld({ users: ['ada', 'bob'], ...options })
  await world.fill(ROOM, 'bob', history)
  const [ada, bob] = [world.clients.ada.room(ROOM), world.clients.bob.room(ROOM)]
  for (const room of [ada, bob]) void room.open()
  await world.settle()
  return {
    world,
    chat: world.clients.ada,
    ada,
    bob,
    asked: (pattern) =>
      world
        .requests('ada')
        .map(({ event }) => event)
        .filter((event) => pattern.test(event)),
    until: async (isSo) => {
      for (const from = world.now; !isSo(); await world.advance(1))
        if (world.now - from > 60_000) throw new Error('it never became so')
    },
  }
}

export const texts = (room: Room): string[] => room.messages().map(({ content }) => content)
