import type { ConnectionState, StorageState } from '../model/chat-shape'

/** What `chat.inspect` is asked for. */
export type InspectOptions = {
  /** How many events the timeline keeps: the latest. From 1 to 20,000; default 1,000. */
  events?: number
  /**
   * Texts of messages, names and metadata are kept too. Default false: of a text only its length. Tokens are never kept.
   */
  payloads?: boolean
}

/** JSON, as it may be exported. A text that is left out is `"(12 characters)"`. */
export type InspectedValue =
  | null
  | boolean
  | number
  | string
  | readonly InspectedValue[]
  | { readonly [key: string]: InspectedValue }

/**
 * One event of the timeline, with its number and the device's time of day in ms. `answer` belongs to the `request` with
 * the same `request` number. A gap is a change of the room that is missing while later ones are here.
 */
export type InspectedEvent = { readonly no: number; readonly at: number } & (
  | { readonly kind: 'connection'; readonly status: ConnectionState['status']; readonly code?: string }
  | {
      readonly kind: 'request'
      readonly request: number
      readonly event: string
      readonly roomId?: string
      readonly payload: InspectedValue
    }
  | {
      readonly kind: 'answer'
      readonly request: number
      readonly event: string
      readonly roomId?: string
      readonly outcome: 'ack' | 'refused' | 'timeout' | 'lost' | 'offline'
      readonly code?: string
      readonly tookMs: number
      readonly payload: InspectedValue
    }
  | {
      readonly kind: 'received'
      readonly event: string
      readonly roomId?: string
      readonly payload: InspectedValue
    }
  | { readonly kind: 'gap-found'; readonly roomId: string; readonly rev: number }
  | { readonly kind: 'gap-healed'; readonly roomId: string; readonly rev: number; readonly tookMs: number }
  | { readonly kind: 'storage'; readonly status: StorageState['status']; readonly reason?: string }
)

/** A stretch of `seq`s, both ends included. */
export type InspectedRange = { readonly from: number; readonly to: number }

/** One change of the outbox. `age` in ms, of a send: since it was written, or asked for again. */
export type InspectedEntry = {
  readonly roomId: string
  readonly id: string
  readonly kind: 'send' | 'edit' | 'delete' | 'react' | 'pin' | 'write-stream' | 'read'
  readonly state: 'storing' | 'ready' | 'inflight' | 'failed'
  readonly attempts: number
  readonly code?: string
  readonly ageMs?: number
}

/** The inside of one room. */
export type InspectedRoom = {
  readonly id: string
  /** '' unless `payloads` is set. */
  readonly name: string
  readonly type: string | null
  readonly isOpen: boolean
  readonly subscription: 'none' | 'requested' | 'notAMember' | 'active' | 'synced'
  /** The last rev applied with all before it, and the highest that was seen. */
  readonly cursor: number
  readonly highestSeenRev: number
  readonly gap: { readonly rev: number; readonly forMs: number; readonly tries: number } | null
  /** Changes that wait for the gap to heal. */
  readonly outOfOrder: number
  readonly request: 'sync' | 'page' | 'reload' | 'members' | null
  /** Loaded in memory, what lies between that, and what only the disk has. At most 50 of each. */
  readonly ranges: readonly InspectedRange[]
  readonly holes: readonly InspectedRange[]
  readonly evicted: readonly InspectedRange[]
  readonly lastSeq: number
  readonly rows: number
  /** `rows`: counted from the loaded messages. `server`: the server's count, carried on, as not all are loaded or live. */
  readonly unread: {
    readonly count: number
    readonly from: 'rows' | 'server'
    readonly lastReadSeq: number
    readonly isStale: boolean
  }
  /** `heldForMs`: until the next try, after a refusal or a missing answer; 0: nothing is held. */
  readonly outbox: { readonly entries: number; readonly failed: number; readonly heldForMs: number }
  /** How often its listeners had something new: what renders a page again, at most. */
  readonly notifications: number
}

/** The connection as JSON. Moments are of the device's time of day, in ms. */
export type InspectedConnection = {
  readonly status: ConnectionState['status']
  readonly attempt?: number
  readonly since?: number
  readonly retryAt?: number
  /** Why it is down, and what that means. */
  readonly code?: string
  readonly text?: string
}

/** How often what happened since the inspector is open. */
export type InspectedCounts = {
  readonly requests: number
  readonly refused: number
  /** Requests without an answer: it timed out, or the connection ended. */
  readonly unanswered: number
  readonly received: number
  readonly gapsFound: number
  readonly gapsHealed: number
  readonly resyncs: number
  readonly connects: number
  /** From the loss of the connection, or the sight of a gap, to where it was made good: the longest and the last, in ms. */
  readonly longestHealMs: number
  readonly lastHealMs: number
  readonly notifications: number
}

/** What goes on inside a chat at one moment. The same object until something of it changed. */
export type Inspection = {
  readonly at: number
  readonly userId: string | null
  readonly epoch: string | null
  readonly connection: InspectedConnection
  /** The latest 50 changes of it, oldest first. */
  readonly history: readonly Extract<InspectedEvent, { kind: 'connection' }>[]
  readonly storage: StorageState & { readonly kind: string }
  /** `writer`: this tab writes the rows of the local copy. */
  readonly tabs: { readonly mode: 'shared' | 'separate'; readonly isWriter: boolean }
  /** Those that are open, wait or are in use first; at most 100. */
  readonly rooms: readonly InspectedRoom[]
  readonly roomCount: number
  /** In the order in which they go out, at most 200; `outboxCount` is how many there are. */
  readonly outbox: readonly InspectedEntry[]
  readonly outboxCount: number
  readonly counts: InspectedCounts
  readonly events: readonly InspectedEvent[]
  /** Events that the timeline had no place for any more. */
  readonly forgotten: number
}

/** A trace: a file of what happened, which `roomful replay` shows. */
export type InspectTrace = {
  readonly format: 'roomful-trace'
  readonly version: 1
  readonly payloads: boolean
  readonly inspection: Inspection
}

/** A look inside a chat while it runs. It changes nothing in it. */
export interface Inspector {
  /** Made when it is asked for. The same object until something changed. */
  getState(): Inspection
  /** Calls `listener` after each batch of events or changes. Returns the function that stops it. */
  subscribe(listener: () => void): () => void
  /** All of it as one JSON value. */
  trace(): InspectTrace
  /** Nothing is recorded any more, and nothing of it is left in the chat. Twice is fine. */
  stop(): void
}
