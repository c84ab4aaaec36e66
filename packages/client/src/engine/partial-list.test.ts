import { describe, expect, test } from 'vitest'
import { ROOM, World } from '../test-support/testing-world'

describe('a list that lacks rooms because they cannot be read now', () => {
  test.each([500, 1])('takes none of them away, also page by page (%i)', async (listPage) => {
    const world = new World()
    world.server.listPage = listPage
    for (const id of ['alley', 'zoo']) world.server.addRoom(id, ['ada'])
    const ada = await world.live('ada')
    const listed = () =>
      ada.chat
        .getState()
        .rooms.map(({ id }) => id)
        .sort()
    const all = ['alley', ROOM, 'zoo'].sort()
    expect(listed()).toEqual(all)
    world.server.unreadable.add('zoo')
    ada.connection.cut()
    await world.rest(5_000)
    expect([listed(), ada.chat.getState().connection.status]).toEqual([all, 'online'])
    world.server.kick('alley', 'ada')
    world.server.unreadable.clear()
    await world.rest(60_000)
    expect(listed()).toEqual([ROOM, 'zoo'].sort())
  })

  test('is asked for again, more and more rarely, until it has them', async () => {
    const world = new World()
    world.server.unreadable.add(ROOM)
    let lists = 0
    world.server.refuse = (_userId, event) => {
      if (event === 'sync') lists++
      return undefined
    }
    const ada = world.client('ada')
    void ada.chat.connect()
    await world.rest(120_000)
    expect(ada.chat.getState()).toMatchObject({ rooms: [], roomsLoaded: true })
    expect(lists).toBeLessThan(20)
    world.server.unreadable.clear()
    await world.rest(60_000)
    expect(ada.chat.getState().rooms.map(({ id }) => id)).toEqual([ROOM])
    const before = lists
    await world.rest(120_000)
    expect(lists).toBe(before)
  })
})
