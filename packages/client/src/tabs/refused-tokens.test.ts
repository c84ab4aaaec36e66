import { expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { ROOM } from '../test-support/testing-world'
import type { DownReason } from '../transport/port'

const INVALID: DownReason = { code: 'TOKEN_INVALID', text: 'The token is not valid', next: 'stop' }
const token = (no: number): string => `header.${btoa(JSON.stringify({ sub: 'ada' }))}.${no}`

/** Three tabs that are online; from now on the server accepts only the tokens of `accepts`. */
async function threeTabs(auth: () => string, accepts: (token: string) => boolean) {
  const world = new TabsWorld()
  const tabs: TestTab[] = []
  for (let i = 0; i < 3; i++) tabs.push(await world.openTab('ada', [ROOM], { auth }))
  for (const { connection } of tabs) connection.refuseConnect = (shown) => (accepts(shown) ? null : INVALID)
  return { world, tabs, states: () => tabs.map(({ chat }) => chat.getState().connection) }
}

test('a changed secret: one tab gets a fresh token, and all are online again', async () => {
  let no = 0
  let accepted = 0
  const { world, tabs, states } = await threeTabs(
    () => token(++no),
    (shown) => shown === token(accepted),
  )
  accepted = no + 1
  world.owner(tabs).connection.cut()
  await world.rest(20_000)
  expect(states()).toMatchObject(Array(3).fill({ status: 'online' }))
  expect([no, world.connections()]).toEqual([accepted, 1])
})

test('a token that all tabs keep, and that is not valid yet, is shown again until it is', async () => {
  let isValid = true
  const { world, tabs, states } = await threeTabs(
    () => token(0),
    () => isValid,
  )
  isValid = false
  world.owner(tabs).connection.cut()
  await world.rest(15_000)
  expect(states().map(({ status }) => status)).not.toContain('online')
  isValid = true
  await world.rest(35_000)
  expect(states()).toMatchObject(Array(3).fill({ status: 'online' }))
})

test('a token that no server takes stops every tab with TOKEN_INVALID', async () => {
  let isValid = true
  const { world, tabs, states } = await threeTabs(
    () => token(0),
    () => isValid,
  )
  isValid = false
  world.owner(tabs).connection.cut()
  await world.rest(900_000)
  expect(states()).toMatchObject(Array(3).fill({ status: 'stopped', error: { code: 'TOKEN_INVALID' } }))
})

test('a fixed token that is refused stops every tab, with the code of the server', async () => {
  const world = new TabsWorld()
  const tabs = [0, 1, 2].map(() => {
    const tab = world.newTab('ada')
    tab.connection.refuseConnect = INVALID
    return tab
  })
  await world.rest(60_000)
  for (const { chat } of tabs)
    expect(chat.getState().connection).toMatchObject({ status: 'stopped', error: { code: 'TOKEN_INVALID' } })
})
