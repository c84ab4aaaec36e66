import { waitUntil } from '@roomful/testing'
import { createTcpProxy, type ServerProcess, type TcpProxy } from '@roomful/testing/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { NO_LIMITS, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { violations } from './axe'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let server: ServerProcess
const folder = temporaryFolder()
beforeAll(async () => {
  browser = await launchBrowser()
  const places = ['--database', `sqlite:${folder.path}/chat.db`, '--files', `${folder.path}/files`]
  server = await serve(['--port', '0', ...places, '--static', WEB_CHAT, ...NO_LIMITS])
})
afterAll(async () => {
  await browser.close()
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

type Chosen = { readonly name: string; readonly type: string; readonly content: string }
const CAT: Chosen = { name: 'cat.png', type: 'image/png', content: PNG.toString('base64') }
const text = (name: string, bytes: number): Chosen => ({
  ...{ name, type: 'text/plain' },
  content: Buffer.alloc(bytes, 'all is well\n').toString('base64'),
})

/** Hands files to the page as a choice, a paste or a drop does. */
const give = (chat: ChatPage, how: 'choose' | 'paste' | 'drop', ...files: Chosen[]): Promise<void> =>
  chat.page.evaluate(
    ({ how, files }) => {
      const data = new DataTransfer()
      const find = (selector: string): Element => {
        const found = document.querySelector(selector)
        if (found === null) throw new Error(`there is no ${selector}`)
        return found
      }
      for (const { name, type, content } of files) {
        const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0))
        data.items.add(new File([bytes], name, { type }))
      }
      if (how === 'choose') {
        const input = find('[data-testid=attach]') as HTMLInputElement
        input.files = data.files
        input.dispatchEvent(new Event('change', { bubbles: true }))
      } else if (how === 'paste') {
        const paste = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        find('textarea').dispatchEvent(paste)
      } else {
        const drop = { dataTransfer: data, bubbles: true, cancelable: true }
        find('[role=log]').dispatchEvent(new DragEvent('dragover', drop))
        find('[role=log]').dispatchEvent(new DragEvent('drop', drop))
      }
    },
    { how, files },
  )

/** The pictures that are shown: what they are called, and how large they are in the file. */
const pictures = (chat: ChatPage): Promise<{ alt: string; width: number }[]> =>
  chat.page.evaluate(() =>
    [...document.querySelectorAll<HTMLImageElement>('.picture img')].map(({ alt, naturalWidth }) => ({
      ...{ alt, width: naturalWidth },
    })),
  )

const statusOf = (chat: ChatPage, name: string): Promise<string | null> =>
  chat.page.evaluate((wanted) => {
    const names = [...document.querySelectorAll('article .file-name')]
    const row = names.find((one) => one.textContent === wanted)?.closest('article')
    return row?.getAttribute('data-status') ?? null
  }, name)

const isSent = (chat: ChatPage, name: string): Promise<true> =>
  waitUntil(`${name} to be sent`, async () => (await statusOf(chat, name)) === 'sent')

/** A part of the file has left the page, and nothing of it arrives. */
async function halfWay(chat: ChatPage, line: TcpProxy, name: string): Promise<void> {
  // By then the page knows how this server takes files.
  await give(chat, 'choose', text(`before ${name}`, 100))
  await chat.click('Send')
  await isSent(chat, `before ${name}`)
  line.freeze()
  await give(chat, 'choose', text(name, 3_000_000))
  await chat.click('Send')
  await waitUntil('a part of it to leave', () =>
    chat.page.evaluate(
      () => Number(document.querySelector<HTMLProgressElement>('.upload progress')?.value) > 0,
    ),
  )
}

describe('in the web chat', () => {
  test('files are attached by choice, paste and drop, taken away again, and sent with a caption', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await using ben = await ChatPage.join(browser, server.url, 'Ben')
    await give(ada, 'choose', CAT)
    await give(ada, 'paste', text('notes.txt', 5_000))
    await give(ada, 'drop', text('report.txt', 20_000))
    await ada.has('.attached li:nth-child(3)')
    await ada.click('Remove notes.txt')
    expect(await violations(ada.page)).toEqual([])
    await ada.fill('Message', 'my cat')
    await ada.click('Send')
    for (const chat of [ada, ben]) {
      await waitUntil('the picture', async () => (await pictures(chat)).length === 1)
      await waitUntil('its content', async () => ((await pictures(chat))[0]?.width ?? 0) > 0)
      expect(await pictures(chat)).toEqual([{ alt: 'my cat', width: 1 }])
      await isSent(chat, 'report.txt')
    }
    await ben.shows('my cat')
    expect(await ben.text('.file-card .file-size')).toBe('20 KB')
    await ben.click('Open my cat')
    await ben.has('dialog[open] .lightbox img')
    await ben.says('dialog[open] h2', 'my cat')
    await ben.has('dialog[open] [aria-label^="Download "]')
    expect(await violations(ben.page)).toEqual([])
    await ben.click('Close')
    expect(await ada.count('.attached')).toBe(0)
    expect(await violations(ben.page)).toEqual([])
    expect(await ben.errors()).toEqual([])
  })

  test('a file that the server does not take says so, and can be discarded', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await give(ada, 'choose', {
      name: 'virus.exe',
      type: 'application/x-msdownload',
      content: btoa('MZ\0\u0090'),
    })
    await ada.click('Send')
    await ada.says('.failure', 'Files of this kind cannot be sent here')
    expect(await violations(ada.page)).toEqual([])
  })

  test('a file sent without a network is uploaded when it is back, once', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await using ben = await ChatPage.join(browser, server.url, 'Ben')
    await ada.context.setOffline(true)
    await give(ada, 'choose', text('tunnel.txt', 3_000_000))
    await ada.click('Send')
    await ada.has('[data-upload=waiting]')
    await ada.context.setOffline(false)
    await isSent(ben, 'tunnel.txt')
    await isSent(ada, 'tunnel.txt')
    const shown = await ben.page.evaluate(
      () =>
        [...document.querySelectorAll('.file-name')].filter((one) => one.textContent === 'tunnel.txt').length,
    )
    expect(shown).toBe(1)
  })

  test('a reload in the middle of an upload goes on with it', async () => {
    await using line = await createTcpProxy(Number(new URL(server.url).port))
    await using ada = await ChatPage.join(browser, line.url, 'Ada')
    await using ben = await ChatPage.join(browser, server.url, 'Ben')
    await halfWay(ada, line, 'reloaded.txt')
    await keptOnDisk(ada)
    line.cut()
    line.heal()
    await ada.page.reload()
    await isSent(ben, 'reloaded.txt')
    await isSent(ada, 'reloaded.txt')
  })

  test('an upload can be cancelled', async () => {
    await using ada = await ChatPage.join(browser, server.url, 'Ada')
    await ada.context.setOffline(true)
    await give(ada, 'choose', text('regret.txt', 100_000))
    await ada.click('Send')
    await ada.has('[data-upload=waiting]')
    await ada.click('Cancel the upload of regret.txt')
    await waitUntil('no upload', async () => (await ada.count('[data-upload]')) === 0)
    expect(await statusOf(ada, 'regret.txt')).toBeNull()
  })
})

/** All pieces of the one file that is not sent are in IndexedDB. */
const keptOnDisk = (chat: ChatPage): Promise<true> =>
  waitUntil('the file on the disk', () =>
    chat.page.evaluate(async () => {
      const names = (await indexedDB.databases()).flatMap(({ name }) => (name?.includes(':') ? [name] : []))
      for (const name of names) {
        const isWhole = await new Promise<boolean>((resolve) => {
          const opening = indexedDB.open(name)
          opening.onsuccess = () => {
            const database = opening.result
            const reading = database.transaction('meta').objectStore('meta').getAll()
            reading.onsuccess = () => {
              database.close()
              resolve(
                reading.result.some((value: unknown) => JSON.stringify(value).includes('"isWhole":true')),
              )
            }
          }
        })
        if (isWhole) return true
      }
      return false
    }),
  )
