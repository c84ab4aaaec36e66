import type { BotErrorContext } from './bot-error'
import type { Run } from './run'
import { backoffMs, runLimited, sleep } from './timing'

type About = Pick<Extract<BotErrorContext, { source: 'handler' }>, 'event' | 'roomId' | 'messageId'>

export type Attempted =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: unknown; readonly attempts: number }

/** Runs handlers until they end well, but not too often. Throws when the term ends: then nothing is decided. */
export async function attempt(
  {
    clock,
    report,
    term,
    handlerTimeoutMs,
    ...run
  }: Pick<Run, 'clock' | 'report' | 'term' | 'handlerTimeoutMs' | 'attempts'>,
  about: About,
  handle: (signal: AbortSignal) => Promise<void>,
): Promise<Attempted> {
  for (let attempt = 1; ; attempt++) {
    try {
      await runLimited(clock, handlerTimeoutMs, term.signal, handle)
      return { ok: true }
    } catch (error) {
      term.signal.throwIfAborted()
      const isLast = attempt >= run.attempts
      report(error, { source: 'handler', ...about, attempt, isLast })
      if (isLast) return { ok: false, error, attempts: attempt }
    }
    await sleep(clock, backoffMs(attempt - 1), term.signal)
  }
}
