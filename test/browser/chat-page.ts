import { waitUntil } from '@roomful/testing'
import type { TestBrowser, TestContext, TestPage } from './engine/port'
import { clickOn, fillIn, pointAtRow } from './user-input'

type ShownRow = {
  readonly key: string
  readonly seq: number
  readonly status: string
  readonly text: string | null
}

/** A user at the web chat, in a separate browser context. Finds everything by what a user sees. */
export class ChatPage implements AsyncDisposable {
  private constructor(
    readonly context: TestContext,
    readonly page: TestPage,
    /** The web chat's address, as this context reaches it. */
    readonly url: string,
  ) {}

  /** Signs in by name and waits for the open room. */
  static async join(browser: TestBrowser, url: string, name: string): Promise<ChatPage> {
    const context = await browser.newContext()
    const chat = new ChatPage(context, await context.newPage(), await context.reach(url))
    await chat.page.goto(chat.url)
    await fillIn(chat.page, 'Your name', name)
    await chat.click('Join')
    await chat.live()
    return chat
  }

  /** The same user in one more tab. */
  async openTab(): Promise<ChatPage> {
    const chat = new ChatPage(this.context, await this.context.newPage(), this.url)
    await chat.page.goto(this.url)
    await chat.live()
    return chat
  }

  /** The room is up to date. */
  live(): Promise<true> {
    return this.has('[data-room-status=live]')
  }

  /** The connection's status, as the app shows it. */
  connection(status: 'online' | 'waiting'): Promise<true> {
    return this.has(`[data-connection=${status}]`)
  }

  /** An element for the selector is in the page. */
  has(selector: string): Promise<true> {
    return waitUntil(`${selector} in the page`, () =>
      this.count(selector).then((count) => count > 0 || false),
    )
  }

  count(selector: string): Promise<number> {
    return this.page.evaluate((wanted) => document.querySelectorAll(wanted).length, selector)
  }

  /** Of the first element for the selector. */
  text(selector: string): Promise<string> {
    return this.page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector)
  }

  /** The first of these has this text in it. */
  says(selector: string, text: string): Promise<true> {
    return waitUntil(`"${text}" in ${selector}`, async () => (await this.text(selector)).includes(text))
  }

  click(name: string): Promise<void> {
    return clickOn(this.page, { role: 'button', name })
  }

  fill(name: string, text: string): Promise<void> {
    return fillIn(this.page, name, text)
  }

  async send(text: string): Promise<void> {
    await this.fill('Message', text)
    await this.click('Send')
  }

  /** The row is there, with this status. */
  shows(text: string, status = 'sent'): Promise<true> {
    return waitUntil(`"${text}" to be ${status}`, async () =>
      (await this.rows()).some((row) => row.text === text && row.status === status),
    )
  }

  async edit(text: string, into: string): Promise<void> {
    await pointAtRow(this.page, text)
    await clickOn(this.page, { role: 'button', name: 'Edit message', inRow: text })
    // The text of the message is in the field by then.
    await this.has('textarea[placeholder="Edit the message"]')
    await this.fill('Message', into)
    await this.click('Save')
  }

  async delete(text: string): Promise<void> {
    await pointAtRow(this.page, text)
    await clickOn(this.page, { role: 'button', name: 'Delete message', inRow: text })
  }

  /** Every row in the order of the page. `text` is null if the message was deleted. */
  rows(): Promise<ShownRow[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('article')].map((article) => ({
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

  /** Waits until the page shows exactly these, in this order, all of them sent. */
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

  /** Scrolls up to the beginning, and returns every row seen on the way, by seq. */
  async readAll(lastSeq: number): Promise<ShownRow[]> {
    const seen = new Map<number, ShownRow>()
    await waitUntil('the first message', async () => {
      for (const row of await this.rows()) seen.set(row.seq, row)
      await this.page.evaluate(() => document.querySelector('[role=log]')?.scrollTo({ top: 0 }))
      return seen.has(1) && seen.size >= lastSeq
    })
    return [...seen.values()].sort((a, b) => a.seq - b.seq)
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.live()
  }

  errors(): Promise<readonly string[]> {
    return this.page.errors()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close()
  }
}
