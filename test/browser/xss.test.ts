import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: TestServer
beforeAll(async () => {
  browser = await launchBrowser()
  server = await createTestServer({ static: WEB_CHAT })
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

/** Each calls `xss()` if a page lets it. */
const HTML = [
  '<script>xss()</script>',
  '<script src="data:text/javascript,xss()"></script>',
  '<img src=x onerror=xss()>',
  '<img src="x" onerror="xss()" />',
  '<IMG SRC=javascript:xss()>',
  '<svg onload=xss()>',
  '<svg><script>xss()</script></svg>',
  '<svg><animate onbegin=xss() attributeName=x dur=1s>',
  '<body onload=xss()>',
  '<iframe src=javascript:xss()></iframe>',
  '<iframe srcdoc="<script>parent.xss()</script>"></iframe>',
  '<object data=javascript:xss()></object>',
  '<embed src=javascript:xss()>',
  '<a href=javascript:xss()>click</a>',
  '<a href="java\tscript:xss()">click</a>',
  '<form action=javascript:xss()><input type=submit autofocus></form>',
  '<input autofocus onfocus=xss()>',
  '<details open ontoggle=xss()>',
  '<video><source onerror=xss()></video>',
  '<audio src=x onerror=xss()>',
  '<math><mi xlink:href="javascript:xss()">x</mi></math>',
  '<link rel=stylesheet href=javascript:xss()>',
  '<style>@import "javascript:xss()";</style>',
  '<meta http-equiv=refresh content="0;url=javascript:xss()">',
  '<base href="javascript:xss()//">',
  '"><script>xss()</script>',
  "'><img src=x onerror=xss()>",
  '</textarea><script>xss()</script>',
  '</title><script>xss()</script>',
  '<!--><script>xss()</script>-->',
  '<![CDATA[<script>xss()</script>]]>',
  '<template><script>xss()</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=xss()>">',
  '{{constructor.constructor("xss()")()}}',
  `\${xss()}`,
] as const
const MARKDOWN = [
  '[click](javascript:xss())',
  '[click](JaVaScRiPt:xss())',
  '[click](java\nscript:xss())',
  '[click](&#106;avascript:xss())',
  '[click](javascript&colon;xss())',
  '[click](\u0001javascript:xss())',
  '[click](data:text/html,<script>xss()</script>)',
  '[click](vbscript:xss())',
  '[click](file:///etc/passwd)',
  '[click](blob:https://example.com/x)',
  '[click](<javascript:xss()>)',
  '[click](//example.com "onmouseover=xss()")',
  '[click]: javascript:xss()\n\n[click]',
  '![img](javascript:xss())',
  '![img](x" onerror="xss())',
  '![img](data:image/svg+xml,<svg onload=xss()>)',
  '<javascript:xss()>',
  '<https://example.com/"onmouseover="xss()>',
  'https://example.com/"onmouseover="xss()',
  '**<img src=x onerror=xss()>**',
  '`<img src=x onerror=xss()>`',
  '```html\n<img src=x onerror=xss()>\n```',
  '```"><script>xss()</script>\ncode\n```',
  '| <img src=x onerror=xss()> |\n|---|\n| [c](javascript:xss()) |',
  '> <script>xss()</script>',
  '- <script>xss()</script>',
  '# <script>xss()</script>',
  '[a](javascript:xss() "<script>xss()</script>")',
  '<div>\n<script>xss()</script>\n</div>',
  '[![x](javascript:xss())](javascript:xss())',
] as const

/** What ran, what could run at a click, and what an element of somebody else's making would be. */
function lookAt(
  chat: ChatPage,
): Promise<{ ran: number; links: readonly string[]; elements: readonly string[] }> {
  return chat.page.evaluate(() => ({
    ran: (window as unknown as { ran?: number }).ran ?? 0,
    links: [...document.querySelectorAll('a[href]')]
      .map((link) => (link as HTMLAnchorElement).protocol)
      .filter((protocol) => !['http:', 'https:', 'mailto:'].includes(protocol)),
    elements: [
      ...document.querySelectorAll(
        '#root :is(script, iframe, object, embed, link, style, meta, base, math, audio, video, template, form:not(.composer)), #root svg:not(.icon), #root [style*="url"]',
      ),
      ...[...document.querySelectorAll('#root *')].filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith('on')),
      ),
    ].map(({ outerHTML }) => outerHTML),
  }))
}
const NOTHING = { ran: 0, links: [], elements: [] }

async function watched(name: string): Promise<ChatPage> {
  const chat = await ChatPage.join(browser, server.url, name)
  await chat.page.evaluate(() => {
    const counted = window as unknown as { ran: number; xss(): void }
    counted.ran = 0
    counted.xss = () => {
      counted.ran++
    }
  })
  return chat
}

test('there are at least sixty of them', () => {
  expect(HTML.length + MARKDOWN.length).toBeGreaterThanOrEqual(60)
})

describe('nothing of it runs, and no link leads anywhere but to the web or a mailbox', () => {
  test.each(['Formatted (Markdown)', 'As typed', 'Bubbles'])('as messages: %s', async (setting) => {
    const mallory = await createTestClient(server, `mallory-${setting.length}`)
    const room = await mallory.createRoom({ name: 'Attacks', type: 'public' })
    await using ada = await watched('Ada')
    await ada.set(setting)
    await ada.page.evaluate((id) => {
      location.hash = `#/rooms/${id}`
    }, room.id)
    await ada.click('Join this room')
    await ada.live()
    const payloads = [...HTML, ...MARKDOWN]
    for (const payload of payloads) await room.send(payload)
    const last = room.getState().lastSeq
    await waitUntil('the last of them', async () => (await ada.rows()).at(-1)?.seq === last)
    // Only rows near the view are in the page: it is looked at wherever it is scrolled to.
    const found: unknown[] = []
    const rows = await ada.readAll(last, async () => void found.push(await lookAt(ada)))
    expect(rows.filter(({ text }) => text !== null).length).toBeGreaterThanOrEqual(payloads.length)
    for (const what of found) expect(what).toEqual(NOTHING)
    expect(await ada.errors()).toEqual([])
    await mallory.close()
  })

  test('as names of people and rooms, in lists, dialogs, quotes, pins and announcements', async () => {
    await using ada = await watched('Ada')
    // Names are one line, and up to 100 characters.
    for (const [i, name] of HTML.filter((text) => text.length <= 100 && !/[\t\n]/.test(text)).entries()) {
      const mallory = await createTestClient(server, { id: `m${i}`, name })
      await mallory.createRoom({ name, type: 'public' })
      const general = mallory.room('general')
      const first = await general.send(name)
      await general.send({ content: 'see above', replyTo: first.id })
      general.setTyping(true)
      await mallory.close()
    }
    await waitUntil('the last of them', async () => (await ada.rows()).at(-1)?.text === 'see above')
    await ada.click('Members')
    await ada.has('dialog li')
    expect(await lookAt(ada)).toEqual(NOTHING)
    await ada.click('Close')
    await ada.click('Browse rooms')
    await ada.has('dialog li')
    expect(await lookAt(ada)).toEqual(NOTHING)
    expect(await ada.errors()).toEqual([])
  })
})

test('the policy of the page would let none of it run either', async () => {
  await using ada = await watched('Ada')
  const ran = await ada.page.evaluate(
    async (payloads) => {
      const ground = document.createElement('div')
      document.body.append(ground)
      for (const payload of payloads) {
        ground.innerHTML = payload
        for (const element of ground.querySelectorAll<HTMLElement>('a, input')) element.click()
      }
      // Its own failure comes after that of all pictures before it.
      const last = new Image()
      await new Promise((resolve) => {
        last.onerror = resolve
        last.src = 'x'
      })
      return (window as unknown as { ran: number }).ran
    },
    HTML.filter((payload) => !payload.includes('http-equiv') && !payload.includes('<base')),
  )
  expect(ran).toBe(0)
})
