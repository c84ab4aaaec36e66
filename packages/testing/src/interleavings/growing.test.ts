import { beforeAll, expect, test } from 'vitest'
import { createTestWorld, type TestWorld } from '../world/test-world'

const ROOM = 'general'

/** A source that the test drives: it yields what is pushed, until it ends. */
function source() {
  const waiting: (string | null)[] = []
  let ring = (): void => {}
  let ended = false
  async function* text(): AsyncGenerator<string> {
    try {
      for (;;) {
        const next = waiting.shift()
        if (next === null) return
        if (next === undefined)
          await new Promise<void>((resolve) => {
            ring = resolve
          })
        else yield next
      }
    } finally {
      ended = true
    }
  }
  const push = (part: string | null): void => {
    waiting.push(part)
    ring()
  }
  return { text: text(), push, end: () => push(null), hasEnded: () => ended }
}

/** How it has ended by now: in a world nothing is waited for. */
function outcomeOf(promise: Promise<unknown> | undefined): () => unknown {
  let outcome: unknown = 'pending'
  promise?.then(
    (value) => {
      outcome = value
    },
    (error) => {
      outcome = error
    },
  )
  return () => outcome
}

async function scene(users: readonly string[] = ['ada', 'bob']) {
  const world: TestWorld = await createTestWorld({ users })
  const room = (name: string) => world.clients[name]?.room(ROOM) ?? expect.unreachable()
  for (const name of users) void room(name).open()
  await world.settle()
  const shown = (name: string) => room(name).messages().at(-1)
  return { world, room, shown, text: (name: string) => shown(name)?.content }
}

/** Cut off, and aware of it. Returns what ends it. */
async function offline(world: TestWorld, user: string): Promise<() => void> {
  const heal = world.faults.partition({ user })
  await world.advance(60_000)
  return heal
}

// The code of producers is loaded once: nothing in a world waits for a disk.
beforeAll(async () => {
  const { world, room, text } = await scene()
  room('ada').sendStream(['loaded'])
  while (text('bob') !== 'loaded') {
    await new Promise((resolve) => setTimeout(resolve, 1))
    await world.advance(1_000)
  }
})

test('a message grows for everybody, a step within 100 ms, and is kept', async () => {
  const { world, room, text, shown } = await scene()
  const { text: words, push, end } = source()
  const sent = room('ada').sendStream(words)
  const done = outcomeOf(sent.done)
  expect(shown('ada')).toMatchObject({ key: sent.clientId, content: '', stream: { state: 'streaming' } })
  await world.advance(200)
  for (const word of ['It ', 'grows ', 'word ', 'by ', 'word']) {
    push(word)
    await world.advance(150)
    expect(text('bob')).toMatch(new RegExp(`${word}$`))
    expect(text('ada')).toBe(text('bob'))
  }
  end()
  await world.expectConverged()
  for (const name of ['ada', 'bob'])
    expect(shown(name)).toMatchObject({ content: 'It grows word by word', stream: { state: 'finished' } })
  expect(done()).toMatchObject({ content: 'It grows word by word', status: 'sent' })
  expect(room('bob').getState().unread).toBe(1)
})

test('a source that is faster than its text is kept is not read ahead', async () => {
  const { world, room, shown } = await scene()
  let pulled = 0
  function* endless() {
    for (;;) {
      pulled++
      yield 'x'.repeat(1_000)
    }
  }
  const heal = await offline(world, 'ada')
  const sent = room('ada').sendStream(endless())
  const refused = outcomeOf(sent.done)
  await world.advance(20_000)
  expect(pulled).toBeLessThan(10)
  heal()
  await world.advance(60_000)
  expect(refused()).toMatchObject({ code: 'CONTENT_TOO_LONG', limit: 8_000 })
  await world.expectConverged()
  expect(shown('bob')).toMatchObject({ content: 'x'.repeat(8_000), stream: { state: 'interrupted' } })
})

test('a reader that comes in the middle, or was away, has the text so far and goes on with it', async () => {
  const { world, room, text, shown } = await scene()
  const { text: words, push, end } = source()
  room('ada').sendStream(words)
  await world.advance(300)
  push('one ')
  await world.advance(1_500)
  const heal = await offline(world, 'bob')
  push('two ')
  await world.advance(3_000)
  expect(text('bob')).toBe('one ')
  heal()
  await world.settle()
  expect(text('bob')).toBe('one two ')
  push('three')
  await world.advance(300)
  expect(text('bob')).toBe('one two three')
  end()
  await world.expectConverged()
  expect(shown('bob')).toMatchObject({ stream: { state: 'finished' } })
})

test('after a lost connection it grows by deltas again, however long a commit takes', async () => {
  /** How many lengths bob sees, of 200 words. */
  const lengthsSeen = async (isLost: boolean): Promise<number> => {
    const { world, room, text } = await scene()
    const { text: words, push } = source()
    const say = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        push('word ')
        await world.advance(50)
      }
    }
    room('ada').sendStream(words)
    await world.advance(300)
    await say(10)
    world.faults.slowStore(400)
    if (isLost) world.faults.disconnect({ user: 'ada' })
    const seen = new Set<number | undefined>()
    room('bob').subscribe(() => seen.add(text('bob')?.length))
    await say(200)
    return seen.size
  }
  expect(await lengthsSeen(true)).toBeGreaterThan((await lengthsSeen(false)) / 2)
})

test('a user cancels: the producer stops, its source is closed, and nothing that was shown is taken back', async () => {
  const { world, room, text, shown } = await scene()
  const { text: words, push, hasEnded } = source()
  const sent = room('bob').sendStream(words)
  const done = outcomeOf(sent.done)
  await world.advance(300)
  push('one ')
  await world.advance(2_000)
  push('two ')
  await world.advance(200)
  let least = text('ada')?.length ?? 0
  room('ada').subscribe(() => {
    const { length } = text('ada') ?? ''
    expect(length).toBeGreaterThanOrEqual(least)
    least = length
  })
  const growing = shown('ada')
  void room('ada').cancelStream(growing?.id ?? '')
  await world.advance(300)
  push('three')
  await world.expectConverged()
  expect(hasEnded()).toBe(true)
  expect(done()).toMatchObject({ content: 'one two ', stream: { state: 'cancelled' } })
  for (const name of ['ada', 'bob'])
    expect(shown(name)).toMatchObject({ content: 'one two ', stream: { state: 'cancelled' } })
})

test.each([
  ['goes on', () => {}],
  ['ends meanwhile', ({ end }: ReturnType<typeof source>) => end()],
  ['is of a room that is not open', (_: unknown, close: () => void) => close()],
])('a user cancels while the producer, which %s, is cut off: it ends as cancelled', async (_, meanwhile) => {
  const { world, room, shown } = await scene()
  const words = source()
  const done = outcomeOf(room('bob').sendStream(words.text).done)
  await world.advance(300)
  words.push('one ')
  await world.advance(2_000)
  const heal = world.faults.partition({ user: 'bob' })
  words.push('two ')
  await world.advance(100)
  meanwhile(words, () => room('bob').close())
  await world.advance(1_000)
  void room('ada').cancelStream(shown('ada')?.id ?? '')
  await world.advance(40_000)
  heal()
  await world.expectConverged()
  const cancelled = { content: 'one ', stream: { state: 'cancelled' } }
  expect(done()).toMatchObject(cancelled)
  void room('bob').open()
  await world.settle()
  for (const name of ['ada', 'bob']) expect(shown(name)).toMatchObject(cancelled)
  expect(shown('bob')).not.toHaveProperty('error')
})

test('a killed producer leaves it interrupted; the next one continues it, without a lost or doubled piece', async () => {
  const { world, room, shown } = await scene()
  const { text: words, push } = source()
  room('ada').sendStream(words, { clientId: 'answer-0001' })
  await world.advance(300)
  push('one ')
  await world.advance(2_000)
  push('two that nobody keeps')
  await world.advance(100)
  await world.reload('ada')
  await world.advance(25_000)
  expect(shown('bob')).toMatchObject({ stream: { state: 'interrupted' } })
  const kept = shown('bob')?.content ?? ''
  expect('one two that nobody keeps'.startsWith(kept)).toBe(true)
  void world.clients.ada?.room(ROOM).open()
  await world.settle()
  const given: string[] = []
  const next = world.clients.ada?.room(ROOM).sendStream(
    (soFar) => {
      given.push(soFar)
      return ['and ', 'three']
    },
    { clientId: 'answer-0001' },
  )
  const nextDone = outcomeOf(next?.done)
  await world.expectConverged()
  expect(given).toEqual([kept])
  expect(nextDone()).toMatchObject({ content: `${kept}and three`, stream: { state: 'finished' } })
  expect(
    room('bob')
      .messages()
      .filter(({ stream }) => stream),
  ).toHaveLength(1)
  // What has ended is answered as it is: a command that is handled twice answers once.
  const again = world.clients.ada?.room(ROOM).sendStream(['another answer'], { clientId: 'answer-0001' })
  const againDone = outcomeOf(again?.done)
  await world.expectConverged()
  expect(againDone()).toMatchObject({ content: `${kept}and three` })
})

test('a source that begins anew has to begin with what is there', async () => {
  const { world, room } = await scene()
  const first = source()
  room('ada').sendStream(first.text, { clientId: 'answer-0002' })
  await world.advance(300)
  first.push('one two ')
  await world.advance(2_000)
  await world.reload('ada')
  await world.advance(25_000)
  const ada = () => world.clients.ada?.room(ROOM)
  void ada()?.open()
  await world.settle()
  const other = ada()?.sendStream(['one ', 'too'], { clientId: 'answer-0002' })
  const refused = outcomeOf(other?.done)
  await world.expectConverged()
  expect(refused()).toMatchObject({ code: 'VERSION_CONFLICT' })
  ada()?.sendStream(['on', 'e tw', 'o three'], { clientId: 'answer-0002' })
  await world.expectConverged()
  expect(room('bob').messages().at(-1)).toMatchObject({ content: 'one two three' })
})

test('a producer without a connection ends it when it is back, and shows it meanwhile', async () => {
  const { world, room, shown } = await scene()
  const { text: words, push, end } = source()
  const sent = room('ada').sendStream(words)
  const done = outcomeOf(sent.done)
  await world.advance(300)
  push('one ')
  await world.advance(2_000)
  const heal = await offline(world, 'ada')
  push('two')
  end()
  await world.advance(30_000)
  expect(shown('ada')).toMatchObject({ content: 'one two', stream: { state: 'finished' }, changing: true })
  expect(shown('bob')).toMatchObject({ content: 'one ', stream: { state: 'interrupted' } })
  heal()
  await world.expectConverged()
  expect(done()).toMatchObject({ content: 'one two', stream: { state: 'finished' } })
  expect(shown('bob')).toMatchObject({ content: 'one two', stream: { state: 'finished' } })
})

test('what a source throws is told, and leaves what it has given', async () => {
  const { world, room, shown } = await scene()
  const failed = new Error('the model is overloaded')
  async function* source() {
    yield 'half a 😀'.slice(0, -1)
    yield '\ude00 sentence'
    throw failed
  }
  const { done } = room('ada').sendStream(source())
  const thrown = outcomeOf(done)
  await world.expectConverged()
  expect(thrown()).toBe(failed)
  expect(shown('bob')).toMatchObject({ content: 'half a 😀 sentence', stream: { state: 'interrupted' } })
})

test('parts of the AI SDK are taken as they are, from streams that cannot be iterated too', async () => {
  const { world, room, shown } = await scene()
  const parts = [
    { type: 'start' },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Hello ' },
    { type: 'reasoning-delta', id: '2', delta: 'not shown' },
    { type: 'text-delta', id: '1', text: 'there' },
    { type: 'finish' },
  ]
  let next = 0
  const reader = {
    read: async () => {
      const value = parts[next++]
      return value ? { done: false, value } : { done: true }
    },
    cancel: async () => {},
  }
  room('ada').sendStream({ getReader: () => reader })
  await world.expectConverged()
  expect(shown('bob')).toMatchObject({ content: 'Hello there', stream: { state: 'finished' } })
  room('ada').sendStream([
    { type: 'text-delta', delta: 'Half' },
    { type: 'error', errorText: 'no quota' },
  ])
  await world.expectConverged()
  expect(shown('bob')).toMatchObject({ content: 'Half', stream: { state: 'interrupted' } })
})

test('one that cannot be sent fails with its text, and is sent again as a whole', async () => {
  const { world, room, shown } = await scene()
  const until = '2030-01-01T00:00:00.000Z'
  void world.clients.ada?.request('mute-member', { roomId: ROOM, userId: 'bob', until })
  await world.settle()
  const sent = room('bob').sendStream(['one ', 'two'])
  const refused = outcomeOf(sent.done)
  await world.settle()
  expect(refused()).toMatchObject({ code: 'MUTED' })
  expect(shown('bob')).toMatchObject({ content: 'one two', status: 'failed' })
  void world.clients.ada?.request('mute-member', { roomId: ROOM, userId: 'bob', until: null })
  await world.settle()
  room('bob').retry(sent.clientId)
  await world.expectConverged()
  expect(shown('ada')).toMatchObject({ content: 'one two' })
  expect(shown('ada')).not.toHaveProperty('stream')
})

test('cancelled before it has left the device it is gone', async () => {
  const { world, room } = await scene()
  const heal = await offline(world, 'ada')
  const { text: words, push, hasEnded } = source()
  const sent = room('ada').sendStream(words)
  const refused = outcomeOf(sent.done)
  push('one')
  await world.advance(100)
  sent.cancel()
  // A generator ends with what it waits for.
  push('two')
  await world.advance(100)
  expect(refused()).toMatchObject({ code: 'ABORTED' })
  expect(hasEnded()).toBe(true)
  expect(room('ada').messages()).toEqual([])
  heal()
  await world.expectConverged()
  expect(room('bob').messages()).toEqual([])
})
