import type { ConnectionState } from '../core/chat-shape'
import type { Line } from '../core/room/room-core'
import type { Cells } from './cells'
import { stopped } from './handle-context'
import { quiet } from './waiters'

/** `connect()`: starts, and waits until online or stopped. */
export function createConnect(cells: Cells, start: () => void): () => Promise<void> {
  const { observers } = cells.chatTopic
  return () => {
    start()
    return quiet(
      new Promise<void>((resolve, reject) => {
        const check = (): void => {
          const { state } = cells.chat().connection
          if (state.status !== 'online' && state.status !== 'stopped') return
          observers.delete(check)
          if (state.status === 'online') resolve()
          else reject(state.error ?? stopped())
        }
        observers.add(check)
        check()
      }),
    )
  }
}

/** The line as rooms see it: only a first connect is on its way, every later one is a line that was lost. */
export function lineOf(state: ConnectionState): Line {
  if (state.status === 'online') return 'up'
  return state.status === 'waiting' || state.status === 'stopped' ? 'down' : 'coming'
}
