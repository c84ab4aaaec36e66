import { waitUntil } from '@roomful/testing'
import type { TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { longRoom, textOf, timeOf } from './long-room'

const MANY = 100_000
const MOST_ROWS = 120

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await longRoom(MANY)
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

type Row = { readonly seq: number; readonly top: number; readonly isHighlighted: boolean }

/** The rows in view, and where they stand below the edge of the list. */
const inView = (chat: ChatPage): Promise<readonly Row[]> =>
  chat.page.evaluate(() => {
    const view = document.querySelector('[role=log]')?.getBoundingClientRect() ?? new DOMRect()
    return [...document.querySelectorAll<HTMLElement>('article')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > view.top && box.top < view.bottom)
      .map(({ row, box }) => ({
        seq: Number(row.dataset.seq),
        top: Math.round(box.top - view.top),
        isHighlighted: row.classList.contains('flash'),
      }))
  })

const landsOn = (chat: ChatPage, seq: number): Promise<true> =>
  waitUntil(`message ${seq} in view, and marked`, async () =>
    (await inView(chat)).some((row) => row.seq === seq && row.isHighlighted),
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}; in view are ${JSON.stringify(await inView(chat))}`)
  })

const isAtEnd = (chat: ChatPage, seq = MANY): Promise<true> =>
  waitUntil('the last message in view', async () => (await inView(chat)).at(-1)?.seq === seq)

/** Scrolls by a screen at a time, as often as that; resolves with the most rows that were in the page, and the last position. */
const scrollBy = (chat: ChatPage, screens: number): Promise<{ mostRows: number; jumps: number }> =>
  chat.page.evaluate(async (count) => {
    const log = document.querySelector('[role=log]')
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const topOf = (key: string | null) =>
      document.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect().top
    let mostRows = 0
    let jumps = 0
    for (let i = 0; i < Math.abs(count); i++) {
      while (document.querySelector('.history-edge')?.textContent?.startsWith('Loading')) await frame()
      log?.scrollBy(0, Math.sign(count) * log.clientHeight * 0.8)
      await frame()
      await frame()
      mostRows = Math.max(mostRows, document.querySelectorAll('article').length)
      // What is read stays in its place while pages are loaded and rows are measured.
      const edge = log?.getBoundingClientRect().top ?? 0
      const marked = [...document.querySelectorAll('article')].find(
        (row) => row.getBoundingClientRect().top >= edge,
      )
      const key = marked?.getAttribute('data-key') ?? null
      const before = topOf(key)
      for (let n = 0; n < 6; n++) await frame()
      const after = topOf(key)
      if (before !== undefined && (after === undefined || Math.abs(after - before) > 2)) jumps++
    }
    return { mostRows, jumps }
  }, screens)

async function goTo(chat: ChatPage, field: 'Day' | 'number', value: string): Promise<void> {
  await chat.page.evaluate(() => document.querySelector<HTMLElement>('.top-day, .day')?.click())
  await chat.has('dialog[open] input[type=date]')
  await chat.page.evaluate(
    ([type, text]) => {
      const input = document.querySelector<HTMLInputElement>(`dialog[open] input[type=${type}]`)
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
      set?.call(input, text)
      input?.dispatchEvent(new Event('input', { bubbles: true }))
    },
    [field === 'Day' ? 'date' : 'number', value],
  )
  await chat.click('Go')
}

describe(`a room of ${MANY} messages`, () => {
  test('opens at the end, with as many rows as fit; up and down again the page stays as small, and nothing jumps', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await isAtEnd(ada)
    const up = await scrollBy(ada, -40)
    const [top] = await inView(ada)
    expect(top?.seq).toBeLessThan(MANY - 300)
    const down = await scrollBy(ada, 45)
    await isAtEnd(ada)
    expect(Math.max(up.mostRows, down.mostRows)).toBeLessThanOrEqual(MOST_ROWS)
    expect([up.jumps, down.jumps]).toEqual([0, 0])
    expect(await ada.errors()).toEqual([])
  })

  test('a number, a day and an id lead to their message; Back leads back', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await isAtEnd(ada)
    await goTo(ada, 'number', '50000')
    await landsOn(ada, 50_000)
    await ada.focuses(textOf(50_000))
    await ada.click('Back')
    await isAtEnd(ada)

    const day = await ada.page.evaluate((iso) => {
      const date = new Date(iso)
      const two = (n: number) => String(n).padStart(2, '0')
      return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    }, timeOf(30_000).toISOString())
    const midnight = await ada.page.evaluate((date) => new Date(`${date}T00:00`).getTime(), day)
    await goTo(ada, 'Day', day)
    await landsOn(ada, Math.ceil((midnight - timeOf(1).getTime()) / 60_000) + 1)
    await waitUntil('its day over the list or in it', async () => (await ada.count('.day')) > 0)

    await goTo(ada, 'number', '7')
    await landsOn(ada, 7)
    expect(await ada.errors()).toEqual([])
  })

  test('the arrow keys go through rows that are not in the page, and the row with the focus stays in it', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await isAtEnd(ada)
    await ada.page.evaluate(() => document.querySelector<HTMLElement>('[role=log]')?.focus())
    await ada.page.press('ArrowUp')
    await ada.focuses(textOf(MANY))
    for (let i = 1; i <= 30; i++) {
      await ada.page.press('ArrowUp')
      // A row gets the focus when it is measured.
      await ada.focuses(textOf(MANY - i))
    }
    await scrollBy(ada, -10)
    expect(await ada.focused()).toBe(textOf(MANY - 30))
    await ada.page.press('End')
    await ada.focuses(textOf(MANY))
    await ada.page.press('Home')
    await waitUntil('an older row with the focus', async () =>
      ada.page.evaluate(
        (seq) => Number((document.activeElement as HTMLElement | null)?.dataset.seq) < seq,
        MANY - 45,
      ),
    )
    expect(await ada.errors()).toEqual([])
  })
})
