import type { Message, Pin, RoomListItem, User } from '@roomful/protocol'
import type { Range } from '../model/rows/timeline'
import type { LocalStore } from './port'

/** Seqs that are stored without a hole, `from` and `to` included. */
export type StoredRange = Range

/**
 * What is kept of a room beside its messages. Cursor and ranges are written with the rows they speak of, never alone: a
 * write that moves the cursor has applied the changes up to it to every stored range, or gives that range up (I5, I16).
 */
export type StoredRoom = {
  readonly roomId: string
  readonly cursor: number
  readonly lastSeq: number
  readonly ranges: readonly StoredRange[]
  readonly lastReadSeq: number
  readonly floorSeq: number
  /** As of the cursor; absent in what was written before pins were kept. */
  readonly pins?: readonly Pin[]
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

export type ReadChunk = Omit<StoredChunk, 'roomId'>

/** All parts of one write are kept together or not at all. */
export type LocalWrite = {
  readonly meta?: StoredMeta
  readonly rooms?: readonly StoredRoom[]
  /** Whole chunks: they replace what was there. An empty list of messages deletes the chunk. */
  readonly chunks?: readonly StoredChunk[]
  readonly putEntries?: readonly StoredEntry[]
  /** Applied after `putEntries`. Unknown ones are fine. */
  readonly deleteEntries?: readonly string[]
  /** Rooms whose record and rows go. Applied before `rooms` and `chunks`; their outbox entries stay. */
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
  /** It was open here before, and another tab has written rows since. */
  readonly rewritten?: boolean
}

/**
 * Whose copy to open. With `userId: null` (a cold start, offline) it is that of the user whom this `login` (see `loginOf`)
 * named before; without a login, that of the only user who was on this device and has not signed out. `meta.user` of the
 * snapshot names them.
 */
export type LocalScope = {
  readonly url: string
  readonly userId: string | null
  readonly login?: string | null
}

/**
 * The copy of one user on this device: rooms, messages and the outbox, laid out on a store of records. Calls are done in
 * order. Before `open`, after `wipe` and after `close` all is refused as `unavailable`.
 */
export interface LocalCopy {
  readonly kind: LocalStore['kind']
  /** Whose copy `open` would open; undefined: that is not known. A login is remembered as that user's. */
  userOf(scope: LocalScope): Promise<string | undefined>
  /** Leaves the copy that was open before. Null: it is not known whose to open, and nothing is open. */
  open(scope: LocalScope): Promise<LocalSnapshot | null>
  /** What is there now, after other tabs have written. From here on this one may write rows again. */
  refresh(): Promise<LocalSnapshot>
  /**
   * The existing chunks, in the requested order. If one is missing, its seqs are not held, even if they are in the
   * room's ranges (it may have been trimmed). `corrupt`: unreadable, and the room's rows have been cleared.
   */
  readChunks(roomId: string, indexes: readonly number[]): Promise<readonly ReadChunk[]>
  /** `taken`: another tab has written rows since this one last read or wrote them. Entries alone are never refused so. */
  write(write: LocalWrite): Promise<void>
  /**
   * Keeps the bytes of an unsent message, which go with its entry. `quota`: the file, or all together, are larger than
   * what is kept of files.
   */
  keepFile(clientId: string, file: Blob): Promise<void>
  /** Undefined: it is not there, or not whole. */
  readFile(clientId: string): Promise<Blob | undefined>
  /** Takes rows of the rooms viewed longest ago away, but not of these; false: there are none. */
  makeRoom(except: ReadonlySet<string>): Promise<boolean>
  /** Deletes everything of the open scope (sign-out, SESSION_REVOKED) and leaves it. */
  wipe(): Promise<void>
  close(): Promise<void>
}

/** A copy whose code is loaded when it is opened first. */
export type CopySource = { readonly kind: LocalStore['kind']; load(): Promise<LocalCopy> }

/** The room as if none of its messages had ever been loaded: the next sync asks for a first page. */
export const withoutRows = (room: StoredRoom): StoredRoom => ({ ...room, cursor: 0, ranges: [] })

/** One name for one server: `https://x` and `https://x/` are the same place. */
export const serverName = (url: string): string => url.replace(/\/+$/, '')
