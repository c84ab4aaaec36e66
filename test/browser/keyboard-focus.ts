import { waitUntil } from '@roomful/testing'
import type { ChatPage } from './chat-page'
import type { Key } from './engine/port'

type Focus = {
  /** Its label, or the text in it; of a message its text. */
  readonly name: string
  /** The page itself has it, which is nothing to go on from. */
  readonly isLost: boolean
  /** It is in the window, and shows that it has the focus. */
  readonly isSeen: boolean
}

/** Runs in the page. */
function focusNow(): Focus {
  const element = document.activeElement
  if (!(element instanceof HTMLElement) || element === document.body)
    return { name: '', isLost: true, isSeen: false }
  const { labels } = element as HTMLInputElement
  const text =
    element.closest('article') === element
      ? element.querySelector('[data-testid=content]')?.textContent
      : (element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent)
  // The field shows it on its frame, and a choice on its text.
  const shows = element.closest('.composer-field, .segment') ?? element
  const { top, bottom, left, right } = shows.getBoundingClientRect()
  const hasRing = [shows, ...shows.children].some((one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  })
  // Chromium's own parts of such a field show it, where no page can look.
  const isDate = element.matches('input[type=date]')
  const isInWindow = bottom > 0 && right > 0 && top < window.innerHeight && left < window.innerWidth
  return { name: (text ?? '').trim(), isLost: false, isSeen: (hasRing || isDate) && isInWindow }
}

/** A user who has no mouse. After each key something has to have the focus, and to show that. */
export class KeyboardUser {
  constructor(readonly chat: ChatPage) {}

  async press(...keys: readonly Key[]): Promise<void> {
    await this.chat.page.press(...keys)
    await this.#hasFocus(`after ${keys.join('+')}`)
  }

  async type(text: string): Promise<void> {
    await this.chat.page.type(text)
    await this.#hasFocus(`after "${text}"`)
  }

  async focus(): Promise<string> {
    return (await this.chat.page.evaluate(focusNow)).name
  }

  /** Something whose name begins so gets the focus by itself. */
  async gets(name: string): Promise<void> {
    await waitUntil(`the focus on "${name}"`, async () => (await this.focus()).startsWith(name)).catch(
      async (error: Error) => {
        throw new Error(`${error.message}; it is on "${await this.focus()}"`)
      },
    )
    await this.#hasFocus(`on "${name}"`)
  }

  /** With Tab, or backwards; fails if that leads round. */
  async tabTo(name: string, direction: 'on' | 'back' = 'on'): Promise<void> {
    const passed: string[] = []
    for (let i = 0; i < 80; i++) {
      const focus = await this.focus()
      if (focus.startsWith(name)) return
      passed.push(focus)
      await (direction === 'on' ? this.press('Tab') : this.press('Shift', 'Tab'))
    }
    throw new Error(`Tab leads nowhere to "${name}", only to ${JSON.stringify(passed)}`)
  }

  /** Onto the message with this text. */
  async goTo(text: string): Promise<void> {
    await this.tabTo('Messages', 'back')
    await this.press('ArrowUp')
    await this.press('End')
    for (let i = 0; i < 20 && (await this.focus()) !== text; i++) await this.press('ArrowUp')
    await this.gets(text)
  }

  async #hasFocus(when: string): Promise<void> {
    let now: Focus | undefined
    await waitUntil(`a focus that is seen, ${when}`, async () => {
      now = await this.chat.page.evaluate(focusNow)
      return !now.isLost && now.isSeen
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(now)}`)
    })
  }
}
