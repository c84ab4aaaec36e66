import type { UserId } from '@roomful/protocol'
import type { FileKind } from './file-kinds'

export type StoredFile = {
  /** Made by the server, from `[0-9a-f-]` only. */
  readonly id: string
  readonly ownerId: UserId
  /** By its content, whatever its sender states. */
  readonly kind: FileKind
  /** Bytes. */
  readonly size: number
  /** Hash of the content in hex, for caches to compare. */
  readonly sha256: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The longest side of a thumbnail, in pixels. */
export const THUMBNAIL_SIZES = [160, 480, 1280] as const
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number]

/**
 * Stores uploads: a folder, a bucket, or an app's own, as `files` of `createChatServer`. `fileStoreContract` of
 * `@roomful/server/contract` tests an own one.
 *
 * Guarantees: once a `put` resolves, the file is durable; a content never changes. Methods reject with a StoreError: STORAGE_FULL, or UNAVAILABLE if it is worth another attempt.
 */
export interface FileStore {
  /** A folder on the disk of this store, where uploads under way are received. By default one of the system's. */
  readonly incoming?: string
  /**
   * Keeps a file whose content is at this path, checked and complete. The path may be moved away. The same file again
   * is no error: the first `put` may have been cut off, or its answer lost.
   */
  put(file: StoredFile, path: string): Promise<void>
  /** Undefined unless it is the id of an existing file; any text may be asked for. */
  find(id: string): Promise<StoredFile | undefined>
  /** The bytes, or those of its thumbnail. Undefined: it has just been removed, or has no such thumbnail. */
  content(file: StoredFile, thumbnail?: ThumbnailSize): Promise<ReadableStream<Uint8Array> | undefined>
  /**
   * The bytes from `from` to `to`, both included and inside the file, for a player that seeks. Undefined: it has just been
   * removed. Absent: only whole files are served.
   */
  part?(file: StoredFile, range: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>
  /** Keeps a thumbnail, a WebP picture, for as long as its file. */
  putThumbnail(file: StoredFile, size: ThumbnailSize, path: string): Promise<void>
  /** Ids of all files that were put before that time, in milliseconds since the epoch. Reads page by page. */
  olderThan(beforeMs: number): AsyncIterable<string>
  /** Removes a file and its thumbnails. No error if there is no such file. */
  remove(id: string): Promise<void>
  /** Total bytes that it takes. Reads page by page. */
  measure(): Promise<number>
  /**
   * An address that anybody may read the content at until it expires, served with that type and disposition. Absent:
   * this server hands the bytes on, as it does with thumbnails.
   */
  link?(file: StoredFile, shown: LinkOptions): Promise<string>
  /** Uploads of clients into the store, past this server. Absent: this server takes the bytes. */
  readonly direct?: DirectUploads
}

/** Places in a file, from 0; both belong to it. */
export type ByteRange = { readonly from: number; readonly to: number }

export type LinkOptions = {
  readonly contentType: string
  readonly disposition: string
  readonly expiresInMs: number
}

/**
 * The part of a store that clients upload to. What they sent is under a key, apart from the files, until the server has
 * checked it and put it as a file. Keys are made by the server, from `[0-9a-f/-]`.
 */
export interface DirectUploads {
  /** Where one PUT of exactly `size` bytes with these headers is accepted, until it expires. */
  address(
    key: string,
    size: number,
    expiresInMs: number,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>
  /** The bytes that were sent. Undefined: none were, or they were discarded. */
  received(key: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** No error if there are none. */
  discard(key: string): Promise<void>
  /** Keys of what was sent before that time, in milliseconds since the epoch, and not discarded. Reads page by page. */
  olderThan(beforeMs: number): AsyncIterable<string>
}

export const FILE_ID = /^[0-9a-f]{64}-[0-9a-f]{16}$/
