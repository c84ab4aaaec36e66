import type { Readable, Writable } from 'node:stream'
import { CliError } from './failure'

/** Everything a command touches outside itself: tests pass their own. */
export type Io = {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl+C, by SIGTERM, and when the reader of the output is gone; the reason says by which. */
  readonly signal: AbortSignal
}

/** Why a command was ended from outside. */
export type Interrupt = 'SIGINT' | 'SIGTERM' | 'reader gone'

/** The exit code of a command that was ended so, as shells have it: 128 and the signal's number. */
export function interruptCode(signal: AbortSignal): number {
  const reason: Interrupt | unknown = signal.reason
  if (reason === 'reader gone') return 0
  return reason === 'SIGTERM' ? 143 : 130
}

/** Ends a command from where it is; `run` gives the exit code, and reports nothing. */
export const interrupted = (): CliError => new CliError('ABORTED', 'interrupted')

/**
 * The outcome of `work`, for a command that has nothing to show of a part of it: an interrupt ends the wait. What fails
 * after it fails because of it.
 */
export async function unlessInterrupted<T>({ signal }: Pick<Io, 'signal'>, work: Promise<T>): Promise<T> {
  const done = await Promise.race([work.then((value) => ({ value })), aborted(signal)]).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error
    },
  )
  if (!done || signal.aborted) throw interrupted()
  return done.value
}

/** Writes and waits until the stream accepts it: a slow reader slows us down instead of filling memory. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return
  if (stream.write(text)) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) stream.once(event, done)
  })
}

/** A promise that resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
