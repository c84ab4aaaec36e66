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

  /** The page as it is before a sign-in. */
  static async open(browser: TestBrowser, url: string): Promise<ChatPage> {
    const context = await browser.newContext()
    const chat = new ChatPage(context, await context.newPage(), await context.reach(url))
    await chat.page.goto(chat.url)
    return chat
  }

  /** Signs in by name and waits for the open room. */
  static async join(browser: TestBrowser, url: string, name: string): Promise<ChatPage> {
    const chat = await ChatPage.open(browser, url)
    await chat.signIn(name)
    return chat
  }

  /** One more tab of the same browser, as it opens. */
  async newTab(): Promise<ChatPage> {
    const chat = new ChatPage(this.context, await this.context.newPage(), this.url)
    await chat.page.goto(this.url)
    return chat
  }

  /** The same user in one more tab. */
  async openTab(): Promise<ChatPage> {
    const chat = await this.newTab()
    await chat.live()
    return chat
  }

  async signIn(name: string): Promise<void> {
    await this.fill('Your name', name)
    await this.click('Join')
    await this.live()
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

  /** Clicks what a label names as soon as it is there. Code of a dialog is loaded when the dialog is opened. */
  async press(name: string): Promise<void> {
    await waitUntil(`the choice "${name}"`, () =>
      this.page.evaluate((wanted) => {
        const label = [...document.querySelectorAll('label')].find((one) => one.textContent === wanted)
        label?.control?.click()
        return label?.control !== undefined && label.control !== null
      }, name),
    )
  }

  /** A radio button, by its label. */
  async choose(name: string): Promise<void> {
    await waitUntil(`the choice "${name}"`, () =>
      this.page.evaluate((wanted) => {
        const label = [...document.querySelectorAll('label')].find((one) => one.textContent === wanted)
        label?.control?.click()
        return (label?.control as HTMLInputElement | null | undefined)?.checked === true
      }, name),
    )
  }

  /** Chooses a setting, and closes the dialog. */
  async set(choice: string): Promise<void> {
    await this.click('Settings')
    await this.choose(choice)
    await this.click('Close')
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
    // Until the notice is gone it can be undone; by itself it goes after some seconds.
    await waitUntil('the deletion', async () => !(await this.texts()).includes(text))
    await this.page.evaluate(() =>
      document.querySelector<HTMLElement>('.notice [aria-label=Dismiss]')?.click(),
    )
  }

  /** Notices stay until they are used: the time that a user has must not be that of a busy machine. Until a reload. */
  keepNotices(): Promise<void> {
    return this.page.evaluate(() => {
      const start = window.setTimeout.bind(window)
      const patient = (run: () => void, ms?: number) =>
        start(run, ms === 5_000 || ms === 8_000 ? 2 ** 30 : ms)
      Object.assign(window, { setTimeout: patient })
    })
  }

  async signOut(): Promise<void> {
    await this.click('Sign out')
    await this.has('dialog[open]')
    await this.click('Sign out')
  }

  /** The text of what has the focus, or its label. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement
      const content = element?.closest('article')
        ? element.querySelector('[data-testid=content]')?.textContent
        : undefined
      return content ?? element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    })
  }

  async focuses(what: string): Promise<void> {
    await waitUntil(`the focus on "${what}"`, async () => (await this.focused()) === what).catch(
      async (error: Error) => {
        throw new Error(`${error.message}; it is on "${await this.focused()}"`)
      },
    )
  }

  /** Every row that is in the page, which are those near the view, in its order. `text` is null if the message was deleted. */
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

  /**
   * Scrolls from end to end, less than a screen at a time, until every row was seen, and returns them by seq; `look` is
   * called at each place. A room opens where reading ended.
   */
  async readAll(lastSeq: number, look?: () => Promise<void>): Promise<ShownRow[]> {
    const seen = new Map<number, ShownRow>()
    let isDown = false
    while (seen.size < lastSeq) {
      const rows = await this.rows()
      for (const row of rows) seen.set(row.seq, row)
      await look?.()
      if (rows[0]?.seq === 1) isDown = true
      if (rows.at(-1)?.seq === lastSeq) isDown = false
      await this.scrollOn(isDown)
    }
    return [...seen.values()].sort((a, b) => a.seq - b.seq)
  }

  /** Resolves once the page has drawn it. */
  private scrollOn(isDown: boolean): Promise<void> {
    return this.page.evaluate(async (toEnd) => {
      const log = document.querySelector('[role=log]')
      log?.scrollBy({ top: (toEnd ? 0.8 : -0.8) * log.clientHeight, behavior: 'instant' })
      for (let frame = 0; frame < 2; frame++)
        await new Promise((resolve) => requestAnimationFrame(() => resolve(undefined)))
    }, isDown)
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
