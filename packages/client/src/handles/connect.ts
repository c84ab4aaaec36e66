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

/** The connection as rooms see it: only a first connect is on its way, every later one is a connection that was lost. */
export function roomConnectionOf(state: ConnectionState): RoomConnection {
  if (state.status === 'online') return 'up'
  return state.status === 'waiting' || state.status === 'stopped' ? 'down' : 'coming'
}
