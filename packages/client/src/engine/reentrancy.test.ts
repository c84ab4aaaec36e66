import { expect, test } from 'vitest'
import { ROOM, texts, twoPeople } from '../test-support/two-people'

test('a listener that sends: each listener sees both messages, none an older list after a newer one', async () => {
  const { world, ada, bob } = await twoPeople()
  const lengths: [number[], number[]] = [[], []]
  let isAnswered = false
  ada.subscribe(() => {
    lengths[0].push(ada.messages().length)
    if (isAnswered) return
    isAnswered = true
    ada.send('an answer')
    expect(texts(ada)).toEqual(['a question', 'an answer'])
  })
  ada.select(
    ({ messages }) => messages.length,
    (length) => lengths[1].push(length),
  )
  void bob.send('a question')
  await world.settle()
  // The second sees both at once: its one notification of two batches.
  expect([lengths[0].slice(0, 2), lengths[1]]).toEqual([[1, 2], [2]])
  expect(texts(ada)).toEqual(['a question', 'an answer'])
})

test('a listener that was stopped by another during a notification is not called any more', async () => {
  const { world, chat, ada, bob } = await twoPeople()
  const calls: string[] = []
  ada.subscribe(() => {
    calls.push('first')
    stopRoom()
    stopChat()
  })
  const stopRoom = ada.subscribe(() => calls.push('second'))
  const stopChat = chat.subscribe(() => calls.push('chat'))
  void bob.send('hello')
  await world.settle()
  expect(calls).toEqual(['first'])
})

test('a listener that begins during a notification is called from the next change on', async () => {
  const { world, ada, bob } = await twoPeople()
  const calls: number[] = []
  let isFirst = true
  ada.subscribe(() => {
    if (!isFirst) return
    isFirst = false
    ada.subscribe(() => calls.push(ada.messages().length))
  })
  void bob.send('one')
  await world.settle()
  expect(calls).toEqual([])
  void bob.send('two')
  await world.settle()
  expect(calls).toEqual([2])
})

test('a listener that stops and begins again each time, and changes the room, ends', async () => {
  const { world, ada, bob } = await twoPeople()
  let calls = 0
  const begin = (): void => {
    const stop = ada.subscribe(() => {
      calls++
      stop()
      begin()
      if (calls < 5) ada.setDraft(`draft ${calls}`)
    })
  }
  begin()
  void bob.send('hello')
  await world.settle()
  expect(calls).toBe(5)
})

test('a listener that edits, opens another room, marks read and asks for a page from inside settles all of it', async () => {
  const { world, chat, ada, bob } = await twoPeople({ rooms: [ROOM, 'other'] })
  const mine = ada.send('mine')
  await world.settle()
  const { id } = await mine
  const other = chat.room('other')
  let done: Promise<unknown> | undefined
  ada.subscribe(() => {
    const last = ada.messages().at(-1)
    if (done || last?.content !== 'go') return
    ada.markRead()
    done = Promise.all([ada.edit(id, 'edited'), other.open(), ada.loadOlder()])
  })
  void bob.send('go')
  await world.settle()
  await done
  expect(texts(ada)).toEqual(['edited', 'go'])
  expect(ada.getState().unread).toBe(0)
  expect(other.getState().status).toBe('live')
})

test('a listener that closes the chat: the others are called once more, and see it stopped', async () => {
  const { world, chat, ada, bob } = await twoPeople()
  const seen: string[] = []
  let closed: Promise<unknown> | undefined
  ada.subscribe(() => {
    closed ??= chat.close()
  })
  chat.subscribe(() => seen.push(chat.getState().connection.status))
  void bob.send('hello')
  await world.settle()
  await closed
  expect(seen).toEqual(['stopped'])
})

test('a listener that signs out: no listener sees a message after it (P13)', async () => {
  const { world, chat, ada, bob } = await twoPeople()
  void bob.send('a secret')
  await world.settle()
  const seen: number[] = []
  let done: Promise<void> | undefined
  chat.subscribe(() => {
    done ??= chat.signOut()
  })
  ada.subscribe(() => {
    if (done) seen.push(ada.messages().length)
  })
  ada.setDraft('x')
  void bob.send('another')
  await world.settle()
  await done
  expect(seen).toEqual([0])
})

test('two listeners that answer each other for ever do not hang the page: the rest is done in later tasks', async () => {
  const errors: unknown[] = []
  const { world, chat, ada, until } = await twoPeople({ client: { onError: (error) => errors.push(error) } })
  let calls = 0
  const stops = [
    ada.subscribe(() => ada.setDraft(`draft ${++calls}`)),
    chat.subscribe(() => ada.setDraft(`draft ${++calls}`)),
  ]
  const statuses: string[] = []
  chat.select(
    ({ connection }) => connection.status,
    (status) => statuses.push(status),
  )
  const sent = ada.send('mine')
  const first = calls
  expect(first).toBeLessThan(200)
  // The client continues meanwhile: what waits inside does not block it.
  await until(() => ada.messages().at(-1)?.status === 'sent')
  await expect(sent).resolves.toMatchObject({ content: 'mine' })
  const settled = calls
  await world.advance(1_000)
  expect(calls).toBeGreaterThan(settled)
  world.faults.disconnect({ user: 'ada' })
  await until(() => statuses.length > 0)
  expect(statuses).toEqual(['waiting'])
  for (const stop of stops) stop()
  await world.settle()
  expect(statuses).toEqual(['waiting', 'connecting', 'online'])
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringContaining('every notification') }),
  ])
  // No timer is left either.
  await world.expectConverged()
})

test('a batch is one notification, for a listener that changes something itself too', async () => {
  const { world, ada, bob } = await twoPeople()
  let calls = 0
  ada.subscribe(() => {
    calls++
    if (calls === 1) {
      ada.setDraft('a')
      ada.setDraft('ab')
      ada.setDraft('abc')
    }
  })
  void bob.send('hello')
  await world.settle()
  expect(calls).toBe(2)
  expect(ada.getState().draft).toBe('abc')
})
