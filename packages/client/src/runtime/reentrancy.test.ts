import { expect, test } from 'vitest'
import { ROOM, World } from '../test-support/testing-world'

test('a listener that sends: each listener sees both messages, none an older list after a newer one', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const lengths: [number[], number[]] = [[], []]
  let isAnswered = false
  ada.room.subscribe(() => {
    lengths[0].push(ada.room.messages().length)
    if (isAnswered) return
    isAnswered = true
    ada.room.send('an answer')
    expect(ada.contents()).toEqual(['a question', 'an answer'])
  })
  ada.room.select(
    ({ messages }) => messages.length,
    (length) => lengths[1].push(length),
  )
  world.server.say(ROOM, 'bob', 'a question')
  ada.line.take('changes').run()
  // The second sees both at once: its one notification of two batches.
  expect(lengths).toEqual([[1, 2], [2]])
  await world.settle()
  expect(ada.contents()).toEqual(['a question', 'an answer'])
})

test('a listener that was stopped by another during a notification is not called any more', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const calls: string[] = []
  ada.room.subscribe(() => {
    calls.push('first')
    stopRoom()
    stopChat()
  })
  const stopRoom = ada.room.subscribe(() => calls.push('second'))
  const stopChat = ada.chat.subscribe(() => calls.push('chat'))
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  expect(calls).toEqual(['first'])
})

test('a listener that begins during a notification is called from the next change on', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const calls: number[] = []
  let isFirst = true
  ada.room.subscribe(() => {
    if (!isFirst) return
    isFirst = false
    ada.room.subscribe(() => calls.push(ada.room.messages().length))
  })
  world.server.say(ROOM, 'bob', 'one')
  await world.settle()
  expect(calls).toEqual([])
  world.server.say(ROOM, 'bob', 'two')
  await world.settle()
  expect(calls).toEqual([2])
})

test('a listener that stops and begins anew each time, and changes the room, ends', async () => {
  const world = new World()
  const ada = await world.live('ada')
  let calls = 0
  const begin = (): void => {
    const stop = ada.room.subscribe(() => {
      calls++
      stop()
      begin()
      if (calls < 5) ada.room.setDraft(`draft ${calls}`)
    })
  }
  begin()
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  expect(calls).toBe(5)
})

test('a listener that edits, opens another room, marks read and asks for a page from inside settles all of it', async () => {
  const world = new World()
  world.server.addRoom('other', ['ada', 'bob'])
  const ada = await world.live('ada')
  const mine = ada.room.send('mine')
  await world.settle()
  await mine
  const other = ada.chat.room('other')
  let done: Promise<unknown> | undefined
  ada.room.subscribe(() => {
    const last = ada.room.messages().at(-1)
    if (done || last?.content !== 'go') return
    ada.room.markRead()
    done = Promise.all([ada.room.edit('ada-000001', 'edited'), other.open(), ada.room.loadOlder()])
  })
  world.server.say(ROOM, 'bob', 'go')
  await world.rest(2_000)
  await done
  expect(ada.contents()).toEqual(['edited', 'go'])
  expect(ada.room.getState().unread).toBe(0)
  expect(other.getState().status).toBe('live')
})

test('a listener that closes the chat: the others are called once more, and see it stopped', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const seen: string[] = []
  let closed: Promise<unknown> | undefined
  ada.room.subscribe(() => {
    closed ??= ada.chat.close()
  })
  ada.chat.subscribe(() => seen.push(ada.chat.getState().connection.status))
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  await closed
  expect(seen).toEqual(['stopped'])
})

test('a listener that signs out: no listener sees a message after it (P13)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  world.server.say(ROOM, 'bob', 'a secret')
  await world.settle()
  const seen: number[] = []
  let done: Promise<void> | undefined
  ada.chat.subscribe(() => {
    done ??= ada.chat.signOut()
  })
  ada.room.subscribe(() => {
    if (done) seen.push(ada.room.messages().length)
  })
  ada.room.setDraft('x')
  world.server.say(ROOM, 'bob', 'another')
  await world.rest(1_000)
  await done
  expect(seen).toEqual([0])
})

test('two listeners that answer each other for ever do not hang the page: the rest is done in later tasks', async () => {
  const world = new World()
  const errors: unknown[] = []
  const ada = await world.live('ada', { onError: (error) => errors.push(error) })
  let calls = 0
  const stops = [
    ada.room.subscribe(() => ada.room.setDraft(`draft ${++calls}`)),
    ada.chat.subscribe(() => ada.room.setDraft(`draft ${++calls}`)),
  ]
  const statuses: string[] = []
  ada.chat.select(
    ({ connection }) => connection.status,
    (status) => statuses.push(status),
  )
  const sent = ada.room.send('mine')
  const first = calls
  expect(first).toBeLessThan(200)
  // The client goes on meanwhile: what waits inside is not held up by it.
  await world.settle()
  await expect(sent).resolves.toMatchObject({ content: 'mine' })
  const settled = calls
  await world.pass(1_000)
  expect(calls).toBeGreaterThan(settled)
  ada.line.cut()
  expect(statuses).toEqual(['waiting'])
  for (const stop of stops) stop()
  await world.rest(5_000)
  expect(statuses).toEqual(['waiting', 'connecting', 'online'])
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringContaining('every notification') }),
  ])
  expect(world.clock.timers()).toBe(0)
})

test('a batch is one notification, for a listener that changes something itself too', async () => {
  const world = new World()
  const ada = await world.live('ada')
  let calls = 0
  ada.room.subscribe(() => {
    calls++
    if (calls === 1) {
      ada.room.setDraft('a')
      ada.room.setDraft('ab')
      ada.room.setDraft('abc')
    }
  })
  world.server.say(ROOM, 'bob', 'hello')
  await world.settle()
  expect(calls).toBe(2)
  expect(ada.room.getState().draft).toBe('abc')
})
