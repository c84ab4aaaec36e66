/**
 * What the browser tests need of a browser: the same for Chromium, Firefox and WebKit, each by its own adapter in this
 * folder. The vitest project decides which engine runs (see ../engines.ts).
 */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

export interface TestBrowser {
  readonly engine: EngineName
  readonly version: string
  /**
   * Separate storage, cookies and network: another person, or the same one on another device. With a profile on the
   * disk there is one context, which outlives the browser.
   */
  newContext(): Promise<TestContext>
  close(): Promise<void>
  /** All of its processes end at once, as when the machine runs out of memory. */
  kill(): Promise<void>
}

export interface TestContext {
  /** In a separate window: a tab behind another one is hidden, and its timers are slow. */
  newPage(): Promise<TestPage>
  /**
   * The address by which the pages of this context reach the server at `url`. For an engine without a network switch it
   * is a proxy, which `setOffline` cuts.
   */
  reach(url: string): Promise<string>
  /** No page of this context reaches a server, and each gets the event `offline`; or all of that ends. */
  setOffline(isOffline: boolean): Promise<void>
  cookies(): Promise<readonly { readonly name: string; readonly value: string }[]>
  close(): Promise<void>
}

/** A place in the window, in CSS pixels. */
export type Point = { readonly x: number; readonly y: number }

/** As `KeyboardEvent.key` names them. */
export type Key =
  | `Arrow${'Down' | 'Left' | 'Right' | 'Up'}`
  | ('Control' | 'Delete' | 'End' | 'Enter' | 'Escape' | 'Home' | 'Shift' | 'Tab')
  | ('e' | 'g' | 'k' | 'r' | 'z' | '+' | '?')

export interface TestPage {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>
  /** Resolves when the previous page is shown: reloaded, or as the user left it. */
  goBack(): Promise<void>
  reload(): Promise<void>
  /** Runs the text of a function in the page. `arg` and the result are JSON. Rejects if the page ends first. */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>
  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg: A): Promise<R>
  /** Real input, as from a mouse and a keyboard. */
  click(at: Point): Promise<void>
  hover(at: Point): Promise<void>
  type(text: string): Promise<void>
  /** Presses one key, and those before it meanwhile: `press('Control', 'k')`. */
  press(...keys: readonly Key[]): Promise<void>
  /** Uncaught errors of the page. There must be none. */
  errors(): Promise<readonly string[]>
  /** The process in which the page runs. Keeps the page busy for a moment. */
  processId(): Promise<number>
  /**
   * Returns a function that ends the page at once, without notice: it kills the page's process, or closes its window if
   * a driver does not survive that. Everything it needs is found out beforehand.
   */
  prepareKill(): Promise<() => Promise<void>>
  /** PNG. */
  screenshot(): Promise<Uint8Array>
  close(): Promise<void>
}
