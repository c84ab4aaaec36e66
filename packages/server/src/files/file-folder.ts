import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { UserId } from '@roomful/protocol'
import * as v from 'valibot'
import { syncFolders, writeWhole } from './durable-write'
import { ignoreMissing, isMissing, isSystemError, toStoreError } from './file-errors'
import { FILE_KINDS } from './file-kinds'
import { FILE_ID, type FileStore, type StoredFile, type ThumbnailSize } from './file-store'

const INCOMING = 'incoming'
const CONTENT = 'content'
const PLACE_ATTEMPTS = 5

const FileRecord = v.object({
  id: v.pipe(v.string(), v.regex(FILE_ID)),
  ownerId: UserId,
  kind: v.picklist(FILE_KINDS),
  size: v.number(),
  sha256: v.string(),
  createdAt: v.number(),
})

/**
 * Files in a folder that several servers may share:
 *
 *   incoming/<random>              an upload under way
 *   <first two of sha>/<sha>/content        the bytes, once, however often they were uploaded
 *   <first two of sha>/<sha>/thumbnail-160  a thumbnail of them
 *   <first two of sha>/<sha>/<random>.json  one for each upload: whose it is
 *
 * The id is `<sha>-<random>`, so that it leads to its files without an index.
 */
export async function openFileFolder(folder: string): Promise<FileStore> {
  const incoming = join(folder, INCOMING)
  await mkdir(incoming, { recursive: true })

  const folderOf = (id: string): string => join(folder, id.slice(0, 2), id.slice(0, 64))
  const recordOf = (id: string): string => join(folderOf(id), `${id.slice(65)}.json`)
  const place = async (file: StoredFile, path: string, attempts = PLACE_ATTEMPTS): Promise<void> => {
    try {
      await mkdir(folderOf(file.id), { recursive: true })
      // The record first: a server that removes the last record of a content checks again before it removes the
      // content.
      await writeWhole(recordOf(file.id), JSON.stringify(file))
      await rename(path, join(folderOf(file.id), CONTENT))
    } catch (error) {
      // The last owner of the same content removed the folder between two of these steps.
      if (attempts <= 1 || !isMissing(error)) throw error
      await place(file, path, attempts - 1)
    }
  }
  /** A path from which it can be moved into the folder at once. */
  const onThisDisk = async (path: string): Promise<string> => {
    const moved = join(incoming, randomBytes(16).toString('hex'))
    await rename(path, moved).catch(async (error: unknown) => {
      if (!isSystemError(error) || error.code !== 'EXDEV') throw error
      await copyFile(path, moved)
      await syncFile(moved)
    })
    return moved
  }
  return {
    incoming,

    put: (file, path) =>
      asStoreError(async () => {
        await place(file, await onThisDisk(path))
        await syncFolders(folderOf(file.id), join(folder, file.id.slice(0, 2)), folder)
      }),

    find: (id) => asStoreError(async () => (FILE_ID.test(id) ? readRecord(recordOf(id)) : undefined)),

    content: (file, thumbnail) =>
      asStoreError(async () => {
        const handle = await open(join(folderOf(file.id), nameOf(thumbnail))).catch(ignoreMissing)
        return handle && (Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>)
      }),

    part: (file, { from, to }) =>
      asStoreError(async () => {
        const handle = await open(join(folderOf(file.id), CONTENT)).catch(ignoreMissing)
        const bytes = handle?.createReadStream({ start: from, end: to })
        return bytes && (Readable.toWeb(bytes) as ReadableStream<Uint8Array>)
      }),

    putThumbnail: (file, size, path) =>
      asStoreError(async () => {
        // The file may have been removed meanwhile: then there is no folder for it.
        await rename(await onThisDisk(path), join(folderOf(file.id), nameOf(size))).catch(ignoreMissing)
      }),

    async *olderThan(beforeMs) {
      for await (const [start, sha256] of contentsIn(folder))
        for (const name of await namesIn(join(folder, start, sha256))) {
          const file = name.endsWith('.json') && (await readRecord(join(folder, start, sha256, name)))
          if (file && file.createdAt < beforeMs) yield file.id
        }
    },

    remove: (id) =>
      asStoreError(async () => {
        if (!FILE_ID.test(id)) return
        await rm(recordOf(id), { force: true })
        await removeUnowned(folderOf(id))
      }),

    measure: () =>
      asStoreError(async () => {
        let bytes = 0
        for await (const [start, sha256] of contentsIn(folder))
          for (const name of await namesIn(join(folder, start, sha256))) {
            if (name.endsWith('.json')) continue
            bytes += (await stat(join(folder, start, sha256, name)).catch(ignoreMissing))?.size ?? 0
          }
        return bytes
      }),
  }
}

const nameOf = (thumbnail: ThumbnailSize | undefined): string =>
  thumbnail === undefined ? CONTENT : `thumbnail-${thumbnail}`

async function* contentsIn(folder: string): AsyncGenerator<readonly [start: string, sha256: string]> {
  for (const start of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(start)) continue
    for (const sha256 of await namesIn(join(folder, start))) yield [start, sha256]
  }
}

/**
 * Removes a content with its last owner. It is moved aside first: an upload of the same content writes its record
 * before its content, so a content that then has an owner again is either moved back here or replaced there.
 */
async function removeUnowned(folder: string): Promise<void> {
  const isOwned = async (): Promise<boolean> => (await namesIn(folder)).some((name) => name.endsWith('.json'))
  if (await isOwned()) return
  const [content, aside] = [join(folder, CONTENT), join(folder, `${CONTENT}.removed`)]
  await rename(content, aside).catch(ignoreMissing)
  if (await isOwned()) {
    if (!(await namesIn(folder)).includes(CONTENT)) await rename(aside, content).catch(ignoreMissing)
    return
  }
  await rm(aside, { force: true })
  for (const name of await namesIn(folder))
    if (name.startsWith('thumbnail-')) await rm(join(folder, name), { force: true })
  await rmdir(folder).catch((error: unknown) => {
    // Another upload has just started in it, or it was already removed.
    if (!isMissing(error) && !(isSystemError(error) && error.code === 'ENOTEMPTY')) throw error
  })
}

async function readRecord(path: string): Promise<StoredFile | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing)
  return text === undefined ? undefined : v.parse(FileRecord, JSON.parse(text))
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function asStoreError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw isSystemError(error) ? toStoreError(error) : error
  }
}
