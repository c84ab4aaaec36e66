import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { devtoolsOf } from './engine/chromium'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.send('hello from Ada')
  await ada.shows('hello from Ada')
})
afterAll(async () => {
  await ada?.context.close()
  await browser?.close()
  await server?.close()
})

/** One that a screen reader is given, with the properties that say more than the role. */
type Spoken = { readonly role: string; readonly name: string; readonly properties: Record<string, unknown> }

/** All of the page, as Chromium hands it to screen readers. */
async function spoken(): Promise<readonly Spoken[]> {
  const devtools = await devtoolsOf(ada.page)
  const { nodes } = await devtools.send('Accessibility.getFullAXTree')
  await devtools.detach()
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [] }) => ({
      role: String(role?.value ?? ''),
      name: String(name?.value ?? ''),
      properties: Object.fromEntries(properties.map(({ name: key, value }) => [key, value.value])),
    }))
}

const namesOf = async (role: string): Promise<readonly string[]> =>
  (await spoken()).filter((node) => node.role === role).map(({ name }) => name)

describe('what a screen reader finds', () => {
  test('landmarks and headings: where one is, and where else one can go', async () => {
    expect(await namesOf('main')).toHaveLength(1)
    expect(await namesOf('complementary')).toEqual(['Rooms and account'])
    expect(await namesOf('navigation')).toEqual(['Rooms'])
    expect(await namesOf('form')).toEqual(['Write a message'])
    const headings = (await spoken()).filter(({ role }) => role === 'heading')
    expect(headings.map(({ name, properties }) => [name, properties.level])).toEqual([['general', 1]])
  })

  test('lists with names, and a log of messages, each with its sender, time and place', async () => {
    expect(await namesOf('list')).toContain('Your rooms')
    expect(await namesOf('log')).toEqual(['Messages'])
    expect(await namesOf('article')).toContainEqual(expect.stringMatching(/^Ada, /))
  })

  test('each control has a name', async () => {
    const controls = ['button', 'link', 'textbox', 'searchbox', 'combobox', 'radio', 'checkbox']
    const found = (await spoken()).filter(({ role }) => controls.includes(role))
    expect(found.length).toBeGreaterThan(10)
    expect(found.filter(({ name }) => name.trim() === '')).toEqual([])
  })

  test('a message row in use has its actions in a group with a name', async () => {
    await ada.page.evaluate(() => document.querySelector<HTMLElement>('article:last-of-type')?.focus())
    await ada.has('article .actions')
    expect(await namesOf('group')).toContain('Message actions')
  })
})

describe('what it is told', () => {
  test('a message of somebody else, once', async () => {
    const ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
    await ben.room('general').open()
    await ben.room('general').send('hello from Ben')
    await ada.says('[data-testid=announcer]', 'Ben: hello from Ben')
    const live = (await spoken()).filter(({ properties }) => properties.live === 'polite')
    expect(live.length).toBeGreaterThan(0)
    // The list itself is silent, or it would be read twice.
    const log = (await spoken()).find(({ role }) => role === 'log')
    expect(log?.properties.live ?? 'off').toBe('off')
    await ben.close()
  })

  test('that the connection is lost, and that it is back', async () => {
    const status = () => ada.text('[role=status][data-testid=connection]')
    expect(await status()).toBe('')
    await ada.context.setOffline(true)
    await waitUntil('the loss', async () => (await status()).includes('You are offline.'))
    await ada.context.setOffline(false)
    await waitUntil('the return', async () => (await status()) === 'Connected again.')
  })

  test('what came of what was done, at once', async () => {
    await ada.keepNotices()
    await ada.click('Link to this room')
    await ada.click('Copy')
    await ada.has('[role=alert] .notice')
    expect(await namesOf('alert')).not.toEqual([])
    await ada.click('Dismiss')
    await ada.click('Close')
  })
})

test.each([
  ['Members', 'Members'],
  ['Link to this room', 'Link to this room'],
  ['Settings', 'Settings'],
  ['New room', 'New room'],
  ['Browse rooms', 'Browse rooms'],
  ['Sign out', 'Sign out?'],
])('the dialog of "%s" has a name, is modal, and gives the focus back', async (opener, title) => {
  await ada.click(opener)
  await waitUntil('the dialog', async () => (await namesOf('dialog')).length > 0)
  const [dialog] = (await spoken()).filter(({ role }) => role === 'dialog')
  expect(dialog).toMatchObject({ name: title, properties: { modal: true } })
  expect(await namesOf('heading')).toContain(title)
  await ada.page.press('Escape')
  await ada.focuses(opener)
  expect(await ada.errors()).toEqual([])
})
