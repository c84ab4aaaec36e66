import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitUntil } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

const PAGE = '<!doctype html><title>starting</title><script type="module" src="page.js"></script>'
const SCRIPT = `
  import { createChat } from './roomful.min.js'
  const chat = createChat({ url: location.origin, auth: new URLSearchParams(location.search).get('token') })
  const room = chat.room('general')
  await room.open()
  const { content, status } = await room.send('from one file')
  document.title = status + ': ' + content`

let browser: TestBrowser
const site = mkdtempSync(join(tmpdir(), 'roomful-site-'))
beforeAll(async () => {
  await build({ types: false, pages: false })
  copyFileSync('packages/client/dist/roomful.min.js', join(site, 'roomful.min.js'))
  writeFileSync(join(site, 'index.html'), PAGE)
  writeFileSync(join(site, 'page.js'), SCRIPT)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  rmSync(site, { recursive: true })
})

test('a page without a bundler chats by one file', async () => {
  await using server = await createTestServer({ static: site })
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${await context.reach(server.url)}/?token=${await server.token('ada')}`)
  const title = () => page.evaluate(() => document.title)
  await waitUntil('the page to send', async () => (await title()) !== 'starting')
  expect(await title()).toBe('sent: from one file')
  expect(await page.errors()).toEqual([])
  await context.close()
})
