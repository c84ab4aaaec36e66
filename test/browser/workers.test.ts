import { copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { temporaryFolder } from '../integration/roomful-command'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

// The files that docs/guides/workers.md quotes.
let browser: TestBrowser
const site = temporaryFolder()
beforeAll(async () => {
  await build({ types: false, pages: false })
  cpSync('examples/workers', site.path, { recursive: true })
  copyFileSync('packages/client/dist/roomful.min.js', join(site.path, 'roomful.min.js'))
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  site[Symbol.dispose]()
})

test('the client chats in a Web Worker with its copy, and answers from a service worker', async () => {
  await using server = await createTestServer({ static: site.path })
  await using ben = await createTestClient(server, 'ben')
  await ben.room('general').send('hello')
  const context = await browser.newContext()
  const page = await context.newPage()
  const url = await context.reach(server.url)
  const token = await server.token('ada')
  await page.goto(`${url}/?token=${token}`)
  const shows = (text: string) =>
    waitUntil(text, () =>
      page.evaluate((wanted) => document.querySelector('#messages')?.textContent?.includes(wanted), text),
    )
  await shows('hello (sent)')
  await page.evaluate(() => (globalThis as unknown as { send(text: string): void }).send('from the worker'))
  await shows('from the worker (sent)')
  expect(await page.evaluate(() => document.title)).toBe('live, ok')

  const answer = { url, token, roomId: 'general', content: 'from the service worker' }
  await page.evaluate(async (data) => {
    await navigator.serviceWorker.register('/service-worker.js', { type: 'module' })
    const { active } = await navigator.serviceWorker.ready
    active?.postMessage(data)
  }, answer)
  await shows('from the service worker (sent)')
  const { messages } = await readRoom(ben, 'general')
  expect(messages.map(({ content, senderId }) => `${senderId}: ${content}`)).toEqual([
    'ben: hello',
    'ada: from the worker',
    'ada: from the service worker',
  ])
  expect(await page.errors()).toEqual([])
  await context.close()
})
