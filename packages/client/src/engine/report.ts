import type { ChatOptions, ErrorContext } from '../options'
import { soon } from '../platform/system-clock'

/** Passes an error on to the app. Never throws. */
export type Report = (error: unknown, context: ErrorContext) => void

/** What `onError` throws, or rejects with, goes where errors go without it. */
export function createReport(onError: ChatOptions['onError'] = publish): Report {
  return (error, context) => {
    const run = (): void => attempt(() => onError(error, context), publish)
    // The other sources may be in the middle of a transition, where no code of the app runs.
    if (context.source === 'listener') run()
    else soon(run)
  }
}

/** Calls code of the app: what it throws goes to `failed`, and so does the rejection of a promise that it returns. */
export function attempt(run: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = run()
    if (result instanceof Promise) result.catch(failed)
  } catch (error) {
    failed(error)
  }
}

/** What the app should know of and has no other way to learn. Never the text of a message. */
export function warn(text: string): void {
  console.warn(`roomful: ${text}`)
}

/**
 * Not rethrown in a separate task if there is no `reportError`: an uncaught exception ends a Node process, and a bug of
 * one listener must not. Deno ends the process for `reportError` as well.
 */
function publish(error: unknown): void {
  try {
    if (typeof reportError === 'function' && !('Deno' in globalThis)) reportError(error)
    else console.error(error)
  } catch {
    // There is no further place to report to.
  }
}
