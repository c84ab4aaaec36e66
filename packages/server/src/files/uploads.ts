import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import { detectKind } from './detect-kind'
import type { FileKind } from './file-kinds'
import type { FileStore, StoredFile } from './file-store'
import type { KindLimits } from './kind-limits'
import type { Staged, Staging } from './staging'

/** `kinds`: what is accepted instead. */
export type UploadRefusal = Refusal & { readonly kinds?: readonly FileKind[] }

export type UploadsDeps = {
  readonly store: FileStore
  readonly staging: Staging
  readonly limits: KindLimits
  readonly clock: Clock
}

/** The way of every upload into the store: received, checked, kept. */
export class Uploads {
  constructor(private readonly deps: UploadsDeps) {}

  /** The refusal of an upload that is announced as too large. */
  sizeRefusal(size: number): UploadRefusal | undefined {
    const { most } = this.deps.limits
    return size > most ? refuse('PAYLOAD_TOO_LARGE', { limit: most }) : undefined
  }

  /** Rejects with a StoreError, or with the body's own error; then nothing is kept. */
  async accept(body: AsyncIterable<Uint8Array>, ownerId: UserId): Promise<StoredFile | UploadRefusal> {
    const { staging, limits } = this.deps
    const staged = await staging.receive(body, limits.most)
    if (!staged) return refuse('PAYLOAD_TOO_LARGE', { limit: limits.most })
    try {
      const kind = await this.#kindOf(staged)
      return typeof kind === 'string' ? await this.#keep(staged, kind, ownerId) : kind
    } finally {
      await rm(staged.path, { force: true })
    }
  }

  async #kindOf(staged: Staged): Promise<FileKind | UploadRefusal> {
    const { limits } = this.deps
    const kind = staged.size > 0 ? await detectKind(staged) : undefined
    const most = kind && limits.of(kind)
    if (!kind || most === undefined) return { ...refuse('INVALID_CONTENT'), kinds: limits.kinds }
    return staged.size > most ? refuse('PAYLOAD_TOO_LARGE', { limit: most }) : kind
  }

  async #keep({ path, size, sha256 }: Staged, kind: FileKind, ownerId: UserId): Promise<StoredFile> {
    const { store, clock } = this.deps
    const id = `${sha256}-${randomBytes(8).toString('hex')}`
    const file: StoredFile = { id, ownerId, kind, size, sha256, createdAt: clock.now() }
    await store.put(file, path)
    return file
  }
}
