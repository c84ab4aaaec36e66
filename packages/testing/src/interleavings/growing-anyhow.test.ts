import { beforeAll, expect, test } from 'vitest'
import { createTestWorld, type TestWorld } from '../world/test-world'

const ROOM = 'general'
const USERS = ['ada', 'bob', 'eve']

/** A source of its own: the same seed is the same day. */
function chanceOf(seed: number) {
  let state = seed * 2_654_435_761
  return (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return (state >>> 1) % below
  }
}

/** What a producer has of its message; `push` adds to it. */
function source(whole: string[]) {
  let at = 0
  let ended = false
  let ring = (): void => {}
  const wake = (): void => ring()
  async function* read(soFar: string): AsyncGenerator<string> {
    let given = soFar.length
    for (;;) {
      const text = whole.slice(0, at).join('')
      if (text.length > given) {
        const next = text.slice(given)
        given = text.length
        yield next
      } else if (ended) return
      else
        await new Promise<void>((resolve) => {
          ring = resolve
        })
    }
  }
  return {
    read,
    text: () => whole.slice(0, at).join(''),
    push: (count: number) => {
      at = Math.min(whole.length, at + count)
      wake()
    },
    end: () => {
      at = whole.length
      ended = true
      wake()
    },
  }
}

beforeAll(async () => {
  const world = await createTestWorld({ users: USERS })
  for (const user of USERS) void world.clients[user]?.room(ROOM).open()
  await world.settle()
  const loaded = world.clients.ada?.room(ROOM).sendStream(['loaded'])
  let isDone = false
  void loaded?.done.then(() => {
    isDone = true
  })
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await world.advance(1_000)
  }
})

const trouble: readonly ((world: TestWorld, user: string) => unknown)[] = [
  (world, user) => world.faults.disconnect({ user }),
  (world, user) => world.faults.lose({ user, times: 3 }),
  (world, user) => world.faults.duplicate({ user, times: 3 }),
  (world, user) => world.faults.reorder({ user, times: 3 }),
  (world, user) => world.faults.halfOpen({ user }),
  (world) => world.faults.dropAck('write-stream'),
  (world) => world.faults.dropAck('send-message'),
  (world) => world.faults.crashNode(300),
]

test.each(Array.from({ length: 12 }, (_, seed) => [seed]))(
  'on any day what is shown has been written, and in the end all show all of it: day %i',
  async (seed) => {
    const chance = chanceOf(seed + 1)
    const world = await createTestWorld({ users: USERS, seed, nodes: 2 })
    const room = (user: string) => world.clients[user]?.room(ROOM) ?? expect.unreachable()
    const open = (user: string): void => {
      void room(user).open()
      room(user).subscribe(() => check(user))
    }
    const words = Array.from({ length: 60 }, (_, no) => `word-${seed}-${no} `)
    const whole = words.join('')
    const wrong: string[] = []
    function check(user: string): void {
      for (const { content, stream, key } of room(user).messages())
        if (stream && !whole.startsWith(content)) wrong.push(`${user} sees ${content} of ${key}`)
    }
    for (const user of USERS) open(user)
    await world.settle()
    const { read, push, end } = source(words)
    const begin = (): void => void room('ada').sendStream(read, { clientId: 'any-day-0001' })
    begin()
    for (let step = 0; step < 25; step++) {
      push(chance(4))
      await world.advance(50 + chance(700))
      const user = USERS[chance(USERS.length)] ?? 'bob'
      if (chance(3) === 0) trouble[chance(trouble.length)]?.(world, user)
      if (chance(12) === 0) {
        // Killed: the next program is asked to go on.
        await world.reload('ada')
        open('ada')
        begin()
      }
    }
    end()
    await world.advance(60_000)
    await world.expectConverged()
    expect(wrong).toEqual([])
    for (const user of USERS)
      expect(
        room(user)
          .messages()
          .filter(({ stream }) => stream),
      ).toMatchObject([{ content: whole, stream: { state: 'finished' } }])
  },
)
