import { expect, test } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import type { LocalStore } from '../ports/local-store'
import { ROOM, World } from '../test-support/testing-world'

test('I23: when close() has resolved nothing changes, and no listener is called (seed 142)', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.line.silent = true
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
  const stuck: LocalStore = { ...disk, close: () => new Promise(() => {}) }
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
