import { readFileSync } from 'node:fs'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNginx } from '../../packages/testing/src/nginx'
import { ROOT } from '../../scripts/build.mjs'
import { temporaryFolder } from '../integration/roomful-command'
import { startServer, tokenOf } from '../integration/server-fixture'
import { buildPages } from './build-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import type { Polled } from './polling-page-main'
import { servePages } from './serve-pages'

const PATH = '/api/chat'
const NAMES = ['node1:3000', 'node2:3000', 'node3:3000']
const PAGES = 6

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('pages of another origin that poll stay at their server by the cookie of the balancer, with credentials only', async () => {
  using folder = temporaryFolder()
  await buildPages(folder.path, { index: 'polling-page-main.ts' })
  await using pages = await servePages(folder.path)
  const { origin } = pages
  const start = () => startServer({ path: PATH, origins: [origin], trustProxy: 1 })
  await using one = await start()
  await using two = await start()
  await using three = await start()
  const servers = [one, two, three]
  await using nginx = await startNginx(readFileSync(`${ROOT}/deploy/nginx.conf`, 'utf8'), {
    listen: 8080,
    servers: Object.fromEntries(NAMES.map((name, i) => [name, new URL(servers[i]?.url ?? '').host])),
  })
  const open = async (query: Record<string, string>) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    // Each server has its own rooms: who is online at one of them has polled that one alone.
    const token = await tokenOf('ann')
    await page.goto(`${origin}/?${new URLSearchParams({ chat: nginx.url + PATH, token, ...query })}`)
    const polled = (): Promise<Polled> =>
      page.evaluate(() => (window as unknown as { polled: Polled }).polled)
    return { context, page, polled }
  }
  const opened = await Promise.all(Array.from({ length: PAGES }, () => open({ cookies: '' })))
  for (const { polled } of opened)
    await waitUntil('a page to be online', async () => (await polled()).status === 'online')
  for (const { page, polled } of opened) {
    await page.evaluate(() => (window as unknown as { send(text: string): void }).send('by polling'))
    await waitUntil('its message', async () => (await polled()).texts.includes('by polling'))
    expect(await polled()).toMatchObject({ status: 'online', connections: 1 })
  }
  // Without it a poll comes to a server that does not know its connection, sooner or later.
  const without = await open({})
  await waitUntil('a refused poll', async () => (await without.polled()).status === 'waiting')
  await Promise.all([...opened, without].map(({ context }) => context.close()))
})
