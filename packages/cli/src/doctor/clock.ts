import { bad, type Finding, good, skipped } from './finding'

/** Tokens live for minutes: with a larger clock difference they expire too early, or are not valid yet. */
const SKEW_MAX_MS = 30_000
/** A Date header has whole seconds: it stands for any moment of its second. */
const DATE_STEP_MS = 1_000

/** `date`: the header of an answer that came at `nowMs` of this machine. */
export function checkClock(date: string | null, nowMs: number): Finding {
  const dateMs = Date.parse(date ?? '')
  if (Number.isNaN(dateMs)) return skipped('clock', 'the answer has no Date')
  const skewMs = Math.max(dateMs - nowMs, nowMs - dateMs - DATE_STEP_MS, 0)
  const found = `${Math.round(skewMs / 1_000)} s apart from this machine`
  if (skewMs <= SKEW_MAX_MS) return good('clock', found)
  return bad('clock', found, 'set both clocks by NTP: tokens expire by the clock of the server')
}
