import { waitUntil } from '@roomful/testing'
import { createTcpProxy, type ServerProcess } from '@roomful/testing/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess
let ada: ChatPage
let ben: ChatPage

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  folder = temporaryFolder()
  server = await start('0')
  const join = (name: string): Promise<ChatPage> => ChatPage.join(browser, server.url, name)
  ;[ada, ben] = await Promise.all([join('Ada'), join('Ben')])
})
afterEach(async () => {
  expect(await errorsOf(ada, ben)).toEqual([])
  await Promise.all([ada.context.close(), ben.context.close()])
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const start = (port: string): Promise<ServerProcess> =>
  serve(['--port', port, '--database', `sqlite:${folder.path}/chat.db`, '--static', WEB_CHAT, ...NO_LIMITS])

test('two people sign in and chat, both ways', async () => {
  await ada.send('hello Ben')
  await ben.shows('hello Ben')
  await ben.send('hello Ada')
  await ada.shows('hello Ada')
  await ada.send('how are you?')
  for (const page of [ada, ben]) await page.settlesAs(['hello Ben', 'hello Ada', 'how are you?'])
})

test('a message shows at once, and then as sent, in the same place', async () => {
  // Every status of every row from now on, also statuses between two checks of this test.
  await ada.page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    const note = (): void => {
      for (const row of document.querySelectorAll('article')) {
        const entry = `${row.getAttribute('data-key')} ${row.getAttribute('data-status')}`
        if (seen.at(-1) !== entry) seen.push(entry)
      }
    }
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
  await ada.fill('Message', 'at once')
  const shown = await ada.page.evaluate(() => {
    const form = document.querySelector('form.composer') as HTMLFormElement
    form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
    // The next event in the page: no server could have answered before it.
    return new Promise<string | undefined>((resolve) => {
      queueMicrotask(() =>
        resolve(document.querySelector('article')?.getAttribute('data-status') ?? undefined),
      )
    })
  })
  expect(['queued', 'sending']).toContain(shown)
  await ada.shows('at once')
  const seen = await ada.page.evaluate(() => (window as unknown as { seen: string[] }).seen)
  const [key] = seen[0]?.split(' ') ?? []
  expect(new Set(seen.map((entry) => entry.split(' ')[0]))).toEqual(new Set([key]))
  expect(seen[0]).toMatch(/ (queued|sending)$/)
  expect(seen.at(-1)).toMatch(/ sent$/)
})

test('a reload keeps everything, and the user', async () => {
  await ada.send('one')
  await ben.shows('one')
  await ben.send('two')
  await ada.shows('two')
  await ada.reload()
  await ada.settlesAs(['one', 'two'])
  await ada.send('three')
  await ben.settlesAs(['one', 'two', 'three'])
  expect(await ada.count('article[data-own=true]')).toBe(2)
})

test('an edit and a delete reach the other side, and last after a reload', async () => {
  for (const text of ['keep me', 'change me', 'delete me']) {
    await ada.send(text)
    await ben.shows(text)
  }
  await ada.edit('change me', 'changed')
  await ben.shows('changed')
  await ada.delete('delete me')
  for (const page of [ada, ben]) await page.settlesAs(['keep me', 'changed'])
  await ben.reload()
  await ben.settlesAs(['keep me', 'changed'])
})

test('one user goes offline and sends three; back online, the three arrive once and in order', async () => {
  await ada.send('before')
  await ben.shows('before')
  await ada.context.setOffline(true)
  for (const text of ['one', 'two', 'three']) await ada.send(text)
  expect((await ada.texts()).slice(1)).toEqual(['one', 'two', 'three'])
  await ben.send('meanwhile')
  await ben.shows('meanwhile')
  // Nothing of it has come through: the connection is really down.
  expect(await ben.texts()).toEqual(['before', 'meanwhile'])
  await ada.context.setOffline(false)
  for (const page of [ada, ben]) await page.settlesAs(['before', 'meanwhile', 'one', 'two', 'three'])
})

test('the same with a connection that is cut, and with one that only goes silent', async () => {
  await using proxy = await createTcpProxy(server.port)
  await using cleo = await ChatPage.join(browser, proxy.url, 'Cleo')
  const said: string[] = []
  for (const fault of ['cut', 'freeze'] as const) {
    proxy[fault]()
    for (const n of [1, 2, 3]) await cleo.send(`${fault} ${n}`)
    said.push(`${fault} 1`, `${fault} 2`, `${fault} 3`)
    await waitUntil('the three to be shown', async () => (await cleo.texts()).length === said.length)
    proxy.heal()
    for (const page of [cleo, ben]) await page.settlesAs(said)
  }
  expect(await cleo.errors()).toEqual([])
})

test('the server is killed midway and comes back: both continue on their own', async () => {
  await ada.send('before')
  await ben.shows('before')
  const port = String(server.port)
  await server.kill()
  await ada.connection('waiting')
  for (const text of ['one', 'two', 'three']) await ada.send(text)
  server = await start(port)
  for (const page of [ada, ben]) await page.settlesAs(['before', 'one', 'two', 'three'])
  await ben.send('after')
  for (const page of [ada, ben]) await page.settlesAs(['before', 'one', 'two', 'three', 'after'])
})
