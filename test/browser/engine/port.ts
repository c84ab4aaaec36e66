/**
 * What the browser tests need of a browser: the same for Chromium, Firefox and WebKit, each by its own adapter in this
 * folder. Which engine runs is said by the vitest project (see ../engines.ts).
 */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

export interface TestBrowser {
  readonly engine: EngineName
  readonly version: string
  /**
   * Storage, cookies and network of its own: another person, or the same one on another device. With a profile on the disk
   * there is one context, which outlives the browser.
   */
  newContext(): Promise<TestContext>
  close(): Promise<void>
  /** All of its processes end at once, as when the machine's memory runs out. */
  kill(): Promise<void>
}

export interface TestContext {
  /** In a window of its own: a tab behind another one is hidden, and its timers are slow. */
  newPage(): Promise<TestPage>
  /**
   * The address by which the pages of this context reach the server at `url`. Where an engine has no switch for the
   * network it is a proxy, which `setOffline` cuts.
   */
  reach(url: string): Promise<string>
  /** No page of this context reaches a server, and each gets the event `offline`; or all of it is back. */
  setOffline(isOffline: boolean): Promise<void>
  cookies(): Promise<readonly { readonly name: string; readonly value: string }[]>
  close(): Promise<void>
}

/** A place in the window, in CSS pixels. */
export type Point = { readonly x: number; readonly y: number }

export interface TestPage {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>
  /** Resolves when the page before is shown: loaded anew, or as it was left. */
  goBack(): Promise<void>
  reload(): Promise<void>
  /** Runs the text of a function in the page. `arg` and the answer are JSON. Rejects when the page ends meanwhile. */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>
  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg: A): Promise<R>
  /** Real input, as from a mouse and a keyboard. */
  click(at: Point): Promise<void>
  hover(at: Point): Promise<void>
  type(text: string): Promise<void>
  /** Errors that nothing in the page caught. None may be. */
  errors(): Promise<readonly string[]>
  /** The process in which the page runs. Keeps the page busy for a moment. */
  processId(): Promise<number>
  /**
   * Answers what ends the page at once, without a farewell: its process is killed, or, where a driver does not survive
   * that, its window closed. Whatever has to be found out for it is found out before.
   */
  prepareKill(): Promise<() => Promise<void>>
  /** PNG. */
  screenshot(): Promise<Uint8Array>
  close(): Promise<void>
}
