import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { OneAtATime } from '../handlers/one-at-a-time'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { DirectUploads, FileStore, StoredFile } from './file-store'
import { OpenGrants } from './open-grants'
import type { UploadGrant, UploadQuota } from './upload-quota'
import type { Uploader, UploadRefusal, Uploads } from './uploads'

/** How long its address is valid: a film over a slow network. */
export const ADDRESS_MS = 15 * 60_000
/** What was sent and not finished by then never will be. */
const UNFINISHED_MS = 24 * 3_600_000
const UPLOAD_ID = /^([1-9]\d{0,10})-([0-9a-f]{64})-([0-9a-f]{16})$/

export type Announced = { readonly size: number; readonly sha256: string }

/** An upload that a client may begin: a PUT to `url`, then a request to finish it. */
export type BegunUpload = {
  readonly id: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export type DirectUploadingDeps = {
  readonly store: FileStore
  readonly direct: DirectUploads
  readonly uploads: Uploads
  readonly quota: UploadQuota
  readonly clock: Clock
  readonly log: Log
  /** The end of the id of an upload: 16 hexadecimal digits, the same for the same key. */
  readonly suffixOf: (userId: UserId, key: string | undefined) => string
}

/**
 * Uploads past this server:
 *
 *   begin ──▶ the client's PUT into the store ──▶ finish: read back, checked like any upload, kept under its id
 *                                           └──▶ never: swept after a day
 *
 * No server remembers one. Its id has the announced size and hash, its key has its owner: so any server may finish it,
 * also after a restart, and a repeated finish finds the file. Until then nothing that was sent is readable, and a
 * later PUT to the same address changes nothing that was kept.
 */
export class DirectUploading {
  readonly #grants: OpenGrants
  readonly #finishing = new OneAtATime<string>()

  constructor(private readonly deps: DirectUploadingDeps) {
    this.#grants = new OpenGrants(deps.clock)
  }

  /** With a key that was used for the same bytes before, it is the same upload again. */
  async begin(
    userId: UserId,
    { size, sha256 }: Announced,
    uploadKey?: string,
  ): Promise<BegunUpload | Refusal> {
    const { direct, quota, clock, suffixOf } = this.deps
    const crowded = this.#grants.refusal(userId)
    if (crowded) return crowded
    const grant = await quota.begin(userId, size)
    if ('ok' in grant) return grant
    const id = `${size}-${sha256}-${suffixOf(userId, uploadKey)}`
    try {
      const expiresAt = clock.now() + ADDRESS_MS
      const address = await direct.address(keyOf(userId, id), size, ADDRESS_MS)
      this.#grants.take(userId, id)?.lapse()
      this.#grants.add(userId, id, grant)
      return { id, ...address, expiresAt }
    } catch (error) {
      grant.finish(undefined)
      throw error
    }
  }

  /** Undefined: this user has no such upload, or sent nothing. Rejects with a StoreError; then it may be repeated. */
  finish(owner: Uploader, id: string): Promise<StoredFile | UploadRefusal | undefined> {
    return this.#finishing.run(keyOf(owner.id, id), () => this.#finish(owner, id))
  }

  /** Discards what was sent and never finished. */
  async sweep(now: number, isStopped: () => boolean): Promise<void> {
    const { direct, log } = this.deps
    let removed = 0
    for await (const key of direct.olderThan(now - UNFINISHED_MS)) {
      if (isStopped()) break
      await direct.discard(key)
      removed++
    }
    if (removed > 0) log.info({ uploads: removed }, 'uploads that were not finished were removed')
  }

  async #finish(owner: Uploader, id: string): Promise<StoredFile | UploadRefusal | undefined> {
    const { store, direct, quota } = this.deps
    const [, size, sha256, random] = UPLOAD_ID.exec(id) ?? []
    if (size === undefined || sha256 === undefined) return undefined
    const fileId = `${sha256}-${random}`
    const key = keyOf(owner.id, id)
    const finished = await store.find(fileId)
    if (finished) {
      if (finished.ownerId !== owner.id) return undefined
      this.#grants.take(owner.id, id)?.lapse()
      await this.#discard(key)
      return finished
    }
    const body = await direct.received(key)
    if (!body) return undefined
    // Another server began it, or this one before it was started again.
    const grant = this.#grants.take(owner.id, id) ?? (await quota.begin(owner.id, Number(size)))
    if ('ok' in grant) {
      await body.cancel()
      return grant
    }
    return this.#accept(owner, { id, key, grant, body, fileId, size: Number(size), sha256 })
  }

  async #accept(
    owner: Uploader,
    upload: { id: string; key: string; grant: UploadGrant; body: ReadableStream; fileId: string } & Announced,
  ): Promise<StoredFile | UploadRefusal> {
    const { uploads } = this.deps
    const { id, key, grant, body, fileId, size, sha256 } = upload
    const kept = await uploads
      .accept(Readable.fromWeb(body as NodeStream<Uint8Array>), owner, {
        announced: { id: fileId, size, sha256 },
      })
      .catch((error: unknown) => {
        this.#grants.add(owner.id, id, grant)
        throw error
      })
    // Too many pictures wait: what was sent is still there for the next try.
    if ('ok' in kept && (kept.code === 'RATE_LIMITED' || kept.code === 'OVERLOADED')) {
      this.#grants.add(owner.id, id, grant)
      return kept
    }
    // A refused one stays paid for: its address is still valid, and could be used again.
    if ('ok' in kept) grant.lapse()
    else grant.finish(kept)
    await this.#discard(key)
    return kept
  }

  async #discard(key: string): Promise<void> {
    const { direct, log } = this.deps
    await direct.discard(key).catch((error: unknown) => {
      log.warn({ err: error }, 'an upload could not be discarded now, and is swept later')
    })
  }
}

/** Where the bytes are before they are a file: for their owner only, whose id may have any characters. */
const keyOf = (userId: UserId, id: string): string =>
  `${createHash('sha256').update(userId).digest('hex').slice(0, 32)}/${id}`
