import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { UserId } from '@roomful/protocol'
import * as v from 'valibot'
import { StoreError } from '../stores/port'
import { syncFolders, writeWhole } from './durable-write'
import { FILE_ID, type FileStore, type StoredFile } from './file-store'
import { receive } from './incoming'

const INCOMING = 'incoming'
const CONTENT = 'content'
const PLACE_ATTEMPTS = 5
/** An upload this old was cut off, and will not be finished. */
const ABANDONED_MS = 3_600_000

const FileRecord = v.object({
  id: v.pipe(v.string(), v.regex(FILE_ID)),
  ownerId: UserId,
  kind: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain']),
  size: v.number(),
  sha256: v.string(),
  createdAt: v.number(),
})

/**
 * Files in a folder that several servers may share:
 *
 *   incoming/<random>              an upload under way
 *   <first two of sha>/<sha>/content        the bytes, once, however often they were uploaded
 *   <first two of sha>/<sha>/<random>.json  one for each upload: whose it is
 *
 * The id is `<sha>-<random>`, so that it leads to its files without an index.
 */
export async function openFileFolder(folder: string, now: number): Promise<FileStore> {
  const incoming = join(folder, INCOMING)
  await mkdir(incoming, { recursive: true })
  await removeAbandoned(incoming, now - ABANDONED_MS)

  const folderOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256)
  const recordOf = ({ id, sha256 }: StoredFile): string => join(folderOf(sha256), `${id.slice(65)}.json`)
  const place = async (path: string, file: StoredFile, attempts = PLACE_ATTEMPTS): Promise<void> => {
    try {
      await mkdir(folderOf(file.sha256), { recursive: true })
      // The record first: a server that removes the last record of a content checks again before it removes the
      // content.
      await writeWhole(recordOf(file), JSON.stringify(file))
      await rename(path, join(folderOf(file.sha256), CONTENT))
    } catch (error) {
      // The last owner of the same content removed the folder between two of these steps.
      if (attempts <= 1 || !isMissing(error)) throw error
      await place(path, file, attempts - 1)
    }
  }
  return {
    async put(body, ownerId, createdAt) {
      const path = join(incoming, randomBytes(16).toString('hex'))
      try {
        const received = await receive(path, body)
        if (typeof received === 'string') return received
        const id = `${received.sha256}-${randomBytes(8).toString('hex')}`
        const file: StoredFile = { id, ownerId, createdAt, ...received }
        await place(path, file)
        await syncFolders(folderOf(file.sha256), join(folder, file.sha256.slice(0, 2)), folder)
        return file
      } catch (error) {
        throw isSystemError(error) ? toStoreError(error) : error
      } finally {
        await rm(path, { force: true })
      }
    },

    async find(id) {
      if (!FILE_ID.test(id)) return undefined
      return readRecord(join(folderOf(id.slice(0, 64)), `${id.slice(65)}.json`))
    },

    async content(file) {
      const handle = await open(join(folderOf(file.sha256), CONTENT)).catch(ignoreMissing)
      return handle && (Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>)
    },

    async *olderThan(beforeMs) {
      for (const start of await namesIn(folder)) {
        if (!/^[0-9a-f]{2}$/.test(start)) continue
        for (const sha256 of await namesIn(join(folder, start)))
          for (const name of await namesIn(join(folder, start, sha256))) {
            const file = name.endsWith('.json') && (await readRecord(join(folder, start, sha256, name)))
            if (file && file.createdAt < beforeMs) yield file
          }
      }
    },

    async remove(file) {
      await rm(recordOf(file), { force: true })
      await removeUnowned(folderOf(file.sha256))
    },

    async measure() {
      let bytes = 0
      for (const start of await namesIn(folder)) {
        if (!/^[0-9a-f]{2}$/.test(start)) continue
        for (const sha256 of await namesIn(join(folder, start))) {
          const facts = await stat(join(folder, start, sha256, CONTENT)).catch(ignoreMissing)
          bytes += facts?.size ?? 0
        }
      }
      return bytes
    },
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
  await rmdir(folder).catch((error: unknown) => {
    // Another upload has just started in it, or it was already removed.
    if (!isMissing(error) && !(isSystemError(error) && error.code === 'ENOTEMPTY')) throw error
  })
}

async function removeAbandoned(incoming: string, beforeMs: number): Promise<void> {
  for (const name of await namesIn(incoming)) {
    const path = join(incoming, name)
    const facts = await stat(path).catch(ignoreMissing)
    if (facts && facts.mtimeMs < beforeMs) await rm(path, { force: true })
  }
}

async function readRecord(path: string): Promise<StoredFile | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing)
  return text === undefined ? undefined : v.parse(FileRecord, JSON.parse(text))
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function toStoreError(error: NodeJS.ErrnoException): StoreError {
  const code = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'STORAGE_FULL' : 'UNAVAILABLE'
  return new StoreError(code, `files: ${error.code}`, { cause: error })
}
