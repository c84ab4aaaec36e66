import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DevServer, startDevServer } from '../integration/dev-server'
import { serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
import { chaosAddress, hasElement, reached, resultOf, runChaosDemo, tabTo, textIn } from './chaos-demo'
import type { TestBrowser, TestPage } from './engine/port'
import { launchBrowser } from './engines'
import { onDisk } from './on-disk'

let browser: TestBrowser
let server: DevServer
const folder = temporaryFolder()
const QUERY = { seed: 5, seconds: 20, pace: 4, messages: 10_000 }

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startDevServer(`sqlite:${folder.path}/chat.db`)
})
afterAll(async () => {
  await browser.close()
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

async function onPage(
  run: (page: TestPage) => Promise<void>,
  { url = server.url, path = chaosAddress('', QUERY) } = {},
): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto((await context.reach(url)) + path)
    await run(page)
    expect(await page.errors()).toEqual([])
  } finally {
    await context.close()
  }
}

test('all goes wrong for both, the server is killed, and nothing is lost, doubled or out of order', async () => {
  const { verdict, figures, hashes } = await runChaosDemo(browser, server.url, {
    ...QUERY,
    seconds: 30,
    pace: 8,
  })
  expect(figures).toMatchObject({ lost: 0, doubled: 0, 'out-of-order': 0 })
  expect(verdict).toBe('equal')
  expect(new Set(Object.values(hashes)).size).toBe(1)
  // Something has gone wrong, and both have talked.
  for (const name of ['sent', 'acked', 'faults', 'reloads', 'restarts'])
    expect(figures[name]).toBeGreaterThan(0)
})

test('by the keyboard alone: one side goes offline, writes, is reloaded, and settles', () =>
  onPage(async (page) => {
    await hasElement(page, '[data-side=anna] [data-connection=online][data-room-status=live]')
    await tabTo(page, '[data-side=anna] [data-fault=offline]')
    await page.press('Enter')
    await hasElement(page, '[data-side=anna] [data-fault=offline][aria-pressed=true]')
    await hasElement(page, '[data-side=anna] [data-connection=waiting]')
    await tabTo(page, '[aria-label="Message as Anna"]')
    await page.type('from the tunnel')
    await page.press('Enter')
    await hasElement(page, '[data-side=anna] [data-status=queued]')
    expect(await textIn(page, '[data-side=ben] [role=log]')).not.toContain('from the tunnel')

    // What waits survives a reload, as soon as it is on the disk.
    await waitUntil('it to be on disk', async () => (await onDisk(page)).entries?.includes('from the tunnel'))
    await tabTo(page, '[data-side=anna] [data-action=reload]')
    await page.press('Enter')
    await hasElement(page, '[data-side=anna][data-life="2"] [data-status=queued]')
    await tabTo(page, '[data-action=settle]')
    await page.press('Enter')
    await reached(page, 'settled')
    await waitUntil('what Ben sees', async () =>
      (await textIn(page, '[data-side=ben] [role=log]')).includes('from the tunnel'),
    )
    expect(await resultOf(page)).toMatchObject({
      verdict: 'equal',
      figures: { lost: 0, doubled: 0, 'out-of-order': 0, sent: 1, acked: 1, reloads: 1 },
    })
  }))

test('axe finds nothing in it, before and after', () =>
  onPage(async (page) => {
    await reached(page, 'ready')
    expect(await violations(page)).toEqual([])
    await tabTo(page, '[data-action=settle]')
    await page.press('Enter')
    await reached(page, 'settled')
    expect(await violations(page)).toEqual([])
  }))

test('the inspector of a side opens by keys, shows its room and frames, and axe finds nothing in it', () =>
  onPage(async (page) => {
    await hasElement(page, '[data-side=anna] [data-connection=online][data-room-status=live]')
    await tabTo(page, '[data-side=anna] [data-action=inspect]')
    await page.press('Enter')
    await hasElement(page, '.rdt-panel [role=tab]')
    expect(await violations(page)).toEqual([])
    await tabTo(page, '.rdt-panel [role=tab][aria-selected=true]')
    await page.press('ArrowRight')
    await hasElement(page, '.rdt-panel table[aria-label=Rooms]')
    await waitUntil('the room in the panel', async () =>
      (await textIn(page, '.rdt-panel')).includes('synced'),
    )
    expect(await violations(page)).toEqual([])
    for (let i = 0; i < 2; i++) await page.press('ArrowRight')
    await hasElement(page, '.rdt-panel [aria-label=Timeline]')
    expect(await violations(page)).toEqual([])
    await page.press('ArrowRight')
    await hasElement(page, '.rdt-panel .rdt-knobs')
    expect(await violations(page)).toEqual([])
    await page.press('Escape')
    await hasElement(page, 'main:not(:has(.rdt-panel))')
  }))

test('the server of `roomful serve` cannot be killed from it, and it says why', async () => {
  const args = ['--port', '0', '--database', `sqlite:${folder.path}/other.db`, '--static', WEB_CHAT]
  await using plain = await serve(args)
  const look = async (page: TestPage) => {
    await hasElement(page, '#no-restart')
    await hasElement(page, '[data-action=kill]:disabled')
  }
  await onPage(look, { url: plain.url })
})

test('the sign-in leads there', () =>
  onPage(
    async (page) => {
      await hasElement(page, '[name=name]')
      await tabTo(page, 'a[href=chaos]')
      await page.press('Enter')
      await reached(page, 'ready')
    },
    { path: '/' },
  ))
