import { waitUntil } from '@roomful/testing'
import { createTestClient, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { buildCountedChat, rendersOf } from './counted-chat'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { longRoom } from './long-room'

let browser: TestBrowser
let server: TestServer
const folder = temporaryFolder()
beforeAll(async () => {
  browser = await launchBrowser()
  const site = `${folder.path}/site`
  await buildCountedChat(site)
  server = await longRoom(60, site)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  folder[Symbol.dispose]()
})

/** Over several lines, so that the list scrolls. */
const LONG = 'by words, '.repeat(40)

/**
 * The rows that were rendered since the last call, each once. Rows are mounted beyond the view when a list has come to rest,
 * by a timer: timers of a page run in the order of their times, so this one is behind it.
 */
const rowsRendered = async (chat: ChatPage): Promise<readonly string[]> => {
  await chat.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), 500)
  return [...new Set(await rendersOf(chat.page))]
}
const keyOf = (chat: ChatPage, text: string): Promise<string> =>
  chat.rows().then((rows) => rows.find((row) => row.text === text)?.key ?? '')

test('others who type render no row, a message renders its own, and each step of a growing one only that', async () => {
  await using ada = await ChatPage.join(browser, server.url, 'Ada')
  const ben = await createTestClient(server, 'ben')
  const room = ben.room('general')
  await room.open()
  // Until then the page still fills: who is there, what is read.
  await ada.says('.room header', '4 members')
  await ada.shows('message 59')
  // A row that moves under a pointer at rest gets its buttons, and is rendered for them.
  await ada.page.hover({ x: 1, y: 1 })
  expect((await rowsRendered(ada)).length).toBeGreaterThan(10)
  await waitUntil('the rows to rest', async () => (await rowsRendered(ada)).length === 0)

  room.setTyping(true)
  await ada.says('[data-testid=typing]', 'ben')
  room.setTyping(false)
  await waitUntil('nobody to type', async () => (await ada.text('[data-testid=typing]')) === '')
  expect(await rowsRendered(ada)).toEqual([])

  await room.send('something new')
  await ada.shows('something new')
  expect(await rowsRendered(ada)).toEqual([await keyOf(ada, 'something new')])

  let next = (): void => {}
  async function* words() {
    for (const word of ['It ', 'grows ', LONG]) {
      yield word
      await new Promise<void>((resolve) => {
        next = resolve
      })
    }
  }
  const sent = room.sendStream(words())
  await ada.says('.growing', 'It')
  await rowsRendered(ada)
  // Oftener than once a step where the server writes what has grown so far, which is a change of the same row.
  for (const grown of ['It grows ', `It grows ${LONG}`]) {
    next()
    await ada.says('.growing', grown)
    expect(await rowsRendered(ada)).toEqual([await keyOf(ada, grown)])
  }
  next()
  await sent
  await ben.close()
  expect(await ada.errors()).toEqual([])
})
