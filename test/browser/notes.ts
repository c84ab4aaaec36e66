import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@roomful/testing'
import type { TestContext, TestPage } from './engine/port'
import type { Note } from './note'
import type { Desk } from './notes-page-main'

const POLL_MS = 10

/** What the pages of a context report to the test, and request from it: see note.ts. */
export class Notes {
  readonly #all: Note[] = []
  #isOpen = true

  private constructor(readonly page: TestPage) {}

  /** Before any page that reports something. `url`: of the fixture. */
  static async of(context: TestContext, url: string): Promise<Notes> {
    const page = await context.newPage()
    await page.goto(`${url}/notes.html`)
    await waitUntil('the page of notes', () => page.evaluate(() => 'desk' in window))
    return new Notes(page)
  }

  /** All of this kind so far, in the order in which they came. */
  async all<T>(kind: string): Promise<readonly T[]> {
    this.#all.push(
      ...(await this.page.evaluate(() => (window as unknown as { desk: Desk }).desk.takeNotes())),
    )
    return this.#all.filter((one) => one.kind === kind).map(({ value }) => value as T)
  }

  /** Answers the requests of pages, until `close`. Rejects if that fails. */
  async answer(kind: string, answerOf: () => Promise<string>): Promise<void> {
    while (this.#isOpen) {
      const questions = await this.page.evaluate(() =>
        (window as unknown as { desk: Desk }).desk.takeQuestions(),
      )
      for (const { id } of questions.filter((question) => question.kind === kind))
        await this.page.evaluate((answer) => (window as unknown as { desk: Desk }).desk.answer(answer), {
          id,
          value: await answerOf(),
        })
      await delay(POLL_MS)
    }
  }

  close(): void {
    this.#isOpen = false
  }
}
