import { createChat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: ServerProcess
const folder = temporaryFolder()

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

async function guest(name: string): Promise<string> {
  const response = await fetch(`${server.url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  return ((await response.json()) as { token: string }).token
}

test('an answer grows on the page, is read out once, and stops at the press of its button', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  await ada.live()
  const bot = createChat({ url: server.url, auth: await guest('Bot') })
  const room = bot.room('general')
  await room.open()
  await ada.send('a question')
  const question = await waitUntil('the question', () =>
    room.messages().find(({ content }) => content === 'a question'),
  )
  let next = (): void => {}
  async function* words() {
    for (const word of ['It ', 'grows ', 'word by word']) {
      yield word
      await new Promise<void>((resolve) => {
        next = resolve
      })
    }
  }
  const sent = room.sendStream(words(), { replyTo: question.id })
  await ada.says('.growing', 'It')
  next()
  await ada.says('.growing', 'It grows')
  expect(await ada.count('.growing[aria-busy="true"]')).toBe(1)
  expect(await ada.text('[data-testid="announcer"]')).not.toContain('It grows')
  await ada.click('Stop')
  await ada.says('.edited', 'stopped')
  // Once its producer has written its last words.
  await waitUntil('nothing grows', async () => (await ada.count('.growing')) === 0)
  await ada.says('[data-testid="announcer"]', 'It grows')
  next()
  expect(await sent.done).toMatchObject({ content: 'It grows ', stream: { state: 'cancelled' } })
  expect(await ada.errors()).toEqual([])
  await bot.close()
})
