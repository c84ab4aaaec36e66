import { ChatError } from '../chat-error'
import type { RoomCore } from '../room/room-core'
import { type Entry, isUntouched, type SendEntry } from './entry'
import type { OutboxStep } from './next-outbox-step'
import { entryOf, failSend, replaced, withOutcome } from './settle'

/** A timer is set no further than this ahead: the platform's own ends at 24 days, and then fires at once. */
const LOOK_AHEAD_MS = 86_400_000

/** Places in the outbox are times, and outlive a restart: since when the user has wanted this to be sent. */
const wantedAt = (entry: SendEntry): number => entry.wantedAt ?? entry.order

/**
 * The step that is due, or `expire` for what has waited longer than the app allows: nobody is shown yesterday's "on my way"
 * without the user being asked. What the server may have is only known after the sync, so its age counts when it would
 * go out again; what has never left the device expires without a line, too.
 */
export function withAge(
  core: RoomCore,
  step: OutboxStep | null,
  now: number,
  maxAgeMs: number,
): OutboxStep | null {
  const aged: string[] = []
  let due = step?.do === 'wait' ? step.until : Number.POSITIVE_INFINITY
  for (const entry of core.entries) {
    if (entry.kind !== 'send' || entry.state.at === 'failed') continue
    const isNext = step?.do === 'send' && step.entries.includes(entry)
    if (!isNext && !isUntouched(entry)) continue
    const endsAt = wantedAt(entry) + maxAgeMs
    if (endsAt <= now) aged.push(entry.id)
    else due = Math.min(due, endsAt)
  }
  if (aged.length > 0) return { do: 'expire', ids: aged }
  if (step !== null && step.do !== 'wait') return step
  return Number.isFinite(due) ? { do: 'wait', until: Math.min(due, now + LOOK_AHEAD_MS) } : null
}

/** Held, and visible, until the app says `retry` or `cancel` (I10). */
export function onExpired(core: RoomCore, ids: readonly string[]): RoomCore {
  let next = core
  for (const id of ids) {
    const entry: Entry | undefined = entryOf(next, id)
    if (entry?.kind !== 'send' || entry.state.at === 'failed') continue
    const error = new ChatError(
      'EXPIRED',
      'The message has waited too long to be sent without being asked for',
    )
    // What the server may have keeps its tries: its text must not change under this clientId.
    next = isUntouched(entry)
      ? failSend(next, entry, error)
      : replaced(withOutcome(next, id, { error }), { ...entry, state: { at: 'failed', error } })
  }
  return next
}
