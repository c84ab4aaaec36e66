import { ChatError } from '../chat-error'
import type { RoomCore } from '../room/room-core'
import { type Entry, isAbout, isUntouched, type SendEntry } from './entry'
import type { OutboxStep } from './next-outbox-step'
import { dropSend, entryOf, failSend, replaced, subjectOf, unsentReply, withOutcome, without } from './settle'

/** So many at once: the rest with the next step. */
const BATCH = 100

/** When it is too old, by the clock of this run: by what this run has measured, or by what the server's clock says. */
function tooOldAt({ wantedAt, serverAt }: SendEntry, maxAgeMs: number, serverAheadMs: number | null): number {
  const byServer =
    serverAt === null || serverAheadMs === null ? Number.POSITIVE_INFINITY : serverAt - serverAheadMs
  return Math.min(wantedAt, byServer) + maxAgeMs
}

/** What an outbox does now; null: it waits. `until`: what time alone changes is as said up to here. */
export type DueStep = {
  readonly step: Exclude<OutboxStep, { do: 'wait' }> | null
  readonly until: number
}

/**
 * The step that is due, or `expire` for what has waited longer than the app allows: nobody is shown yesterday's "on my way"
 * without the user being asked. What the server may have is only known after the sync, so its age counts when it would
 * go out again; what has never left the device expires without a line, too. While the device sleeps, and between two runs,
 * only the server's clock goes on: what it says counts before anything is sent.
 */
export function withAge(
  core: RoomCore,
  step: OutboxStep | null,
  now: number,
  { maxAgeMs, serverAheadMs }: { maxAgeMs: number; serverAheadMs: number | null },
): DueStep {
  const aged: string[] = []
  let until = step?.do === 'wait' ? step.until : Number.POSITIVE_INFINITY
  for (const entry of core.entries) {
    if (entry.kind !== 'send' || entry.state.at === 'failed') continue
    const isNext = step?.do === 'send' && step.entries.includes(entry)
    if (!isNext && !isUntouched(entry)) continue
    const endsAt = tooOldAt(entry, maxAgeMs, serverAheadMs)
    if (endsAt <= now) aged.push(entry.id)
    else until = Math.min(until, endsAt)
  }
  if (aged.length > 0) return { step: { do: 'expire', ids: aged.slice(0, BATCH) }, until }
  return { step: step?.do === 'wait' ? null : step, until }
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
    next = isUntouched(entry) ? failSend(next, entry, error) : holdSend(next, entry, error)
  }
  return next
}

/**
 * What the server may have keeps its tries: its text must not change under this clientId. An edit of it waits with it, and
 * its promise rejects; a reaction ends, a reply fails, and a delete is done, as of a message that was refused.
 */
function holdSend(core: RoomCore, entry: SendEntry, error: ChatError): RoomCore {
  let next = withOutcome(core, entry.id, { error })
  for (const other of core.entries) {
    if (!isAbout(subjectOf(other), entry.id)) continue
    if (other.kind === 'delete') return dropSend(core, entry)
    if (other.kind === 'edit') next = withOutcome(next, other.id, { error })
    if (other.kind === 'react') next = without(next, other.id, { error })
    if (other.kind === 'send') next = failSend(next, other, unsentReply())
  }
  return replaced(next, { ...entry, state: { at: 'failed', error } })
}
