import type { Chat } from '../chat'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import type { ConnectionState } from '../model/chat-shape'
import type { RoomConnection } from '../model/room/room-model'
import { ignoreRejection, readLimits, waitFor } from './limits'

/** `connect()`: starts, and waits until online or stopped. */
export function createConnect(engine: EngineContext, start: () => unknown): Chat['connect'] {
  const isOnline = () => engine.store.chat().connection.state.status === 'online'
  return (options = {}) => {
    const limits = readLimits(options)
    if (!(limits instanceof ChatError || limits.signal?.aborted)) start()
    return ignoreRejection(waitFor(engine, options, () => (isOnline() ? true : undefined)).then(() => {}))
  }
}

/** An app that calls it in a loop must not undo the back-off. */
const RECONNECT_MS = 1_000

export function createReconnect({ store, clock }: EngineContext): Chat['reconnect'] {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.now()
    if (now - last < RECONNECT_MS || store.chat().connection.state.status !== 'waiting') return
    last = now
    store.dispatchChat({ type: 'connection', event: { type: 'retry' } })
  }
}

/** The connection as rooms see it: only a first connect is on its way, every later one is a connection that was lost. */
export function roomConnectionOf(state: ConnectionState): RoomConnection {
  if (state.status === 'online') return 'up'
  return state.status === 'waiting' || state.status === 'stopped' ? 'down' : 'coming'
}
