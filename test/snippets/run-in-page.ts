import { JSDOM } from 'jsdom'
import { createElement, StrictMode } from 'react'
import { vi } from 'vitest'

type Page = {
  readonly element: (selector: string) => Element
  readonly type: (selector: string, text: string) => void
  readonly click: (selector: string) => void
  /** Waits for what comes over a socket, as long as a busy machine may need. */
  readonly eventually: (check: () => void) => Promise<void>
}

/** jsdom measures nothing, and so has none. */
class NoResizeObserver {
  observe(): void {}
  disconnect(): void {}
}

/**
 * Shows a component in a page while `run` checks it. Of a browser there is only a document to render into, which exists
 * before React and the testing library look for one; sockets are Node's own.
 */
export async function runInPage(
  component: () => Promise<unknown>,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const { window } = new JSDOM()
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', window.document)
  vi.stubGlobal('navigator', window.navigator)
  vi.stubGlobal('AbortController', window.AbortController)
  vi.stubGlobal('ResizeObserver', NoResizeObserver)
  const { cleanup, fireEvent, render, waitFor } = await import('@testing-library/react')
  try {
    const App = await component()
    if (!isComponent(App)) throw new Error('the snippet exports no component')
    const { container } = render(createElement(StrictMode, null, createElement(App)))
    const element = (selector: string): Element => {
      const found = container.querySelector(selector)
      if (found === null) throw new Error(`the page has no ${selector}: ${container.innerHTML}`)
      return found
    }
    await run({
      element,
      type: (selector, value) => void fireEvent.change(element(selector), { target: { value } }),
      click: (selector) => void fireEvent.click(element(selector)),
      eventually: (check) => waitFor(check, { timeout: 120_000 }),
    })
  } finally {
    cleanup()
    await schedulerTurns()
    vi.unstubAllGlobals()
  }
}

/** React does what it still has to in turns of `setImmediate`, and looks at the window there. */
async function schedulerTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const isComponent = (value: unknown): value is () => null => typeof value === 'function'
