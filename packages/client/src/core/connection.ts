import { assertNever } from './assert-never'
import { backoffMs } from './backoff'
import type { ChatError } from './chat-error'
import type { ConnectionState } from './chat-shape'

/** A line that held this long was a good one: the back-off starts anew. Shorter, and a server that drops us at once would be hammered. */
const STABLE_MS = 5_000

export type Connection = {
  readonly state: ConnectionState
  /** Tries since the line was last good. */
  readonly tries: number
  /** The server refused the token: the next connect asks for a fresh one. */
  readonly tokenStale: boolean
  /** Refusals of a token in a row: a second one waits, or a token function that is wrong would loop. */
  readonly authTries: number
}

export const IDLE: Connection = { state: { status: 'idle' }, tries: 0, tokenStale: false, authTries: 0 }

export type ConnectionEvent =
  | { readonly type: 'wanted' }
  | { readonly type: 'ready'; readonly now: number }
  | {
      readonly type: 'down'
      readonly error: ChatError
      readonly next: 'retry' | 'auth' | 'stop'
      readonly reconnectInMs?: number
      readonly now: number
      readonly random: number
    }
  /** Its time has come. */
  | { readonly type: 'retry' }
  /** The network may be another one now: neither waiting nor what failed before means anything. */
  | { readonly type: 'woken' }
  | { readonly type: 'closed' }

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
      // A line that does not answer the probe is dialled anew soon, however many were lost before it.
      return (status === 'connecting' || status === 'online') && c.tries > 0 ? { ...c, tries: 0 } : c
    case 'ready':
      if (status !== 'connecting') return c
      return { ...c, state: { status: 'online', since: event.now }, tokenStale: false }
    case 'down':
      // A reason not to come back counts without a line too: another tab has signed out, offline.
      if (event.next === 'stop' && status !== 'stopped') return onDown(c, event)
      return status === 'connecting' || status === 'online' ? onDown(c, event) : c
    case 'closed':
      return status === 'stopped' ? c : { ...c, state: { status: 'stopped', error: null } }
    default:
      return assertNever(event)
  }
}

function onDown(c: Connection, event: Extract<ConnectionEvent, { type: 'down' }>): Connection {
  const { now, error } = event
  if (event.next === 'stop') return { ...c, state: { status: 'stopped', error } }
  const stable = c.state.status === 'online' && now - c.state.since >= STABLE_MS
  const authTries = event.next === 'auth' ? (stable ? 1 : c.authTries + 1) : 0
  const tries = (stable ? 0 : c.tries) + 1
  // A first stale token is normal, and its fresh one is tried at once.
  const wait = event.next === 'auth' && authTries === 1 ? 0 : backoffMs(tries - 1, event.random)
  const retryAt = now + (event.reconnectInMs ?? wait)
  return {
    state: { status: 'waiting', attempt: tries, retryAt, error },
    tries,
    tokenStale: c.tokenStale || event.next === 'auth',
    authTries,
  }
}
