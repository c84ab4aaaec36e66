import { waitUntil } from '@roomful/testing'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'

type ShownRow = {
  readonly key: string
  readonly seq: number
  readonly status: string
  readonly text: string | null
}

/** One person at the web chat, in a browser context of his own. All is found by what a person is told. */
export class ChatPage implements AsyncDisposable {
  /** What went wrong in the page: nothing may. */
  readonly errors: string[] = []

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  /** Signs in by name and waits for the open room. */
  static async join(browser: Browser, url: string, name: string): Promise<ChatPage> {
    const context = await browser.newContext()
    const page = await context.newPage()
    const chat = new ChatPage(context, page)
    await page.goto(url)
    await page.getByRole('textbox', { name: 'Your name' }).fill(name)
    await page.getByRole('button', { name: 'Join' }).click()
    await chat.live()
    return chat
  }

  /** The room is up to date. */
  async live(): Promise<void> {
    await this.page.locator('[data-room-status=live]').waitFor()
  }

  /** The line's status, as the app says it. */
  async connection(status: 'online' | 'waiting'): Promise<void> {
    await this.page.locator(`[data-connection=${status}]`).waitFor()
  }

  async send(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text)
    await this.page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  row(text: string): Locator {
    return this.page.getByRole('article').filter({ has: this.page.getByText(text, { exact: true }) })
  }

  /** The row is there, with this status. */
  async shows(text: string, status = 'sent'): Promise<void> {
    await this.row(text)
      .and(this.page.locator(`[data-status=${status}]`))
      .waitFor()
  }

  async edit(text: string, into: string): Promise<void> {
    await this.row(text).hover()
    await this.row(text).getByRole('button', { name: 'Edit message' }).click()
    await this.page.getByRole('textbox', { name: 'Message' }).fill(into)
    await this.page.getByRole('button', { name: 'Save' }).click()
  }

  async delete(text: string): Promise<void> {
    await this.row(text).hover()
    await this.row(text).getByRole('button', { name: 'Delete message' }).click()
  }

  /** Every row in the order of the page. `text` is null where the message was deleted. */
  rows(): Promise<ShownRow[]> {
    return this.page.locator('article').evaluateAll((articles) =>
      articles.map((article) => ({
        key: article.getAttribute('data-key') ?? '',
        seq: Number(article.getAttribute('data-seq')),
        status: article.getAttribute('data-status') ?? '',
        text: article.querySelector('[data-testid=content]')?.textContent ?? null,
      })),
    )
  }

  async texts(): Promise<(string | null)[]> {
    return (await this.rows()).map(({ text }) => text)
  }

  /** Waits until the page shows just these, in this order, all of them sent. */
  async settlesAs(texts: readonly string[]): Promise<void> {
    let rows: ShownRow[] = []
    await waitUntil(`${texts.length} rows`, async () => {
      rows = await this.rows()
      const alive = rows.filter(({ text }) => text !== null)
      return (
        alive.length === texts.length &&
        alive.every(({ text, status }, i) => status === 'sent' && text === texts[i])
      )
    }).catch((error: Error) => {
      throw new Error(
        `${error.message}; it shows ${JSON.stringify(rows.map((row) => [row.text, row.status]))}`,
      )
    })
  }

  /** Scrolls up until the beginning, and answers every row seen on the way, by seq. */
  async readAll(lastSeq: number): Promise<ShownRow[]> {
    const seen = new Map<number, ShownRow>()
    await waitUntil('the first message', async () => {
      for (const row of await this.rows()) seen.set(row.seq, row)
      await this.page.getByRole('log').evaluate((log) => log.scrollTo({ top: 0 }))
      return seen.has(1) && seen.size >= lastSeq
    })
    return [...seen.values()].sort((a, b) => a.seq - b.seq)
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.live()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Routes end before their pages: an answer that is on its way would find none.
    await this.context.unrouteAll({ behavior: 'wait' })
    await this.context.close()
  }
}
