import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileStore, StoredFile, ThumbnailSize } from '../file-store'
import { directUploadContract } from './direct-upload-contract'

export type OpenedFileStore = {
  readonly store: FileStore
  /** The same files, opened again, as after a restart. */
  readonly reopen: () => Promise<FileStore>
  readonly dispose: () => Promise<void>
}

const HOUR_MS = 3_600_000
/** More than one page of any store. */
const LARGE_BYTES = 3 * 1024 * 1024 + 17

/**
 * The guarantees of every FileStore, as tests: call it in a test file of the store. `open` makes an empty one.
 *
 * @example
 * fileStoreContract('folder', async () => {
 *   const open = () => openFileFolder('./files')
 *   return { store: await open(), reopen: open, dispose: async () => {} }
 * })
 */
export function fileStoreContract(name: string, open: () => Promise<OpenedFileStore>): void {
  describe(`file store contract: ${name}`, () => {
    let opened: OpenedFileStore
    let store: FileStore
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'roomful-file-contract-'))
      opened = await open()
      store = opened.store
    })
    afterEach(async () => {
      await opened.dispose()
      await rm(folder, { recursive: true })
    })

    /** A file on the disk, as the server hands it over. */
    const onDisk = async (content: Uint8Array): Promise<string> => {
      const path = join(folder, randomBytes(8).toString('hex'))
      await writeFile(path, content)
      return path
    }
    const describeFile = (
      content: Uint8Array,
      ownerId = 'ann',
      more: Partial<StoredFile> = {},
    ): StoredFile => {
      const sha256 = createHash('sha256').update(content).digest('hex')
      const id = `${sha256}-${randomBytes(8).toString('hex')}`
      const facts = { kind: 'image/png', size: content.byteLength, createdAt: Date.now() } as const
      return { id, ownerId: asUserId(ownerId), sha256, ...facts, ...more }
    }
    const put = async (
      content: Uint8Array,
      ownerId?: string,
      more?: Partial<StoredFile>,
    ): Promise<StoredFile> => {
      const file = describeFile(content, ownerId, more)
      await store.put(file, await onDisk(content))
      return file
    }
    const read = async (file: StoredFile, thumbnail?: ThumbnailSize): Promise<Buffer | undefined> => {
      const content = await store.content(file, thumbnail)
      return content && Buffer.from(await new Response(content).arrayBuffer())
    }
    const olderThan = async (beforeMs: number): Promise<string[]> => {
      const ids: string[] = []
      for await (const id of store.olderThan(beforeMs)) ids.push(id)
      return ids.sort()
    }
    const CAT = Buffer.from('a picture of a cat')

    test('a part of a file is its bytes from the first to the last, or the store serves whole files only', async () => {
      if (!store.part) return
      const large = randomBytes(LARGE_BYTES)
      const file = await put(large)
      const [from, to] = [1_000_000, 2_000_000]
      const part = await store.part(file, { from, to })
      const bytes = part && Buffer.from(await new Response(part).arrayBuffer())
      expect(bytes?.equals(large.subarray(from, to + 1))).toBe(true)
      await store.remove(file.id)
      expect(await store.part(file, { from: 0, to: 0 })).toBeUndefined()
    })

    test('returns what was put, also when it is opened again', async () => {
      const file = await put(CAT)
      expect(await store.find(file.id)).toEqual(file)
      expect(await read(file)).toEqual(CAT)
      store = await opened.reopen()
      expect(await store.find(file.id)).toEqual(file)
      expect(await read(file)).toEqual(CAT)
    })

    test('keeps every kind, and every id of an owner', async () => {
      for (const ownerId of ['ann', 'a.b@example.com', 'auth0|5f7c', '日本', 'ü'.repeat(60)]) {
        const file = await put(CAT, ownerId, { kind: 'text/plain' })
        expect(await store.find(file.id)).toEqual(file)
      }
    })

    test('keeps a large content byte for byte', async () => {
      const large = randomBytes(LARGE_BYTES)
      const file = await put(large)
      expect((await read(file))?.equals(large)).toBe(true)
      expect(await store.find(file.id)).toMatchObject({ size: LARGE_BYTES })
    })

    test('the same file put twice is there once', async () => {
      const file = await put(CAT)
      await store.put(file, await onDisk(CAT))
      expect(await read(file)).toEqual(CAT)
      expect(await olderThan(Date.now() + HOUR_MS)).toEqual([file.id])
    })

    test.each([
      '',
      'x',
      '../secret',
      'a/b',
      '%2e%2e',
      '__proto__',
      `${'a'.repeat(64)}-../../../../x`,
      'é\u0000',
    ])('finds nothing by %j', async (id) => {
      await put(CAT)
      expect(await store.find(id)).toBeUndefined()
      await store.remove(id)
      expect(await olderThan(Date.now() + HOUR_MS)).toHaveLength(1)
    })

    test('a removed file is gone, and may be removed again', async () => {
      const file = await put(CAT)
      await store.remove(file.id)
      expect(await store.find(file.id)).toBeUndefined()
      expect(await store.content(file)).toBeUndefined()
      expect(await olderThan(Date.now() + HOUR_MS)).toEqual([])
      await store.remove(file.id)
    })

    test('two files of one content are two: each has its owner, and outlives the other', async () => {
      const [first, second] = [await put(CAT), await put(CAT, 'bob')]
      expect((await store.find(second.id))?.ownerId).toBe('bob')
      await store.remove(first.id)
      expect(await store.find(first.id)).toBeUndefined()
      expect(await read(second)).toEqual(CAT)
    })

    test('a file that is put while the last other one of its content is removed stays whole', async () => {
      for (let round = 0; round < 10; round++) {
        const old = await put(CAT)
        const [fresh] = await Promise.all([put(CAT, 'bob'), store.remove(old.id)])
        expect(await read(fresh)).toEqual(CAT)
        await store.remove(fresh.id)
      }
    })

    test('names the files that are older than a time, and no others', async () => {
      const files = await Promise.all(
        Array.from({ length: 25 }, (_, index) => put(Buffer.from(`content ${index}`))),
      )
      const ids = files.map(({ id }) => id).sort()
      expect(await olderThan(Date.now() + HOUR_MS)).toEqual(ids)
      expect(await olderThan(Date.now() - HOUR_MS)).toEqual([])
    })

    test('measures its bytes', async () => {
      expect(await store.measure()).toBe(0)
      const [one, two] = [await put(Buffer.alloc(1_000, 1)), await put(Buffer.alloc(2_000, 2))]
      expect(await store.measure()).toBe(3_000)
      await store.remove(one.id)
      expect(await store.measure()).toBe(2_000)
      await store.remove(two.id)
      expect(await store.measure()).toBe(0)
    })

    test('keeps thumbnails with their file, and removes them with it', async () => {
      const [file, other] = [await put(CAT), await put(Buffer.from('a dog'))]
      expect(await read(file, 160)).toBeUndefined()
      await store.putThumbnail(file, 160, await onDisk(Buffer.from('small')))
      await store.putThumbnail(file, 480, await onDisk(Buffer.from('medium')))
      await store.putThumbnail(file, 480, await onDisk(Buffer.from('medium')))
      expect([await read(file, 160), await read(file, 480)].map(String)).toEqual(['small', 'medium'])
      expect(await read(file, 1280)).toBeUndefined()
      expect(await read(other, 160)).toBeUndefined()
      expect(await read(file)).toEqual(CAT)
      expect(await store.find(file.id)).toEqual(file)
      expect(await olderThan(Date.now() + HOUR_MS)).toEqual([file.id, other.id].sort())
      await store.remove(file.id)
      expect(await read(file, 160)).toBeUndefined()
      await store.remove(other.id)
      expect(await store.measure()).toBe(0)
    })

    test('a link, if it has such, serves the content as asked, without a token', async () => {
      if (!store.link) return
      const file = await put(CAT)
      const disposition = 'attachment; filename="cat.txt"'
      const shown = { contentType: 'text/plain; charset=utf-8', disposition, expiresInMs: HOUR_MS }
      const answer = await fetch(await store.link(file, shown))
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(CAT)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(answer.headers.get('content-disposition')).toBe(disposition)
    })

    directUploadContract(() => store)
  })
}
