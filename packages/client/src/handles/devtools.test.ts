import { afterEach, expect, test, vi } from 'vitest'
import { devtools } from 'zustand/middleware'
import { ROOM, World } from '../test-support/testing-world'

afterEach(() => vi.unstubAllGlobals())

test('each event of a room is an action in the devtools, with the state that it led to', async () => {
  const sent: [unknown, unknown][] = []
  const connect = () => ({
    init: () => {},
    subscribe: () => {},
    send: (...args: [unknown, unknown]) => sent.push(args),
  })
  vi.stubGlobal('window', { __REDUX_DEVTOOLS_EXTENSION__: { connect } })
  const world = new World()
  const ada = world.client('ada', { devtools })
  await vi.waitFor(() => {
    ada.room.setDraft(`${ada.room.getState().draft}x`)
    expect(sent).not.toEqual([])
  }, 120_000)
  await ada.chat.close()
  expect(sent).toContainEqual([
    expect.objectContaining({ type: `${ROOM}: draft`, text: ada.room.getState().draft }),
    expect.objectContaining({
      rooms: { [ROOM]: expect.objectContaining({ draft: ada.room.getState().draft }) },
    }),
  ])
  expect(sent).toContainEqual([
    { type: 'chat' },
    expect.objectContaining({
      chat: expect.objectContaining({ connection: { status: 'stopped', error: null } }),
    }),
  ])
})
