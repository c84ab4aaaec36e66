import { isErrorCode } from '@roomful/protocol/plain'
import { ChatError } from '../core/chat-error'
import type { Entry } from '../core/outbox/entry'
import type { StoredEntry } from '../ports/local-store'

/** Errors travel as their fields: an Error does not survive JSON. */
export function toStored(roomId: string, entry: Entry): StoredEntry {
  const { state } = entry
  const failed = state.at === 'failed' ? { error: fieldsOf(state.error) } : {}
  return {
    clientId: entry.id,
    roomId,
    order: entry.order,
    data: { ...entry, state: { at: state.at, ...failed } },
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
export function fromStored(stored: StoredEntry): Entry | null {
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
  return { ...data, order: stored.order, state } as Entry
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
