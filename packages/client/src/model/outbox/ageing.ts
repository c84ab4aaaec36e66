import { assertNever } from '../assert-never'
import { ChatError } from '../chat-error'
import { type Entry, isUntouched, type SendEntry, type Wanted } from './entry'
import { entriesAbout } from './entry-list'
import type { OutboxStep } from './next-outbox-step'
import { dropSend, ended, entryOf, failSend, type Outbox, put, unsentReplyError, withOutcome } from './outbox'

/** At most this many at once: the rest with the next step. */
const BATCH = 100

/** When it is too old, by the clock of this run: by what this run has measured, or by the server's clock. */
function tooOldAt({ wantedAt, serverAt }: Wanted, maxAgeMs: number, serverAheadMs: number | null): number {
  const byServer =
    serverAt === null || serverAheadMs === null ? Number.POSITIVE_INFINITY : serverAt - serverAheadMs
  return Math.min(wantedAt, byServer) + maxAgeMs
}

/** What an outbox does now; null: it waits. `until`: by time alone the result changes no earlier than here. */
export type DueStep = {
  readonly step: Exclude<OutboxStep, { do: 'wait' }> | null
  readonly until: number
}

/**
 * The step that is due, or `expire` for entries that have waited longer than the app allows: yesterday's "on my way" is
 * not shown to others without asking the user. Whether the server has an entry is only known after the sync, so its age
 * counts when it would go out again; an entry that has never left the device expires without a connection, too. While
 * the device sleeps, and between two runs, only the server's clock advances: it counts before anything is sent.
 */
export function withAge(
  { entries }: Outbox,
  step: OutboxStep | null,
  now: number,
  { maxAgeMs, serverAheadMs }: { maxAgeMs: number; serverAheadMs: number | null },
): DueStep {
  const aged: string[] = []
  let until = step?.do === 'wait' ? step.until : Number.POSITIVE_INFINITY
  const look = (entry: SendEntry): void => {
    const endsAt = tooOldAt(entry, maxAgeMs, serverAheadMs)
    if (endsAt > now) until = Math.min(until, endsAt)
    else if (aged.length < BATCH) aged.push(entry.id)
  }
  const nextSends = step?.do === 'send' ? step.entries : []
  for (const entry of nextSends) if (!isUntouched(entry)) look(entry)
  for (const chunk of entries.chunks) {
    const endsAt = tooOldAt(chunk, maxAgeMs, serverAheadMs)
    if (endsAt > now) until = Math.min(until, endsAt)
    else for (const entry of chunk.entries) if (isUnsent(entry)) look(entry)
    if (aged.length === BATCH) break
  }
  if (aged.length > 0) return { step: { do: 'expire', ids: aged }, until }
  return { step: step?.do === 'wait' ? null : step, until }
}

const isUnsent = (entry: Entry): entry is SendEntry =>
  entry.kind === 'send' && entry.state.at !== 'failed' && isUntouched(entry)

/** Held, and visible, until the app calls `retry` or `cancel` (I10). */
export function onExpired(outbox: Outbox, ids: readonly string[]): Outbox {
  let next = outbox
  for (const id of ids) {
    const entry = entryOf(next, id)
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
 * its promise rejects; a reaction and a pin end, a reply fails, and a delete is done, as of a message that was refused.
 */
function holdSend(outbox: Outbox, entry: SendEntry, error: ChatError): Outbox {
  let next = withOutcome(outbox, entry.id, { error })
  for (const other of entriesAbout(outbox.entries, entry.id)) {
    switch (other.kind) {
      case 'delete':
        return dropSend(outbox, entry)
      case 'edit':
      case 'write-stream':
        next = withOutcome(next, other.id, { error })
        break
      case 'react':
      case 'pin':
        next = ended(next, other.id, { error })
        break
      case 'send':
        next = failSend(next, other, unsentReplyError())
        break
      // About no message.
      case 'read':
        break
      default:
        assertNever(other)
    }
  }
  return put(next, { ...entry, state: { at: 'failed', error } })
}
