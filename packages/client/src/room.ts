import type { Metadata } from '@roomful/protocol'
import type { RoomState, ShownMessage } from './core/room-shape'

export type {
  MemberView,
  RoomState,
  RoomStatus,
  SendStatus,
  ShownMessage,
  TypingUser,
} from './core/room-shape'

export type MessageDraftInput = {
  content: string
  type?: string
  replyTo?: string
  metadata?: Metadata
}

/**
 * A send under way: a promise of the confirmed message, with the clientId at hand at once. It may be ignored: a
 * refusal shows as `failed` in the room and never raises an unhandled rejection. Offline it stays pending.
 */
export interface Sent extends Promise<ShownMessage> {
  readonly clientId: string
}

/** One room: cheap to get, the same object each time for one id. */
export interface Room {
  readonly id: string
  getState(): RoomState
  /** Calls `listener` once a batch of changes, never for a no-op. Returns the function that stops it. */
  subscribe(listener: () => void): () => void
  /** Calls `listener` when `selector`'s value changes (Object.is). */
  select<T>(selector: (state: RoomState) => T, listener: (value: T) => void): () => void
  /** Shorthand for `getState().messages`. */
  messages(): readonly ShownMessage[]
  /** Subscribes and loads the latest page; resolves when live. Counted: each `open` wants a `close`. */
  open(): Promise<void>
  close(): void
  /** Shown before it returns. */
  send(draft: string | MessageDraftInput): Sent
  /** Sends a failed message again, under the same clientId. */
  retry(clientId: string): void
  /** Drops a message that was not sent yet, or failed. Answers false when it is too late. */
  cancel(clientId: string): boolean
  edit(idOrClientId: string, content: string): Promise<void>
  delete(idOrClientId: string): Promise<void>
  react(idOrClientId: string, emoji: string, op: 'add' | 'remove'): Promise<void>
  loadOlder(count?: number): Promise<void>
  loadNewer(count?: number): Promise<void>
  jumpTo(seq: number): Promise<void>
  /** Moves the read cursor forward, to the newest message when no seq is named; debounced on the wire. */
  markRead(seq?: number): void
  /** Throttled out; stops by itself at the receiver. */
  setTyping(typing: boolean): void
  setDraft(text: string): void
  /** Each message once, in order, gaps filled. Starts after `after` (a seq), or with what comes next. */
  stream(options?: { after?: number; signal?: AbortSignal }): AsyncIterable<ShownMessage>
}
