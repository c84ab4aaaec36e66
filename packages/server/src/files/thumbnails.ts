import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { FileStore, StoredFile, ThumbnailSize } from './file-store'
import { type Images, isPicture } from './images'
import type { Staging } from './staging'

type Content = ReadableStream<Uint8Array>
export type ThumbnailsDeps = { readonly store: FileStore; readonly staging: Staging; readonly images: Images }

/** Files that are no pictures after all: they are not tried again, as long as they are remembered. */
const UNREADABLE_MAX = 1_000

/** Made when they are first asked for, and kept. */
export class Thumbnails {
  readonly #making = new Map<string, Promise<void>>()
  readonly #unreadable = new Set<string>()

  constructor(private readonly deps: ThumbnailsDeps) {}

  /** Undefined: there is none of such a file, or the file has just been removed. */
  async content(file: StoredFile, size: ThumbnailSize): Promise<Content | undefined> {
    const { store } = this.deps
    if (!isPicture(file.kind) || this.#unreadable.has(file.id)) return undefined
    const kept = await store.content(file, size)
    if (kept) return kept
    await this.#made(file, size)
    return this.#unreadable.has(file.id) ? undefined : store.content(file, size)
  }

  /** Those who ask at once wait for one. */
  #made(file: StoredFile, size: ThumbnailSize): Promise<void> {
    const key = `${file.id}/${size}`
    const making = this.#making.get(key) ?? this.#make(file, size).finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
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
