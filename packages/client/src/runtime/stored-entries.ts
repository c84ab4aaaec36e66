import { isErrorCode } from '@roomful/protocol/plain'
import { ChatError } from '../core/chat-error'
import type { Entry, Wanted } from '../core/outbox/entry'
import type { StoredEntry } from '../ports/local-store'
import type { RunClock } from './steady-clock'

/**
 * Errors travel as their fields: an Error does not survive JSON. The clock of this run means nothing to the next one: what
 * is kept is the age, and when that was, by the device's time of day.
 */
export function toStored(roomId: string, entry: Entry, clock: Pick<RunClock, 'now' | 'wall'>): StoredEntry {
  const { state } = entry
  const failed = state.at === 'failed' ? { error: fieldsOf(state.error) } : {}
  return {
    clientId: entry.id,
    roomId,
    order: entry.order,
    data: { ...entry, ...agedNow(entry, clock), state: { at: state.at, ...failed } },
  }
}

const agedNow = (entry: Entry, clock: Pick<RunClock, 'now' | 'wall'>) =>
  entry.kind === 'send'
    ? { wantedAt: undefined, age: clock.now() - entry.wantedAt, savedAt: clock.wall() }
    : {}

/**
 * How old a send is after a restart. This run goes on from the age that was kept. How long it lay on the disk the server's
 * clock says, once it is known; where it was not known then, the device's is taken for it. A version before this one kept
 * only when it was wanted, by the device's clock.
 */
function wantedOf(data: Record<string, unknown>, order: number, now: number): Wanted {
  const { age, savedAt, serverAt, wantedAt } = data
  const isAged = typeof age === 'number' && typeof savedAt === 'number'
  const since = isAged ? savedAt - age : typeof wantedAt === 'number' ? wantedAt : order
  return {
    wantedAt: isAged ? now - Math.max(0, age) : now,
    serverAt: typeof serverAt === 'number' ? serverAt : since,
  }
}

const fieldsOf = ({ code, message, retry, retryAfterMs, field, limit, requestId }: ChatError) => ({
  code,
  message,
  retry,
  retryAfterMs,
  field,
  limit,
  requestId,
})

const KINDS = new Set(['send', 'edit', 'delete', 'react', 'read'])

/** Null for what another version wrote, or a damaged disk: shown to nobody, and left where it is. */
export function fromStored(stored: StoredEntry, now: number): Entry | null {
  const { data } = stored
  if (!isRecord(data) || typeof data.kind !== 'string' || !KINDS.has(data.kind)) return null
  if (data.id !== stored.clientId || typeof data.attempts !== 'number' || !isRecord(data.state)) return null
  const isText = typeof data.content === 'string'
  if ((data.kind === 'send' || data.kind === 'edit') && !isText) return null
  if (data.kind === 'read' ? typeof data.seq !== 'number' : data.kind !== 'send' && !isRecord(data.target))
    return null
  const state =
    data.state.at === 'failed' ? { at: 'failed', error: errorFrom(data.state.error) } : { at: 'ready' }
  // Its shape was just checked as far as anything reads it; the rest was written by `toStored`.
  const { age: _, savedAt: __, ...fields } = data
  const wanted = data.kind === 'send' ? wantedOf(data, stored.order, now) : {}
  return { ...fields, ...wanted, order: stored.order, state } as Entry
}

function errorFrom(value: unknown): ChatError {
  const { code, message, retryAfterMs, field, limit, requestId } = isRecord(value) ? value : {}
  return new ChatError(
    typeof code === 'string' && isErrorCode(code) ? code : 'INTERNAL',
    typeof message === 'string' ? message : 'The send was refused',
    {
      retry: 'never',
      ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
      ...(typeof field === 'string' && { field }),
      ...(typeof limit === 'number' && { limit }),
      ...(typeof requestId === 'string' && { requestId }),
    },
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
