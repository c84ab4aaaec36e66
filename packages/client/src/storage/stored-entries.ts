import type { ChatError } from '../model/chat-error'
import type { Entry } from '../model/outbox/entry'
import type { RunClock } from '../platform/steady-clock'
import type { StoredEntry } from './local-copy'

/**
 * Errors travel as their fields: an Error does not survive JSON. The clock of this run means nothing to the next one: what
 * is kept is the age, and when that was, by the device's time of day.
 */
export function toStored(roomId: string, entry: Entry, clock: Pick<RunClock, 'now' | 'wall'>): StoredEntry {
  const { mayHaveBeenEmitted: maybe, ...fields } = entry
  const { state } = entry
  const failed = state.at === 'failed' ? { error: fieldsOf(state.error) } : {}
  return {
    clientId: entry.id,
    roomId,
    order: entry.order,
    data: { ...fields, maybe, ...agedNow(entry, clock), state: { at: state.at, ...failed } },
  }
}

const agedNow = (entry: Entry, clock: Pick<RunClock, 'now' | 'wall'>) =>
  entry.kind === 'send'
    ? { wantedAt: undefined, age: clock.now() - entry.wantedAt, savedAt: clock.wall() }
    : {}

const fieldsOf = ({ code, message, retry, retryAfterMs, field, limit, reason, requestId }: ChatError) => ({
  code,
  message,
  retry,
  retryAfterMs,
  field,
  limit,
  reason,
  requestId,
})
