import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { clickOn, pointAtRow } from './user-input'

let browser: TestBrowser
let server: TestServer
let ada: ChatPage
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  server = await createTestServer({ static: WEB_CHAT })
  ada = await ChatPage.join(browser, server.url, 'Ada')
})
afterEach(async () => {
  expect(await ada.errors()).toEqual([])
  await ada.context.close()
  await server.close()
})

/** What is typed in the field of this label, in a dialog; undefined: there is none. */
const typed = (label: string): Promise<string | undefined> =>
  ada.page.evaluate((wanted) => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('dialog[open] input')]
    const nameOf = (field: HTMLInputElement) =>
      field.getAttribute('aria-label') ?? field.labels?.[0]?.textContent
    return fields.find((field) => nameOf(field) === wanted)?.value
  }, label)

/** Where text is that nobody can focus. */
const clickText = async (selector: string): Promise<void> =>
  ada.page.click(
    await ada.page.evaluate((wanted) => {
      const box = document.querySelector(wanted)?.getBoundingClientRect() ?? new DOMRect()
      return { x: Math.round(box.left + box.width / 2), y: Math.round(box.top + box.height / 2) }
    }, selector),
  )

/** The same in a dialog, as in browsers in which a dialog itself cannot have the focus. */
async function clickTextInDialog(selector: string): Promise<void> {
  await clickText(`dialog[open] ${selector}`)
  await ada.page.evaluate(() => {
    const { activeElement } = document
    if (activeElement instanceof HTMLElement) activeElement.blur()
  })
}

/** What a page is told when its window loses the focus: its document keeps who has it. */
const leaveWindow = (): Promise<void> =>
  ada.page.evaluate(() => {
    const init = { bubbles: true, relatedTarget: null }
    document.activeElement?.dispatchEvent(new FocusEvent('focusout', init))
  })

async function startReport(): Promise<void> {
  const cleo = await createTestClient(server, { id: 'cleo', name: 'Cleo' })
  await cleo.room('general').open()
  await cleo.room('general').send('a bad word')
  await cleo.close()
  await ada.shows('a bad word')
  await pointAtRow(ada.page, 'a bad word')
  await clickOn(ada.page, { role: 'button', name: 'Report message', inRow: 'a bad word' })
  await ada.fill('What is wrong with it', 'it is rude')
}

test('a report that is being written stays while another window is looked at, and is sent then', async () => {
  await startReport()
  await leaveWindow()
  expect(await typed('What is wrong with it')).toBe('it is rude')
  await ada.click('Report')
  await ada.says('.notice', 'Reported.')
})

test('a click on the text of a report leaves it open, with what was written', async () => {
  await startReport()
  await clickTextInDialog('.hint')
  expect(await typed('What is wrong with it')).toBe('it is rude')
  await ada.click('Report')
  await ada.says('.notice', 'Reported.')
})

test('the search for an emoji stays over a click beside it and another window', async () => {
  await ada.send('hello')
  await ada.shows('hello')
  await pointAtRow(ada.page, 'hello')
  await clickOn(ada.page, { role: 'button', name: 'Add reaction', inRow: 'hello' })
  // The choices stay, too: one of them has the focus, in this window.
  await leaveWindow()
  await ada.click('More emoji')
  await ada.fill('Search emoji', 'rocket')
  await leaveWindow()
  await clickTextInDialog('h2')
  expect(await typed('Search emoji')).toBe('rocket')
})

test('the choice of a reaction goes when something else on the page is clicked', async () => {
  await ada.send('hello')
  await ada.shows('hello')
  await pointAtRow(ada.page, 'hello')
  await clickOn(ada.page, { role: 'button', name: 'Add reaction', inRow: 'hello' })
  await ada.has('[aria-label="React with heart"]')
  await clickText('h1')
  await waitUntil('the choices to go', async () => (await ada.count('[aria-label="React with heart"]')) === 0)
})

async function openSettings(): Promise<void> {
  await ada.click('New room')
  await ada.fill('Room name', 'Garden')
  await ada.click('Create room')
  await ada.says('h1', 'Garden')
  await ada.live()
  await ada.click('Room settings')
  await ada.fill('Room name', 'The garden')
}

test('Escape closes the question over the settings of a room, and leaves there what was typed', async () => {
  await openSettings()
  await ada.click('Archive this room')
  await ada.says('dialog dialog h2', 'Archive this room?')
  await ada.page.press('Escape')
  await waitUntil('the question to go', async () => (await ada.count('dialog dialog')) === 0)
  expect(await typed('Room name')).toBe('The garden')
  await ada.page.press('Escape')
  await waitUntil('the settings to go', async () => (await ada.count('dialog')) === 0)
})

test('a new room that is being named stays when Ctrl+K is pressed', async () => {
  await ada.click('New room')
  await ada.fill('Room name', 'Garden')
  await ada.page.press('Control', 'k')
  // A key later, so that what the first one did is on the page.
  await ada.page.press('e')
  await waitUntil('the key', async () => (await typed('Room name')) === 'Gardene')
  await ada.click('Create room')
  await ada.says('h1', 'Gardene')
})

test('text that is selected with the mouse past the edge of a dialog leaves it open; a click there closes it', async () => {
  await openSettings()
  // What a browser makes of a press in the field and a release beside the dialog.
  await ada.page.evaluate(() => {
    const dialog = document.querySelector('dialog')
    dialog?.querySelector('input')?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))
    dialog?.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  })
  expect(await typed('Room name')).toBe('The garden')
  await ada.page.click({ x: 2, y: 2 })
  await waitUntil('the settings to go', async () => (await ada.count('dialog')) === 0)
})
