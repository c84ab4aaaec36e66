import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Chat } from '@roomful/client'
import { asRoomId } from '@roomful/protocol'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPages } from './build-page'
import type { TestBrowser, TestPage } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
let ada: Chat
const site = mkdtempSync(join(tmpdir(), 'roomful-scroll-'))
const READ = 500
const ALL = 2_900
/** Among what is unread, where it is not loaded when the room opens. */
const OWN = { from: 1_900, count: 7 }
const DELETED = 11

beforeAll(async () => {
  await buildPages(site, { index: 'scroll-page-main.tsx' })
  browser = await launchBrowser()
  server = await createTestServer({ static: site })
  ada = await createTestClient(server, 'ada')
  const ben = await createTestClient(server, 'ben')
  await write(1, READ)
  await ben.room('general').open()
  ben.room('general').markRead()
  await ben.flush()
  await write(READ + 1, OWN.from - 1)
  // From another device of the user's, which reads nothing.
  for (let n = 0; n < OWN.count; n++) ben.room('general').send('one’s own')
  await ben.flush()
  await ben.close()
  await write(OWN.from + OWN.count, ALL)
  const { messages } = await ada.request('fetch-history', {
    ...{ roomId: asRoomId('general'), afterSeq: OWN.from + 500, limit: DELETED },
  })
  for (const { id } of messages) await ada.room('general').delete(id)
})
afterAll(async () => {
  await ada?.close()
  await server?.close()
  await browser?.close()
  rmSync(site, { recursive: true })
})

async function write(from: number, to: number): Promise<void> {
  const room = ada.room('general')
  for (let seq = from; seq <= to; seq++) room.send(`message ${seq}`)
  await ada.flush()
}

/** The message at the top third of the list, and how far below its edge its row is. */
const topOf = (page: TestPage, seq: number): Promise<number | undefined> =>
  page.evaluate((wanted) => {
    const list = document.querySelector('#list')?.getBoundingClientRect().top ?? 0
    const row = document.querySelector(`[data-seq="${wanted}"]`)
    return row ? Math.round(row.getBoundingClientRect().top - list) : undefined
  }, seq)

const stateOf = (page: TestPage) =>
  page.evaluate(() => {
    const { newCount, dividerSeq, canGoBack, highlightedKey } = window.messageScroll
    const highlighted = document.querySelector(`[data-key="${highlightedKey}"]`)
    return {
      newCount,
      dividerSeq,
      canGoBack,
      highlighted: Number(highlighted?.getAttribute('data-seq') ?? 0),
    }
  })

test('a room with more unread than a page opens at the first of them; jumps land, and are taken back', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${await context.reach(server.url)}/?token=${await server.token('ben')}`)
  await waitUntil('the first unread message', async () => (await topOf(page, READ + 1)) === 96)
  // More than the server counts in one step.
  const unread = ALL - READ - OWN.count - DELETED
  await waitUntil('the count of all that is new', async () => (await stateOf(page)).newCount === unread)
  expect(await stateOf(page)).toEqual({
    newCount: unread,
    dividerSeq: READ,
    canGoBack: false,
    highlighted: 0,
  })

  const { messages } = await ada.request('fetch-history', {
    roomId: asRoomId('general'),
    aroundSeq: 1_700,
    limit: 1,
  })
  const [old] = messages
  await page.evaluate((id) => window.messageScroll.scrollTo(id, { highlight: true }), old?.id ?? '')
  await waitUntil('the message of the link', async () => (await topOf(page, 1_700)) === 133)
  expect(await stateOf(page)).toMatchObject({ highlighted: 1_700, canGoBack: true })

  await page.evaluate(() => window.messageScroll.goBack())
  await waitUntil('where it was', async () => (await topOf(page, READ + 1)) === 96)

  await page.evaluate((at) => window.messageScroll.scrollTo(new Date(at)), old?.createdAt ?? '')
  const landed = await waitUntil('a message of that time', () =>
    page.evaluate(() => {
      const list = document.querySelector('#list')?.getBoundingClientRect().top ?? 0
      const rows = [...document.querySelectorAll('[data-seq]')]
      const row = rows.find((one) => Math.round(one.getBoundingClientRect().top - list) === 133)
      return row && row.getAttribute('data-seq') !== null ? row.getAttribute('data-at') : undefined
    }),
  )
  expect(landed).toBe(old?.createdAt)

  await page.evaluate(() => window.messageScroll.scrollToBottom())
  await waitUntil('the end', () => topOf(page, ALL).then((top) => top !== undefined && top < 400))
  expect(await page.errors()).toEqual([])
  await context.close()
})
