import { backoffMs } from './backoff'
import type { ChatError } from './chat-error'

/** Waiting after a refusal or a missing answer. */
export type Hold = { readonly until: number; readonly tries: number }
export const NO_HOLD: Hold = { until: 0, tries: 0 }

/** The next wait: longer than the last, and no shorter than the server asked for. */
export function longerHold(
  hold: Hold,
  error: ChatError | null,
  event: { readonly now: number; readonly random: number },
): Hold {
  const wait = Math.max(error?.retryAfterMs ?? 0, backoffMs(hold.tries, event.random))
  return { until: event.now + wait, tries: hold.tries + 1 }
}
