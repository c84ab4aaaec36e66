import { waitUntil } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import { buildPages } from './build-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import type { Shown } from './other-port-main'
import { servePages } from './serve-pages'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('a page on another port than its server is told to serve with --origins, and a server that is not there is not', async () => {
  using folder = temporaryFolder()
  await buildPages(folder.path, { index: 'other-port-main.ts' })
  await using pages = await servePages(folder.path)
  const { origin } = pages
  await using chat = await createTestServer()
  await using open = await createTestServer({ origins: [origin] })
  const context = await browser.newContext()
  const shownFor = async (query: Record<string, string>): Promise<Shown> => {
    const page = await context.newPage()
    await page.goto(`${origin}/?${new URLSearchParams(query)}`)
    let shown: Shown = { status: 'none' }
    await waitUntil('the connection', async () => {
      shown = await page.evaluate(() => (window as unknown as { shown: Shown }).shown ?? { status: 'none' })
      return ['waiting', 'stopped', 'online'].includes(shown.status)
    })
    // Tabs of one user share a connection.
    await page.close()
    return shown
  }
  const token = await chat.token('ann')
  const hint = { hint: 'serve --origins', message: expect.stringContaining(`pages of ${origin}`) }
  // The answer to a poll has the reason; a browser hides that of a websocket.
  expect(await shownFor({ chat: chat.url, token })).toMatchObject({ code: 'ORIGIN_DENIED', ...hint })
  expect(await shownFor({ chat: chat.url, token, websocket: '' })).toMatchObject({ code: 'OFFLINE', ...hint })
  const allowed = await shownFor({ chat: open.url, token: await open.token('ann'), websocket: '' })
  expect(allowed.status).toBe('online')
  const nothing = await shownFor({ chat: 'http://localhost:9', token, websocket: '' })
  expect(nothing).toMatchObject({ code: 'OFFLINE' })
  expect(nothing.hint).toBeUndefined()
  await context.close()
})
