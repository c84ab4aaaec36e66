import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { checkUpload, type OnUpload } from './check-upload'
import { detectKind } from './detect-kind'
import type { FileKind } from './file-kinds'
import type { FileStore, StoredFile } from './file-store'
import { type Images, isPicture } from './images'
import type { KindLimits } from './kind-limits'
import type { PictureTurns } from './picture-turns'
import type { Staged, Staging } from './staging'

/** `kinds`: what is accepted instead. */
export type UploadRefusal = Refusal & { readonly kinds?: readonly FileKind[] }

export type UploadsDeps = {
  readonly store: FileStore
  readonly staging: Staging
  readonly limits: KindLimits
  readonly onUpload?: OnUpload | undefined
  /** Takes the metadata out of pictures. */
  readonly stripping?: Images | undefined
  readonly turns: PictureTurns
  readonly clock: Clock
  readonly log: Log
}

/** Whose file it becomes; the id if it is known, or the end of it. */
type As = { readonly owner: Uploader; readonly id: string | undefined; readonly suffix: string }

type AcceptOptions = {
  /** The id of the file, and what its content has to be. */
  readonly announced?: { readonly id: string; readonly size: number; readonly sha256: string }
  /** The same content with the same key is the same file. */
  readonly key?: string | undefined
  /** The end of the request: its picture waits no longer. */
  readonly signal?: AbortSignal
  /** Called with the size of a picture that was worked on and is refused. */
  readonly charge?: (bytes: number) => void
}

/** Who uploads. */
export type Uploader = { readonly id: UserId; readonly name: string }

/** The random part of an id, by which two uploads of one content are two files. */
const drawSuffix = (): string => randomBytes(8).toString('hex')

/**
 * The end of an id that is the same for every try of one upload, which its client names by a key: so a repeated one is the
 * same file, on every server and in every store, and nothing has to be remembered. Without a key it is drawn.
 */
export const suffixOf = (owner: UserId, key: string | undefined): string =>
  key === undefined
    ? drawSuffix()
    : createHash('sha256')
        .update(JSON.stringify([owner, key]))
        .digest('hex')
        .slice(0, 16)

/** The way of every upload into the store: received, checked, kept. */
export class Uploads {
  constructor(private readonly deps: UploadsDeps) {}

  /** The refusal of an upload by what is announced of it, before it is sent. */
  announcedRefusal(size: number, kind?: string): UploadRefusal | undefined {
    const { limits } = this.deps
    const most = kind === undefined ? limits.most : limits.of(kind)
    if (most === undefined) return { ...refuse('INVALID_CONTENT'), kinds: limits.kinds }
    return size > most ? refuse('PAYLOAD_TOO_LARGE', { limit: most }) : undefined
  }

  /**
   * Rejects with a StoreError, with the body's own error, or with `Gone`; then nothing is kept. A refusal for the many
   * pictures that wait is for now: RATE_LIMITED, OVERLOADED.
   */
  async accept(
    body: AsyncIterable<Uint8Array>,
    owner: Uploader,
    options: AcceptOptions = {},
  ): Promise<StoredFile | UploadRefusal> {
    const { announced, key } = options
    const { staging, limits } = this.deps
    const most = announced ? Math.min(announced.size, limits.most) : limits.most
    const staged = await staging.receive(body, most)
    if (!staged) return refuse('PAYLOAD_TOO_LARGE', { limit: most })
    try {
      if (announced && announced.sha256 !== staged.sha256)
        return refuse('INVALID_CONTENT', { field: 'sha256' })
      const kind = await this.#kindOf(staged)
      if (typeof kind !== 'string') return kind
      const refusal = await this.#refusal(staged, kind, owner)
      const as = { owner, id: announced?.id, suffix: suffixOf(owner.id, key) }
      return refusal ?? (await this.#keepStripped(staged, kind, as, options))
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

  async #refusal(
    { path, size, sha256 }: Staged,
    kind: FileKind,
    user: Uploader,
  ): Promise<UploadRefusal | undefined> {
    const { onUpload, clock, log } = this.deps
    const { id, name } = user
    return checkUpload({ onUpload, clock, log }, { user: { id, name }, kind, size, sha256, path })
  }

  async #keepStripped(
    staged: Staged,
    kind: FileKind,
    as: As,
    { signal, charge }: AcceptOptions,
  ): Promise<StoredFile | UploadRefusal> {
    const { staging, stripping, turns } = this.deps
    if (!stripping || !isPicture(kind)) return this.#keep(staged, kind, as)
    const job = turns.job(() => stripping.stripped(staged.path, kind))
    const picture = await job.ask({ userId: as.owner.id, signal })
    if (picture && 'ok' in picture) return picture
    const stripped = picture && (await staging.receive(Readable.from([picture]), picture.byteLength))
    if (!stripped) {
      charge?.(staged.size)
      return refuse('INVALID_CONTENT')
    }
    try {
      return await this.#keep(stripped, kind, as)
    } finally {
      await rm(stripped.path, { force: true })
    }
  }

  async #keep(
    { path, size, sha256 }: Staged,
    kind: FileKind,
    { owner, suffix, id = `${sha256}-${suffix}` }: As,
  ): Promise<StoredFile> {
    const { store, clock } = this.deps
    const file: StoredFile = { id, ownerId: owner.id, kind, size, sha256, createdAt: clock.now() }
    // Also one that is there already: it is young again, and is not swept before its message comes.
    await store.put(file, path)
    return file
  }
}
