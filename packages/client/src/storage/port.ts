/**
 * The tables of the local copy. `lastUsers`: who was here on each server, in a separate space. `meta`: whose copy it
 * is. `rooms`: one record a room. `chunks`: up to 128 messages, by room and `seq >> 7`. `entries`: one unsent change each.
 * `files`: the bytes of unsent files in pieces, by clientId and place.
 */
export type LocalTable = 'lastUsers' | 'meta' | 'rooms' | 'chunks' | 'entries' | 'files'

/**
 * Where a record is: its table, and its key there, which has two parts in `chunks` and `files`
 * (`['chunks', roomId, index]`) and one everywhere else. A shorter path means all records below it.
 */
export type LocalPath = readonly [table: LocalTable, ...key: readonly (string | number)[]]

/** A value is JSON, an object or a list; a string in `lastUsers` and where `meta` has one. */
export type LocalRecord = readonly [path: LocalPath, value: unknown]

/** What is saved at once: what goes, and then what is put. */
export type LocalBatch = {
  /** The record that must be there unchanged, or (undefined) be absent: otherwise the batch is refused as `taken`. */
  readonly expect?: LocalRecord
  /** Before `put`. What is not there is fine. */
  readonly remove?: readonly LocalPath[]
  /** They replace what was there. */
  readonly put?: readonly LocalRecord[]
  /** It must survive power loss; without it only the end of the process. */
  readonly durable?: boolean
}

/**
 * The records under one name. Guarantees: a batch is kept whole or not at all, `save` resolves when it is, and batches are
 * kept in the order of the calls, so that a crash leaves a prefix of them. A call that rejects has changed nothing.
 */
export interface LocalSpace {
  /**
   * The records at these paths and below them, in the order of the paths; missing ones are left out. A value that
   * cannot be read is undefined; if the platform does not say which one it is, the call rejects as `corrupt`.
   */
  load(paths: readonly LocalPath[]): Promise<readonly LocalRecord[]>
  save(batch: LocalBatch): Promise<void>
  /** Deletes all of it, also what another handle on it keeps open, and leaves it. A crash in the middle deletes it too. */
  erase(): Promise<void>
  /** After the calls under way. Twice is fine. */
  close(): Promise<void>
}

/**
 * Where a device keeps its copy: a place for records, which knows nothing of rooms or users. `localStoreContract` of
 * `@roomful/testing` checks one.
 */
export interface LocalStore {
  readonly kind: 'memory' | 'file' | 'indexeddb' | 'key-value'
  /** Opens a storage space, and creates it if it is missing. Spaces of different names share nothing. */
  open(name: readonly string[]): Promise<LocalSpace>
}

export type LocalStoreReason =
  | 'blocked'
  | 'lost'
  | 'timeout'
  | 'deleted'
  | 'quota'
  | 'corrupt'
  | 'invalid'
  | 'taken'
  | 'unavailable'

/**
 * `blocked`, `lost` and `timeout` are about the handle and may pass; `deleted`: another tab signed out, or the data was
 * cleared, so nothing is kept until the next start; `quota`: there is no room; `corrupt`: a record cannot be read.
 * `invalid`: a value in the batch can never be kept here; `taken`: another tab has written what this batch builds on. After
 * these four the store is sound. `unavailable`: nothing can be kept here.
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
