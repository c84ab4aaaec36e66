import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { hooked } from '../test-support/copies'
import { ROOM, World } from '../test-support/testing-world'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './presence-hub'

test('I23: when close() has resolved nothing changes, and no listener is called (seed 142)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.silent = true
  const sent = ada.room.send('under way')
  sent.catch(() => {})
  await world.tick()
  let calls = 0
  await ada.chat.close()
  const [chat, room] = [ada.chat.getState(), ada.room.getState()]
  ada.chat.subscribe(() => calls++)
  ada.room.subscribe(() => calls++)
  await world.tick()
  await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
  ada.room.edit(ROOM, 'after it').catch(() => {})
  await world.tick()
  expect(calls).toBe(0)
  expect(ada.chat.getState()).toBe(chat)
  expect(ada.room.getState()).toBe(room)
})

test('I22: a second close() ends with the first, also where the disk does not answer (seed 493)', async () => {
  const world = new World()
  const disk = memoryStore()
  const stuck = hooked(disk, { close: () => new Promise(() => {}) })
  const ada = await world.live('ada', { storage: stuck })
  const ends: string[] = []
  void ada.chat.close().then(() => ends.push('first'))
  await world.pass(1_000)
  void ada.chat.close().then(() => ends.push('second'))
  await world.pass(4_000)
  expect(ends).toEqual(['first', 'second'])
})

test('I9: what a listener sends while a send begins the chat comes after that send (seed 302)', async () => {
  const world = new World()
  const ada = world.client('ada')
  let hasSent = false
  ada.chat.subscribe(() => {
    if (hasSent) return
    hasSent = true
    ada.room.send('by the listener')
  })
  ada.room.send('by the app')
  await world.settle()
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual([
    'by the app',
    'by the listener',
  ])
})

test('I23: close() waits for what an ended session is still deleting (seed 302342)', async () => {
  const world = new World()
  const disk = memoryStore()
  let finish = (): void => {}
  let isGone = false
  const slow = hooked(disk, {
    erase: async (erase) => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      await erase()
      isGone = true
    },
  })
  const ada = await world.live('ada', { storage: slow })
  ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
  await world.pass(1_000)
  const closed = ada.chat.close().then(() => isGone)
  await world.pass(1_000)
  finish()
  expect(await closed).toBe(true)
})

test('I21: what is known of presence stays as it is when the chat is closed (seed 300324)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  world.server.present.set('bob', 'online')
  const watch = ada.chat.presence(['bob'])
  watch.subscribe(() => {})
  await world.tick()
  ada.connection.take('watch-presence').run()
  await world.tick()
  const state = watch.getState()
  ada.connection.take('watch-presence ack').run()
  await ada.chat.close()
  await world.tick()
  expect(watch.getState()).toBe(state)
})

test.each(['loadOlder', 'loadNewer', 'jumpTo'] as const)(
  'I25: %s refuses what is no place, and never throws (seed 303020)',
  async (name) => {
    const world = new World()
    const ada = await world.live('ada')
    // A text is a message's id to a jump.
    const odd = [
      1n,
      Symbol('odd'),
      Object.create(null),
      {},
      name === 'jumpTo' ? new Date('no date') : 'three',
    ]
    for (const value of odd) {
      const result: unknown = Reflect.apply(ada.room[name], undefined, [value])
      await expect(result).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
    }
  },
)
