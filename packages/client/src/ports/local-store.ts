import type { Message, RoomListItem, User } from '@roomful/protocol'
import type { Range } from '../core/timeline'

export { CHUNK_BITS } from '../core/timeline'

/** Seqs that are stored without a hole, `from` and `to` included. */
export type StoredRange = Range

/**
 * What is kept of a room beside its messages. Cursor and ranges are written with the rows they speak of, never alone:
 * whoever moves the cursor has applied the changes up to it to every stored range, or gives that range up (I5, I16).
 */
export type StoredRoom = {
  readonly roomId: string
  readonly cursor: number
  readonly lastSeq: number
  readonly ranges: readonly StoredRange[]
  readonly lastReadSeq: number
  readonly floorSeq: number
  readonly item: RoomListItem | null
  readonly draft: string
  /** When it was last viewed, ms since the epoch: the oldest is trimmed first. */
  readonly usedAt: number
}

/** One entry of the outbox: `data` belongs to the outbox and is JSON. Ordered by `order` within its room. */
export type StoredEntry = {
  readonly clientId: string
  readonly roomId: string
  readonly order: number
  readonly data: unknown
}

/** Whose space it is, and of which history of the server its cursors speak. */
export type StoredMeta = { readonly user: User; readonly epoch: string }

/** All rows of `floor(seq / 128) === index` that the room's ranges speak of. */
export type StoredChunk = {
  readonly roomId: string
  readonly index: number
  readonly messages: readonly Message[]
}

/** All parts of one write are kept together or not at all. */
export type LocalWrite = {
  readonly meta?: StoredMeta
  readonly rooms?: readonly StoredRoom[]
  /** Whole chunks: they replace what was there. An empty list of messages deletes the chunk. */
  readonly chunks?: readonly StoredChunk[]
  readonly putEntries?: readonly StoredEntry[]
  /** Applied after `putEntries`. Unknown ones are fine. */
  readonly deleteEntries?: readonly string[]
  /**
   * Rooms whose record and rows go: reset or removal. Applied before `rooms` and `chunks`; their outbox entries stay.
   */
  readonly clearRooms?: readonly string[]
}

/** What `open` finds: all but the messages, which are read chunk by chunk. */
export type LocalSnapshot = {
  readonly meta: StoredMeta | null
  readonly rooms: readonly StoredRoom[]
  /** By `order`. */
  readonly entries: readonly StoredEntry[]
  /** One sentence for each thing that was unreadable and is gone; absent when all was well. */
  readonly damage?: readonly string[]
}

/**
 * Whose space to open. With `userId: null` (the token's owner is not known yet: a cold start, offline) it is that of
 * the user who opened one last on this server and did not sign out since; `meta.user` of the snapshot says who. If
 * there is none, the snapshot is empty and nothing is open: writes are refused as `unavailable` until the next
 * `open` by id.
 *
 * So that nobody is shown what is another's: give the id where the token tells it (a JWT's `sub`). After a cold
 * start by `null`, compare with the user of `ready`, and when it is another, take everything off the screen and
 * open again by id; send nothing from the outbox before that. Signing out is `wipe`, which also forgets who was last.
 */
export type LocalScope = { readonly url: string; readonly userId: string | null }

/**
 * What survives a reload. Guarantees: `write` resolves only when it is kept (as durable as the place allows; outbox
 * entries strictly so); writes are applied in the order of the calls; a crash leaves a prefix of them. Every method
 * may reject with a `LocalStoreError`; then nothing of that write was kept. Before `open`, after `wipe` and after
 * `close` there is no space: reads and writes are refused as `unavailable`.
 */
export interface LocalStore {
  readonly kind: 'memory' | 'file' | 'indexeddb' | 'key-value'
  /**
   * Opens the space of one server and user, and leaves the one open before. Another user's data is never returned
   * to an id, and never deleted here.
   */
  open(scope: LocalScope): Promise<LocalSnapshot>
  /**
   * The chunks that are there, in the order asked for. One that is missing means that its seqs are not held, whatever
   * the room's ranges say (it may have been trimmed). `corrupt`: unreadable, and the room's rows have been cleared.
   */
  readChunks(
    roomId: string,
    indexes: readonly number[],
  ): Promise<readonly { index: number; messages: readonly Message[] }[]>
  write(write: LocalWrite): Promise<void>
  /** Deletes everything of the open scope (sign-out, SESSION_REVOKED) and leaves it. */
  wipe(): Promise<void>
  /** Waits for the writes under way. Twice is fine; `open` works again. */
  close(): Promise<void>
}

export type LocalStoreReason =
  | 'blocked'
  | 'lost'
  | 'timeout'
  | 'deleted'
  | 'quota'
  | 'corrupt'
  | 'invalid'
  | 'unavailable'

/**
 * `blocked`, `lost` and `timeout` are about the handle and may pass; `deleted`: somebody signed out in another tab or
 * cleared the data, so nothing is kept until the next start; `quota` about room, `corrupt` about the content. `invalid`: a
 * value in the write can never be kept here; the store is sound, and goes on.
 */
export class LocalStoreError extends Error {
  override readonly name = 'LocalStoreError'
  constructor(
    readonly reason: LocalStoreReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
