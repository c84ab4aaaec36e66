import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { Point, TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { type Finger, inWindow, tooSmall } from './small-window'
import { fillIn } from './user-input'

const PHONE = [390, 844] as const
/** 1280 × 1024 at 400 %. */
const ZOOMED = [320, 256] as const

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
  const ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
  const room = ben.room('general')
  await room.open()
  for (let i = 1; i <= 12; i++) await room.send(`message ${i}`)
  await ben.close()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function join(
  size: readonly [number, number],
  isPhone: boolean,
): Promise<{ ada: ChatPage; finger: Finger }> {
  const ada = await ChatPage.open(browser, server.url)
  const finger = await inWindow(ada.page, size, { isPhone })
  await fillIn(ada.page, 'Your name', 'Ada')
  await ada.click('Join')
  await ada.has('[data-room=general]')
  // Where it clicked last a mouse would point at a message.
  await ada.page.hover({ x: 1, y: 1 })
  await ada.page.evaluate(() => {
    location.hash = '#/rooms/general'
  })
  await ada.live()
  await ada.shows('message 12')
  return { ada, finger }
}

const middleOf = (chat: ChatPage, text: string): Promise<Point> =>
  chat.page.evaluate((wanted) => {
    const row = [...document.querySelectorAll('article')].find(
      (one) => one.querySelector('[data-testid=content]')?.textContent === wanted,
    )
    const { left, top, width, height } = row?.getBoundingClientRect() ?? new DOMRect()
    return { x: left + width / 2, y: top + height / 2 }
  }, text)
const paneOf = (chat: ChatPage): Promise<string | null> =>
  chat.page.evaluate(() => document.querySelector('.app')?.getAttribute('data-pane') ?? null)

describe('on a phone', () => {
  test('a finger that rests on a message opens its actions, and one that moves does not', async () => {
    const { ada, finger } = await join(PHONE, true)
    const at = await middleOf(ada, 'message 11')
    // Together: between two commands a busy machine may let the finger rest.
    await Promise.all([finger.down(at), finger.moveTo({ x: at.x, y: at.y - 30 })])
    // As long as the other one takes, by the same clock.
    await ada.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
    expect(await ada.count('.actions')).toBe(0)
    await finger.up()

    await finger.down(await middleOf(ada, 'message 11'))
    await ada.has('.actions')
    await finger.up()
    await ada.focuses('message 11')
    expect(await tooSmall(ada.page)).toEqual([])
    expect(await ada.errors()).toEqual([])
    await ada.context.close()
  })

  test('a swipe from the edge leads to the list; from the middle, or a short one, it leads nowhere', async () => {
    const { ada, finger } = await join(PHONE, true)
    const swipe = async (from: number, to: number): Promise<void> => {
      await finger.down({ x: from, y: 400 })
      for (const part of [0.3, 0.6, 1]) await finger.moveTo({ x: from + (to - from) * part, y: 404 })
      await finger.up()
    }
    // Its code is loaded when the room is there; before that no finger leads anywhere.
    await waitUntil('the room to follow a finger', async () => {
      await finger.down({ x: 6, y: 400 })
      await finger.moveTo({ x: 36, y: 404 })
      const follows = await ada.page.evaluate(
        () => (document.querySelector<HTMLElement>('.room')?.style.translate ?? '') !== '',
      )
      await finger.up()
      return follows
    })
    await swipe(150, 300)
    await swipe(6, 50)
    expect(await paneOf(ada)).toBe('room')
    await swipe(6, 200)
    await waitUntil('the list', async () => (await paneOf(ada)) === 'rooms')
    expect(await tooSmall(ada.page)).toEqual([])
    expect(await ada.errors()).toEqual([])
    await ada.context.close()
  })

  test('in dialogs too a finger finds each control', async () => {
    const { ada } = await join(PHONE, true)
    const small: [string, readonly string[]][] = []
    const look = async (opener: string): Promise<void> => {
      await ada.click(opener)
      await ada.has('dialog[open] .dialog-body')
      small.push([opener, await tooSmall(ada.page)])
      await ada.click('Close')
      await waitUntil('no dialog', async () => (await ada.count('dialog[open]')) === 0)
    }
    for (const opener of ['Members', 'Link to this room']) await look(opener)
    await ada.click('Back to the rooms')
    for (const opener of ['Settings', 'New room', 'Browse rooms']) await look(opener)
    expect(small.filter(([, names]) => names.length > 0)).toEqual([])
    await ada.context.close()
  })

  test('the verdict of the chaos page is seen whole', async () => {
    const ada = await ChatPage.open(browser, `${server.url}/chaos`)
    await inWindow(ada.page, PHONE, { isPhone: true })
    await ada.has('main[data-phase=ready] .chaos-verdict')
    const { hidden, outside } = await ada.page.evaluate(() => {
      const verdict = document.querySelector('.chaos-verdict')
      const text = verdict?.querySelector('p')?.getBoundingClientRect()
      const box = verdict?.getBoundingClientRect()
      if (!verdict || !text || !box) throw new Error('no verdict')
      return {
        hidden: verdict.scrollHeight - verdict.clientHeight,
        outside: text.bottom > box.bottom || text.right > window.innerWidth,
      }
    })
    expect({ hidden, outside }).toEqual({ hidden: 0, outside: false })
    await ada.context.close()
  })
})

test('at 400 % the last message and the field are in sight, and can be used', async () => {
  const { ada } = await join(ZOOMED, false)
  await ada.send('written at 400 %')
  await ada.shows('written at 400 %')
  const seen = () =>
    ada.page.evaluate(() => {
      const log = document.querySelector('[role=log]')?.getBoundingClientRect() ?? new DOMRect()
      const boxOf = (element: Element | null | undefined) => element?.getBoundingClientRect() ?? new DOMRect()
      const last = boxOf([...document.querySelectorAll('article')].at(-1)?.querySelector('.text'))
      const [field, send] = [
        boxOf(document.querySelector('textarea')),
        boxOf(document.querySelector('.send')),
      ]
      const isInWindow = ({ left, right, top, bottom }: DOMRect): boolean =>
        left >= 0 && right <= window.innerWidth && top >= 0 && bottom <= window.innerHeight
      return {
        last: last.height > 0 && last.top >= log.top && last.bottom <= log.bottom && isInWindow(last),
        field: isInWindow(field) && field.width > 100,
        send: isInWindow(send),
        // A third of the window at least is for what is read.
        log: log.height >= window.innerHeight / 3,
      }
    })
  const all = { last: true, field: true, send: true, log: true }
  await waitUntil('the last message in sight', async () => (await seen()).last)
  expect(await seen()).toEqual(all)
  // A reply takes one line more.
  await ada.page.evaluate(() => [...document.querySelectorAll('article')].at(-1)?.focus())
  await ada.page.press('r')
  await ada.has('.composer-context')
  expect(await seen()).toMatchObject({ field: true, send: true })
  expect(await ada.errors()).toEqual([])
  await ada.context.close()
})
