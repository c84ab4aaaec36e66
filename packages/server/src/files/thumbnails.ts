import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Refusal } from '../core/ops'
import type { FileStore, StoredFile, ThumbnailSize } from './file-store'
import { type Images, isPicture } from './images'
import type { Asker, PictureJob, PictureTurns } from './picture-turns'
import type { Staging } from './staging'

type Content = ReadableStream<Uint8Array>
export type ThumbnailsDeps = {
  readonly store: FileStore
  readonly staging: Staging
  readonly images: Images
  readonly turns: PictureTurns
}

/** Files that are no pictures after all: they are not tried again, as long as they are remembered. */
const UNREADABLE_MAX = 1_000

/** Made when they are first asked for, and kept. */
export class Thumbnails {
  readonly #making = new Map<string, PictureJob<void>>()
  readonly #unreadable = new Set<string>()

  constructor(private readonly deps: ThumbnailsDeps) {}

  /**
   * Undefined: there is none of such a file, or the file has just been removed. A refusal: too many pictures wait. Rejects
   * with `Gone` for a request that has ended.
   */
  async content(file: StoredFile, size: ThumbnailSize, asker: Asker): Promise<Content | Refusal | undefined> {
    const { store } = this.deps
    if (!isPicture(file.kind) || this.#unreadable.has(file.id)) return undefined
    const kept = await store.content(file, size)
    if (kept) return kept
    const refusal = await this.#made(file, size, asker)
    if (refusal) return refusal
    return this.#unreadable.has(file.id) ? undefined : store.content(file, size)
  }

  /** Those who ask at once wait for one. The original is read in its turn too: until then nothing of it is on the disk. */
  async #made(file: StoredFile, size: ThumbnailSize, asker: Asker): Promise<Refusal | undefined> {
    const key = `${file.id}/${size}`
    const end = (): void => void this.#making.delete(key)
    const make = (): Promise<void> => this.#make(file, size).finally(end)
    const job = this.#making.get(key) ?? this.deps.turns.job(make)
    this.#making.set(key, job)
    try {
      return (await job.ask(asker)) ?? undefined
    } finally {
      if (job.isForsaken) end()
    }
  }

  async #make(file: StoredFile, size: ThumbnailSize): Promise<void> {
    const { store, staging, images } = this.deps
    const content = await store.content(file)
    const original = content && (await staging.receive(readable(content), file.size))
    if (!original) return
    try {
      const picture = await images.thumbnail(original.path, size)
      const made = picture && (await staging.receive(Readable.from([picture]), picture.byteLength))
      if (!made) return this.#remember(file.id)
      try {
        await store.putThumbnail(file, size, made.path)
      } finally {
        await rm(made.path, { force: true })
      }
    } finally {
      await rm(original.path, { force: true })
    }
  }

  #remember(id: string): void {
    const [oldest] = this.#unreadable
    if (oldest !== undefined && this.#unreadable.size >= UNREADABLE_MAX) this.#unreadable.delete(oldest)
    this.#unreadable.add(id)
  }
}

const readable = (content: Content): Readable => Readable.fromWeb(content as NodeStream<Uint8Array>)
