import { describe, expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { copyOn } from '../test-support/copies'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

/** Ids that no room can have, despite their type. */
const ODD: readonly (readonly [string, unknown])[] = [
  ['a space', 'a b'],
  ['an umlaut', 'grüße'],
  ['300 characters', 'x'.repeat(300)],
  ['nothing', ''],
  ['a slash', 'a/b'],
  ['a line break', 'general\n'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['prototype', 'prototype'],
  ['an object', {}],
]
const roomOf = ({ chat }: TestClient, id: unknown) => chat.room(id as string)
const NOT_FOUND = { code: 'ROOM_NOT_FOUND' }

describe.each(ODD)('an id that can be no room: %s', (_, id) => {
  test('open() rejects at once, online and offline, and nothing is asked of the server (P9)', async () => {
    const world = new World()
    const ada = world.client('ada')
    const room = roomOf(ada, id)
    expect(room.getState()).toMatchObject({ status: 'removed', error: NOT_FOUND })
    await expect(room.open()).rejects.toMatchObject(NOT_FOUND)
    await world.settle()
    await expect(room.open()).rejects.toMatchObject(NOT_FOUND)
    expect(room.getState().status).toBe('removed')
    room.close()
    room.close()
    await world.rest(3_000)
    expect(ada.connection.served.map(({ event }) => event)).toEqual(['sync'])
  })

  test('everything else on the handle settles, and what was written shows as failed (P4)', async () => {
    const world = new World()
    const ada = await world.live('ada')
    const room = roomOf(ada, id)
    const sent = room.send('hello')
    await expect(sent).rejects.toMatchObject(NOT_FOUND)
    expect(room.messages()).toMatchObject([{ content: 'hello', status: 'failed', error: NOT_FOUND }])
    room.retry(sent.clientId)
    await world.settle()
    expect(room.messages()).toMatchObject([{ status: 'failed', error: NOT_FOUND }])
    await expect(room.edit('a-message', 'hello')).rejects.toMatchObject(NOT_FOUND)
    await expect(room.delete('a-message')).rejects.toMatchObject(NOT_FOUND)
    await expect(room.react('a-message', '👍', 'add')).rejects.toMatchObject(NOT_FOUND)
    await expect(room.loadOlder()).rejects.toMatchObject(NOT_FOUND)
    await expect(room.loadNewer()).rejects.toMatchObject(NOT_FOUND)
    await expect(room.jumpTo(5)).rejects.toMatchObject(NOT_FOUND)
    await expect(room.stream()[Symbol.asyncIterator]().next()).rejects.toMatchObject(NOT_FOUND)
    room.markRead()
    room.markRead(7)
    room.setTyping(true)
    room.setDraft('draft')
    expect(room.cancel(sent.clientId)).toBe(true)
    await world.rest(2_000)
    expect(room.messages()).toEqual([])
    expect(ada.connection.served.filter(({ payload }) => JSON.stringify(payload).includes('hello'))).toEqual(
      [],
    )
    expect(ada.chat.getState().unsent).toBe(0)
  })

  test('the other rooms of the same request are live all the same', async () => {
    const world = new World()
    world.server.addRoom('side', ['ada', 'bob'])
    const ada = world.client('ada')
    roomOf(ada, id)
      .open()
      .catch(() => {})
    void ada.room.open()
    void ada.chat.room('side').open()
    await world.settle()
    expect(ada.room.getState().status).toBe('live')
    expect(ada.chat.room('side').getState().status).toBe('live')
    ada.connection.cut()
    await world.rest(2_000)
    expect(ada.chat.room('side').getState().status).toBe('live')
  })
})

test.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'general-2'])(
  'a missing room that is called like a part of every object is a missing room: %s (P9)',
  async (id) => {
    const world = new World()
    const ada = await world.live('ada')
    const opened = ada.chat.room(id).open()
    await world.settle()
    await expect(opened).rejects.toMatchObject(NOT_FOUND)
    world.server.addRoom(`${id}`, ['ada', 'bob'])
    world.server.sendAs(id, 'bob', 'hello')
    const again = ada.chat.room(id)
    again.close()
    await world.rest(3_000)
    void again.open()
    await world.settle()
    expect(again.messages().map(({ content }) => content)).toEqual(['hello'])
  },
)

test.each([42, undefined, null, true])('%s for an id is a missing room (P9)', async (id) => {
  const world = new World()
  const ada = await world.live('ada')
  const opened = roomOf(ada, id).open()
  await world.settle()
  await expect(opened).rejects.toMatchObject(NOT_FOUND)
})

test('odd ids on the disk and in a list of the server leave the other rooms alone', async () => {
  const world = new World()
  const storage = memoryStore()
  const before = await world.live('ada', { storage })
  void before.room.send('hello')
  await world.rest(1_000)
  await before.chat.close()
  const scope = { url: 'test:', userId: 'ada' }
  const copy = copyOn(storage)
  const { rooms } = await copy.open(scope)
  const [kept] = rooms
  if (kept?.item == null) throw new Error('nothing was kept')
  for (const id of ['a b', '__proto__', '']) {
    const room = { ...kept.item.room, id: id as typeof kept.item.room.id }
    await copy.write({
      rooms: [{ ...kept, roomId: id, item: { ...kept.item, room } }],
      putEntries: [
        {
          clientId: `poison-${id.length}-00`,
          roomId: id,
          order: 1,
          data: {
            kind: 'send',
            id: `poison-${id.length}-00`,
            content: 'unsent',
            replyTo: null,
            createdAt: '2026-01-01T00:00:00.000Z',
            order: 1,
            attempts: 0,
            maybe: false,
            state: { at: 'ready' },
          },
        },
      ],
    })
  }
  await copy.close()
  const ada = world.client('ada', { storage })
  void ada.room.open()
  for (const id of ['a b', '__proto__', ''])
    ada.chat
      .room(id)
      .open()
      .catch(() => {})
  await world.settle()
  expect(ada.room.getState().status).toBe('live')
  expect(ada.contents()).toEqual(['hello'])
  expect(ada.chat.getState().rooms.map(({ id }) => id)).toEqual([ROOM])
  expect(ada.chat.getState().unsent).toBe(0)
  for (const id of ['a b', '__proto__', ''])
    expect(ada.chat.room(id).messages()).toMatchObject([{ content: 'unsent', status: 'failed' }])
})

test('an epoch that no server has, on the disk, does not keep all rooms from being synced', async () => {
  const world = new World()
  const storage = memoryStore()
  const copy = copyOn(storage)
  await copy.open({ url: 'test:', userId: 'ada' })
  await copy.write({ meta: { user: { id: 'ada' as never, name: 'ada' }, epoch: 'e'.repeat(65) } })
  await copy.close()
  const ada = world.client('ada', { storage })
  void ada.room.open()
  await world.rest(3_000)
  expect(ada.room.getState().status).toBe('live')
})
