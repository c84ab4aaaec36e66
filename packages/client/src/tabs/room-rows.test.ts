import { asUserId } from '@roomful/protocol/plain'
import { expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { ROOM } from '../test-support/testing-world'

const nameAt = ({ chat }: TestTab): string | undefined =>
  chat.getState().rooms.find(({ id }) => id === ROOM)?.name

test('a tab that has not opened a room has its new name from the tab with the connection', async () => {
  const world = new TabsWorld()
  const open = await world.openTab()
  const other = await world.openTab('ada', [])
  world.server.rename(ROOM, 'Lounge')
  await world.rest(2_000)
  expect(nameAt(open)).toBe('Lounge')
  expect(nameAt(other)).toBe('Lounge')
})

test('a new name of the user reaches all tabs, and one that comes later', async () => {
  const world = new TabsWorld()
  const tabs = [await world.openTab(), await world.openTab()]
  const user = { id: asUserId('ada'), name: 'Ada Lovelace' }
  world.owner(tabs).connection.deliver({ event: 'user-changed', payload: { user } })
  await world.rest(1_000)
  tabs.push(await world.openTab())
  expect(tabs.map(({ chat }) => chat.getState().user)).toEqual([user, user, user])
})
