import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../scripts/build.mjs'
import { gitLog, makeRepository, trickyMessages } from '../integration/git-repository'
import { NO_LIMITS, roomful, serve, temporaryFolder, WEB_CHAT } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const start = (folder: string, port = '0'): Promise<ServerProcess> =>
  serve(['--port', port, '--database', `sqlite:${folder}/chat.db`, '--static', WEB_CHAT, ...NO_LIMITS])

const recordsOf = (log: Buffer): string[] => log.toString().split('\0').slice(0, -1)

/** Compares every row of the page with every record that was sent: the same, in the same order, byte for byte. */
async function expectShown(page: ChatPage, records: readonly string[]): Promise<void> {
  const rows = records.length === 0 ? [] : await page.readAll(records.length)
  expect(rows.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1))
  for (const [i, { text }] of rows.entries()) {
    expect(Buffer.from(text ?? '').equals(Buffer.from(records[i] ?? '')), `row ${i + 1}: ${text}`).toBe(true)
  }
}

test.each([
  ["the project's own git log", async () => gitLog(ROOT)],
  [
    '1,000 commits of texts that are easily changed',
    async (folder: string) => {
      await makeRepository(`${folder}/repository`, trickyMessages(1_000))
      return gitLog(`${folder}/repository`)
    },
  ],
])(
  'the page shows %s unchanged, scrolled up to its beginning, through a kill -9 of the server',
  async (_, logOf) => {
    using folder = temporaryFolder()
    const log = await logOf(folder.path)
    const records = recordsOf(log)
    let server = await start(folder.path)
    try {
      await using page = await ChatPage.join(browser, server.url, 'Reader')
      await page.set('As typed')
      const sent = await roomful(['send', 'general', '--null', '--url', server.url], { stdin: log })
      expect(sent).toMatchObject({ code: 0, stderr: expect.stringMatching(/^[\d,]+ messages sent in /m) })

      const port = String(server.port)
      await server.kill()
      await page.connection('waiting')
      server = await start(folder.path, port)
      await page.live()
      await page.reload()
      await expectShown(page, records)
      expect(await page.errors()).toEqual([])
    } finally {
      await server[Symbol.asyncDispose]()
    }
  },
)
