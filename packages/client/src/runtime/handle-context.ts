import { ChatError } from '../core/chat-error'
import type { RoomState } from '../core/room-shape'
import type { RoomCell } from './cells'
import type { Session } from './session'
import type { Waiters } from './waiters'

/** What a room's handle leans on. */
export type HandleContext = {
  readonly session: Session
  readonly waiters: Waiters
  readonly readDebounceMs: number
  /** Connects, if nobody did yet. */
  start(): void
  /** The place in the outbox of what is done now. */
  nextOrder(): number
}

/** One room, as the parts of its handle see it. */
export type HandleRoom = HandleContext & {
  readonly id: string
  readonly cell: RoomCell
  readonly state: () => RoomState
}

export const stopped = (): ChatError => new ChatError('ABORTED', 'The chat was closed')

/**
 * Waits until `look` answers something: on every change of the room or the chat. Rejects with an error that it
 * answers, and when the chat is stopped. Undefined when the signal ends it.
 */
export function until<T>({ session, cell }: HandleRoom, look: () => T | ChatError | undefined): Promise<T>
export function until<T>(
  room: HandleRoom,
  look: () => T | ChatError | undefined,
  signal: AbortSignal | undefined,
): Promise<T | undefined>
export function until<T>(
  { session, cell }: HandleRoom,
  look: () => T | ChatError | undefined,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const { chatTopic, chat } = session.cells
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = []
    const check = (): void => {
      const found = signal?.aborted ? undefined : look()
      const { state } = chat().connection
      const isOver = signal?.aborted || state.status === 'stopped'
      if (found === undefined && !isOver) return
      for (const end of ends) end()
      if (found instanceof ChatError) reject(found)
      else if (found !== undefined || signal?.aborted) resolve(found)
      else reject(state.status === 'stopped' && state.error ? state.error : stopped())
    }
    for (const { observers } of [cell.topic, chatTopic]) {
      observers.add(check)
      ends.push(() => observers.delete(check))
    }
    signal?.addEventListener('abort', check)
    ends.push(() => signal?.removeEventListener('abort', check))
    check()
  })
}
