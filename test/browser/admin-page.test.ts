import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signIn, tokenOf } from '../integration/server-fixture'
import { violations } from './axe'
import type { TestBrowser, TestContext, TestPage } from './engine/port'
import { launchBrowser } from './engines'
import { LONG_NAME, type OperatedServer, RTL_NAME, startOperatedServer } from './operators-data'
import { clickOn, fillIn } from './user-input'

let browser: TestBrowser
let operated: OperatedServer
beforeAll(async () => {
  browser = await launchBrowser()
  operated = await startOperatedServer()
})
afterAll(async () => {
  await browser.close()
  await operated[Symbol.asyncDispose]()
})

let context: TestContext
let page: TestPage
beforeEach(async () => {
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(async () => {
  expect(await page.errors()).toEqual([])
  await context.close()
})

const click = (name: string): Promise<void> => clickOn(page, { role: 'button', name })
const shown = (): Promise<string> => page.evaluate(() => document.body.innerText)
const shows = (...texts: readonly string[]): Promise<true> =>
  waitUntil(`the page to show ${texts.join(', ')}`, async () => {
    const text = await shown()
    return texts.every((wanted) => text.includes(wanted))
  })
const isGone = (text: string): Promise<true> =>
  waitUntil(`"${text}" to be gone`, async () => !(await shown()).includes(text))
/** As by a link: the address changes, the page stays. */
const go = (hash: string): Promise<unknown> =>
  page.evaluate((to) => {
    window.location.hash = to
  }, hash)

async function open(credential = operated.key): Promise<void> {
  await page.goto(`${operated.url}/`)
  await fillIn(page, 'API key or admin token', credential)
  await click('Sign in')
  await shows('Sign out')
}

/** Does it in the dialog that the button opens. */
async function act(name: string): Promise<void> {
  await click(name)
  await waitUntil('the dialog', () => page.evaluate(() => document.querySelector('dialog[open]') !== null))
  await page.evaluate(() =>
    (document.querySelector('dialog .dialog-buttons button:last-child') as HTMLElement).click(),
  )
  await waitUntil('the dialog to close', () =>
    page.evaluate(() => document.querySelector('dialog[open]') === null),
  )
}

describe('signing in', () => {
  test('with a wrong key says why, and nothing of a key is in the address or kept after the tab', async () => {
    await page.goto(`${operated.url}/`)
    await fillIn(page, 'API key or admin token', 'rfk_wrong')
    await click('Sign in')
    await shows('TOKEN_INVALID')
    await fillIn(page, 'API key or admin token', operated.key)
    await click('Sign in')
    await shows('Sign out')
    const kept = await page.evaluate(() => [window.location.href, JSON.stringify({ ...localStorage })])
    expect(kept.join()).not.toContain('rfk_')
    expect(await context.cookies()).toEqual([])
    await page.reload()
    await shows('Sign out')
    await click('Sign out')
    await shows('Sign in')
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  test('with the token of a user without the claim is refused, with the claim it works', async () => {
    await page.goto(`${operated.url}/`)
    await fillIn(page, 'API key or admin token', await tokenOf('ann'))
    await click('Sign in')
    await shows('FORBIDDEN')
    await fillIn(page, 'API key or admin token', operated.adminToken)
    await click('Sign in')
    await shows('Admin token', 'Sign out')
  })

  test('with a key of one scope shows what it may see, and of the rest that it may not', async () => {
    await open(operated.readsUsers)
    await shows('FORBIDDEN', 'lacks the scope stats')
    await go('#/users')
    await shows('Person 0')
  })
})

describe('axe finds nothing in', () => {
  test.each([
    ['the live figures', '#/live', 'Commit time'],
    ['the users', '#/users', 'Person 40'],
    ['a search without a result', '#/users?q=zzzz', 'No user has this'],
    ['a user', '#/users/user-003', 'Small talk'],
    ['a user that is not there', '#/users/nobody', 'USER_NOT_FOUND'],
    ['the rooms', '#/rooms?q=long', LONG_NAME.slice(0, 40)],
    ['a room with a name from right to left', '#/rooms/rtl', RTL_NAME],
    ['a history', '#/rooms/talk', 'message 100'],
    ['the members', '#/rooms/talk/members', 'Person 20'],
    ['reports', '#/rooms/talk/reports', 'Spam'],
    ['the rooms with reports', '#/reports', 'open report'],
    ['the webhooks', '#/webhooks', 'crm'],
    ['dead letters', '#/webhooks/crm', 'Dead letters of crm'],
  ])('%s', async (_, hash, text) => {
    await open()
    await go(hash)
    await shows(text)
    expect(await violations(page)).toEqual([])
  })

  test('the sign-in, and a dialog', async () => {
    await page.goto(`${operated.url}/`)
    await shows('Sign in')
    expect(await violations(page)).toEqual([])
    await open()
    await go('#/users/user-003')
    await click('Deactivate')
    await shows('until the user is reactivated')
    expect(await violations(page)).toEqual([])
  })
})

test('live figures follow people who come and write', async () => {
  await open()
  const figure = (name: string) =>
    page.evaluate((of) => document.querySelector(`[data-figure="${of}"]`)?.textContent ?? '', name)
  await waitUntil('nobody', async () => (await figure('People')) === '0')
  const [ann, alsoAnn] = await Promise.all([signIn(operated.server, 'ann'), signIn(operated.server, 'ann')])
  await waitUntil(
    'one with two',
    async () => `${await figure('People')} ${await figure('Sockets')}` === '1 2',
  )
  await ann.do('add-member', { roomId: 'room-00' })
  await ann.do('send-message', { roomId: 'room-00', content: 'hello' })
  await waitUntil('a commit time', async () => /^\d/.test(await figure('Commit time')))
  for (const device of [ann, alsoAnn]) device.close()
})

test('users are found by name, page by page, and their sessions ended', async () => {
  await open()
  await go('#/users')
  await shows('ليلى عبد الرحمن', 'Person 40')
  await click('Next page')
  await shows('Person 60')
  await click('Previous page')
  await shows('ليلى عبد الرحمن')
  await fillIn(page, 'Search users by name or id', 'person 29')
  await click('Search')
  await shows('Person 299')
  await isGone('Person 40')
  await go('#/users/user-299')
  await shows('allowed')
  const device = await signIn(operated.server, 'user-299')
  await act('End all sessions')
  await device.disconnected
  await act('Deactivate')
  await shows('every token is refused')
  await act('Reactivate')
  await shows('allowed')
})

test('a room shows its history page by page, its members, and who was removed by whom', async () => {
  await open(operated.adminToken)
  await go('#/rooms')
  await fillIn(page, 'Search rooms by name or id', 'small')
  await click('Search')
  await shows('Small talk')
  await go('#/rooms/talk')
  await shows('and then 0', 'message 100')
  await click('Older')
  await shows('message 30')
  await isGone('and then 0')
  await go('#/rooms/talk/members')
  await shows('Person 30')
  await act('Remove Person 30')
  await isGone('Person 30')
  await go('#/rooms/talk/audit')
  await shows('kick', 'user-030', 'by olga')
})

test('a report shows the message among its neighbours; deleting it closes the report', async () => {
  await open()
  await go('#/reports')
  await shows('Small talk', '3 open reports')
  await go('#/rooms/talk/reports')
  await shows('This is an insult.', 'You are all fools.', 'message 119', 'and then 0', 'Spam')
  await act('Delete message')
  await isGone('This is an insult.')
  await page.evaluate(() => (document.querySelector('.check input') as HTMLElement).click())
  await shows('This is an insult.', 'deleted', 'Deleted')
  const { messages } = await operated.server.api.messages.list({ roomId: 'talk', newest: true })
  expect(messages.map(({ content }) => content)).not.toContain('You are all fools.')
})

test('events that an endpoint refused are shown with the reason, and replayed once it is mended', async () => {
  await open()
  await go('#/webhooks')
  await shows('crm', '/events?from=chat')
  await go('#/webhooks/crm')
  await waitUntil('three dead letters', async () => (await shown()).split('report.made').length === 4)
  await shows('410')
  operated.crm.mend()
  await act('Replay all')
  await shows('No event for this endpoint was given up.')
  await waitUntil('three events', async () => new Set(operated.crm.received).size === 3)
})
