import type { UserId } from '@roomful/protocol'
import type { FileKind } from './file-kind'

export type StoredFile = {
  readonly id: string
  readonly ownerId: UserId
  readonly kind: FileKind
  readonly size: number
  /** Of the content: what caches compare. */
  readonly sha256: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Why an upload was not taken. */
export type FileProblem = 'TOO_LARGE' | 'UNKNOWN_KIND' | 'EMPTY'

/**
 * Where uploads are kept. Guarantees: what `put` answered is durable; content never changes; two uploads of the same
 * content have two ids and are kept once; a name of the uploader's is never part of a path.
 */
export interface FileStore {
  /** Rejects with a StoreError (STORAGE_FULL, UNAVAILABLE) where the disk fails, and with the body's own error. */
  put(body: AsyncIterable<Uint8Array>, ownerId: UserId, now: number): Promise<StoredFile | FileProblem>
  /** Undefined for whatever is no id of a file that is there. */
  find(id: string): Promise<StoredFile | undefined>
  /** Undefined: it has been removed in this moment. */
  content(file: StoredFile): Promise<ReadableStream<Uint8Array> | undefined>
  /** All that were uploaded before that time. */
  olderThan(beforeMs: number): AsyncIterable<StoredFile>
  remove(file: StoredFile): Promise<void>
  /** Bytes of all contents together. Reads the folder, and yields. */
  measure(): Promise<number>
}

/** The longest upload. */
export const FILE_BYTES = 10 * 1024 * 1024
export const FILE_ID = /^[0-9a-f]{64}-[0-9a-f]{16}$/
