import { describe, expect, test } from 'vitest'
import { loginOf } from '../engine/login'
import { copyOn } from '../test-support/copies'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { ROOM } from '../test-support/testing-world'
import type { DownReason } from '../transport/port'
import { readMessage } from './messages'
import { connectionScope } from './scope'

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

describe('a tab whose auth() answers for another user (I29)', () => {
  const jwt = (sub: string): string => `header.${btoa(JSON.stringify({ sub }))}.${sub}`
  const EXPIRED: DownReason = { code: 'TOKEN_EXPIRED', text: 'expired', next: 'auth' }
  const never = new Promise<string>(() => {})

  test('never shows their token on the connection of the first', async () => {
    const world = new TabsWorld()
    let user = 'ada'
    let calls = 0
    const owner = await world.openTab('ada', [ROOM], { auth: () => (calls++ === 0 ? jwt('ada') : never) })
    const other = await world.openTab('ada', [ROOM], { auth: () => jwt(user) })
    user = 'bob'
    other.connection.userId = 'bob'
    owner.connection.refuseConnect = (shown) => (shown === jwt('ada') ? EXPIRED : null)
    owner.connection.cut(EXPIRED)
    await world.rest(20_000)
    expect(owner.connection.tokens).not.toContain(jwt('bob'))
    expect(other.chat.getState()).toMatchObject({ user: { id: 'bob' }, connection: { status: 'online' } })
    expect(owner.chat.getState().user).toMatchObject({ id: 'ada' })
  })

  test('never shows it there either where it began as the only user of the device', async () => {
    const world = new TabsWorld()
    const owner = await world.openTab('ada', [ROOM], { auth: jwt('ada') })
    await world.rest(2_000)
    owner.connection.refuseConnect = { code: 'UNAVAILABLE', text: 'no', next: 'retry' }
    owner.connection.cut()
    let hasToken = false
    const auth = () => (hasToken ? jwt('bob') : Promise.reject(new Error('no network')))
    const other = world.newTab('bob', [ROOM], { auth, onError: () => {} })
    await world.rest(30_000)
    hasToken = true
    for (const { chat } of [owner, other]) expect(chat.getState().connection.status).toBe('waiting')
    other.chat.reconnect()
    await world.rest(30_000)
    expect(owner.connection.tokens).not.toContain(jwt('bob'))
    expect(other.chat.getState()).toMatchObject({ user: { id: 'bob' }, connection: { status: 'online' } })
  })

  test('is not taken for the first user, whose connection another tab holds up', async () => {
    const world = new TabsWorld()
    let calls = 0
    const late = () =>
      new Promise<string>((resolve) => world.clock.setTimer(8_000, () => resolve(jwt('bob'))))
    const owner = await world.openTab('ada', [ROOM], { auth: () => (calls++ === 0 ? jwt('ada') : late()) })
    let current = jwt('ada')
    const other = await world.openTab('ada', [ROOM], { auth: () => current })
    current += ', fresh'
    owner.connection.refuseConnect = (shown) => (shown === jwt('ada') ? EXPIRED : null)
    owner.connection.cut(EXPIRED)
    await world.rest(6_000)
    expect(other.chat.getState().connection.status).toBe('online')
    owner.connection.silent = true
    await world.rest(10_000)
    expect(owner.connection.tokens).toContain(jwt('bob'))
    const scope = { url: 'test:', userId: null, login: loginOf(jwt('bob')) }
    expect(await copyOn(world.browser.tab().store).userOf(scope)).not.toBe('ada')
  })

  test('is not served where its older version offers their token all the same', async () => {
    const world = new TabsWorld()
    await world.openTab('ada', [ROOM], { auth: jwt('ada') })
    const heard: string[] = []
    let user = 'bob'
    const scope = connectionScope('test:', jwt('ada'), null) ?? ''
    const { post } = world.browser.tab().port.channel(scope, (data) => {
      const message = readMessage(data, 'old')
      if (message?.type === 'event') heard.push(message.event.type)
      if (message?.type !== 'owner') return
      post({ type: 'attach', from: 'old', to: message.from, term: message.term, token: jwt(user) })
    })
    const offer = async (): Promise<readonly string[]> => {
      post({ type: 'ping', from: 'old', visible: true })
      await world.rest(1_000)
      return heard
    }
    expect(await offer()).toEqual([])
    user = 'ada'
    expect(await offer()).toEqual(['ready'])
  })
})
