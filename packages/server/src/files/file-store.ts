import type { UserId } from '@roomful/protocol'
import type { FileKind } from './file-kind'

export type StoredFile = {
  readonly id: string
  readonly ownerId: UserId
  readonly kind: FileKind
  readonly size: number
  /** Hash of the content, for caches to compare. */
  readonly sha256: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Why an upload was refused. */
export type FileProblem = 'TOO_LARGE' | 'UNKNOWN_KIND' | 'EMPTY'

/**
 * Stores uploads. Guarantees: once `put` resolves, the file is durable; content never changes; two uploads of the same
 * content have two ids and are stored once; a name from the uploader is never part of a path.
 */
export interface FileStore {
  /** Rejects with a StoreError (STORAGE_FULL, UNAVAILABLE) if the disk fails, and with the body's own error. */
  put(body: AsyncIterable<Uint8Array>, ownerId: UserId, now: number): Promise<StoredFile | FileProblem>
  /** Undefined unless it is the id of an existing file. */
  find(id: string): Promise<StoredFile | undefined>
  /** Undefined: it has just been removed. */
  content(file: StoredFile): Promise<ReadableStream<Uint8Array> | undefined>
  /** All files uploaded before that time. */
  olderThan(beforeMs: number): AsyncIterable<StoredFile>
  remove(file: StoredFile): Promise<void>
  /** Total bytes of all contents. Reads the folder, and yields. */
  measure(): Promise<number>
}

/** The longest upload. */
export const FILE_BYTES = 10 * 1024 * 1024
export const FILE_ID = /^[0-9a-f]{64}-[0-9a-f]{16}$/
