import type { ErrorCode } from '@roomful/protocol'
import { assertNever } from './assert-never'
import { backoffMs } from './backoff'
import type { ChatError } from './chat-error'
import type { ConnectionState } from './chat-shape'

/**
 * A connection that held this long was a good one: the back-off starts over. A shorter time would hammer a server that
 * drops clients at once.
 */
const STABLE_MS = 5_000

/** The same token may become valid: its `nbf` lies ahead of the server's clock. With back-off about two minutes at most. */
const SAME_TOKEN_TRIES = 10

export type Connection = {
  readonly state: ConnectionState
  /** Tries since the connection was last good. */
  readonly tries: number
  /** The last token that was refused since the connection was last good: the next connect asks for another one. */
  readonly refused: Refused | null
}

/** `times`: in a row. */
type Refused = { readonly token: string; readonly code: ErrorCode; readonly times: number }

export const IDLE: Connection = { state: { status: 'idle' }, tries: 0, refused: null }

export type ConnectionEvent =
  | { readonly type: 'wanted' }
  | { readonly type: 'ready'; readonly now: number }
  | Down
  /** Its time has come. */
  | { readonly type: 'retry' }
  /** The network may be another one now: neither waiting nor what failed before means anything. */
  | { readonly type: 'woken' }
  | { readonly type: 'closed' }

type Down = {
  readonly type: 'down'
  readonly error: ChatError
  readonly reconnectInMs?: number
  readonly now: number
  readonly random: number
} & (
  | { readonly next: 'retry' | 'stop' }
  /** The server refused this token, and there is a function to ask for another one. */
  | { readonly next: 'auth'; readonly token: string }
)

/** See ConnectionState for the machine. Time and chance come in. */
export function reduceConnection(c: Connection, event: ConnectionEvent): Connection {
  const { status } = c.state
  switch (event.type) {
    case 'wanted':
      return status === 'idle' ? { ...c, state: { status: 'connecting', attempt: 1 } } : c
    case 'retry':
      return status === 'waiting' ? { ...c, state: { status: 'connecting', attempt: c.tries + 1 } } : c
    case 'woken':
      if (status === 'waiting') return { ...c, tries: 0, state: { status: 'connecting', attempt: 1 } }
      // A connection that does not answer the probe is dialled again soon, however many were lost before it.
      return (status === 'connecting' || status === 'online') && c.tries > 0 ? { ...c, tries: 0 } : c
    case 'ready':
      if (status !== 'connecting') return c
      return { ...c, state: { status: 'online', since: event.now } }
    case 'down':
      // A reason not to come back counts without a connection too: another tab has signed out, offline.
      if (event.next === 'stop' && status !== 'stopped') return onDown(c, event)
      return status === 'connecting' || status === 'online' ? onDown(c, event) : c
    case 'closed':
      return status === 'stopped' ? c : { ...c, state: { status: 'stopped', error: null } }
    default:
      return assertNever(event)
  }
}

function onDown(c: Connection, event: Down): Connection {
  const { now, error } = event
  const stable = c.state.status === 'online' && now - c.state.since >= STABLE_MS
  const last = stable ? null : c.refused
  const refused = event.next === 'auth' ? refusedAgain(last, event.token, error.code) : last
  if (event.next === 'stop' || (event.next === 'auth' && isRefusedForGood(last, refused)))
    return { ...c, state: { status: 'stopped', error } }
  const tries = (stable ? 0 : c.tries) + 1
  // A first stale token is normal, and its fresh one is tried at once.
  const wait = event.next === 'auth' && last === null ? 0 : backoffMs(tries - 1, event.random)
  const retryAt = now + (event.reconnectInMs ?? wait)
  return {
    state: { status: 'waiting', attempt: tries, retryAt, error },
    tries,
    refused,
  }
}

const refusedAgain = (last: Refused | null, token: string, code: ErrorCode): Refused => ({
  token,
  code,
  times: last !== null && last.token === token ? last.times + 1 : 1,
})

/**
 * A fresh token that gets the answer of the one before it shows that the next would get it too. TOKEN_INVALID only: the
 * next token after one that has expired, or after none, may be good.
 */
function isRefusedForGood(last: Refused | null, refused: Refused | null): boolean {
  if (last?.code !== 'TOKEN_INVALID' || refused?.code !== 'TOKEN_INVALID') return false
  return last.token !== refused.token || refused.times >= SAME_TOKEN_TRIES
}
