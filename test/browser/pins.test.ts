import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { clickOn, pointAtRow } from './user-input'

let browser: TestBrowser
let server: ServerProcess
const folder = temporaryFolder()
const RULES = 'be kind'

beforeAll(async () => {
  browser = await launchBrowser()
  const database = `sqlite:${folder.path}/chat.db`
  server = await serve(['--port', '0', '--database', database, '--static', WEB_CHAT, ...NO_LIMITS])
})
afterAll(async () => {
  await browser.close()
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** In a direct-message room both may pin. */
async function talkTo(chat: ChatPage, name: string): Promise<void> {
  await chat.click('Members')
  await chat.click(`Message ${name}`)
  await chat.says('.room header', name)
  await chat.live()
}

async function onRow(chat: ChatPage, button: string, text: string): Promise<void> {
  await pointAtRow(chat.page, text)
  await clickOn(chat.page, { role: 'button', name: button, inRow: text })
}

/** Is the row of the first message within the window? */
const isFirstInView = (chat: ChatPage): Promise<boolean> =>
  chat.page.evaluate(() => {
    const { top = -1, bottom = -1 } = document.querySelector('article')?.getBoundingClientRect() ?? {}
    return top >= 0 && bottom <= innerHeight
  })

test('a pin stands over the messages of both, leads to its message, and goes', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await using ben = await ChatPage.join(browser, server.url, 'Ben')
  expect(await ada.count('.pin-bar')).toBe(0)
  await talkTo(ada, 'Ben')
  await ada.send(RULES)
  await talkTo(ben, 'Ada')
  await ben.shows(RULES)

  await onRow(ada, 'Pin message', RULES)
  for (const chat of [ada, ben]) await chat.says('.pin-bar', RULES)
  await ben.reload()
  await ben.says('.pin-bar', RULES)

  for (const letter of 'abc') await ben.send(letter.repeat(1_500))
  await waitUntil('the first to be out of sight', async () => !(await isFirstInView(ben)))
  await clickOn(ben.page, { role: 'button', name: `Go to the pinned message: Ada${RULES}` })
  await waitUntil('the first to be in sight', () => isFirstInView(ben))

  await onRow(ben, 'Unpin message', RULES)
  for (const chat of [ada, ben])
    await waitUntil('no pin to be left', async () => (await chat.count('.pin-bar')) === 0)
  expect(await errorsOf(ada, ben)).toEqual([])
})
