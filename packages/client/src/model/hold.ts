import { backoffMs } from './backoff'
import type { ChatError } from './chat-error'

/** Waiting after a refusal or a missing answer; `least` is what the server asked for, the rest the client's own back-off. */
export type Hold = { readonly until: number; readonly tries: number; readonly least: number }
export const NO_HOLD: Hold = { until: 0, tries: 0, least: 0 }

/** The next wait: longer than the last, and no shorter than the server asked for. */
export function longerHold(
  hold: Hold,
  error: ChatError | null,
  event: { readonly now: number; readonly random: number },
): Hold {
  const asked = error?.retryAfterMs ?? 0
  const wait = Math.max(asked, backoffMs(hold.tries, event.random))
  return { until: event.now + wait, tries: hold.tries + 1, least: event.now + asked }
}

/** After a reconnect or a wake earlier failures do not count; only the wait that the server asked for does. */
export function relaxed(hold: Hold): Hold {
  return hold.tries === 0 ? hold : { until: hold.least, tries: 0, least: hold.least }
}
