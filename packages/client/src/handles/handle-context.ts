import type { RoomSlot } from '../engine/chat-store'
import type { EngineContext } from '../engine/engine-context'
import type { UploadRunner } from '../engine/upload-runner'
import type { ChatError } from '../model/chat-error'
import type { RoomState } from '../model/room-shape'
import { waitFor } from './limits'
import type { RoomUses } from './room-uses'
import type { Waiters } from './waiters'

/** What a room's handle leans on. */
export type HandleContext = {
  readonly engine: EngineContext
  readonly waiters: Waiters
  readonly uses: RoomUses
  readonly uploads: UploadRunner
  /** Protocol 1 knows no uploads. */
  readonly takesFiles: boolean
  readonly readDebounceMs: number
  /** Connects, if that was not done yet. False: the chat is closed, and nothing begins any more. */
  start(): boolean
  /** The place in the outbox of what is done now. */
  nextOrder(): number
}

/** One room, as the parts of its handle see it. */
export type HandleRoom = HandleContext & {
  readonly id: string
  readonly slot: RoomSlot
  readonly state: () => RoomState
}

/** Waits until `look` answers something (see `waitFor`). Undefined when the signal ends it. */
export async function until<T>(
  { engine, slot }: HandleRoom,
  look: () => T | ChatError | undefined,
  signal?: AbortSignal,
  also?: (check: () => void) => () => void,
): Promise<T | undefined> {
  try {
    return await waitFor(engine, signal ? { signal } : {}, look, slot, also)
  } catch (error) {
    if (signal?.aborted) return undefined
    throw error
  }
}
