import * as disk from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './failure'

/** The part of `node:fs/promises` that the store uses; tests wrap it to crash at a chosen call. */
export type Disk = Pick<
  typeof disk,
  'mkdir' | 'open' | 'readFile' | 'readdir' | 'rename' | 'rm' | 'stat' | 'utimes' | 'writeFile'
>
export const realDisk: Disk = disk

/** Messages are private: the owner only. */
export const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export const makeFolder = (disk: Disk, path: string): Promise<unknown> =>
  disk.mkdir(path, { recursive: true, mode: FOLDER_MODE })

/**
 * Replaces a file whole: a reader, and a crash at any moment, finds the old content or the new. Which of the two
 * survives power loss is only certain once the folder is synced.
 */
export async function replaceFile(disk: Disk, path: string, text: string): Promise<void> {
  const fresh = `${path}.new`
  const handle = await disk.open(fresh, 'w', FILE_MODE)
  try {
    await handle.writeFile(text)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await disk.rename(fresh, path)
}

/** Makes names durable. Windows has no equivalent, and needs none. */
export async function syncFolder(disk: Disk, path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await disk.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function readText(disk: Disk, path: string): Promise<string | null> {
  try {
    return await disk.readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export async function namesIn(disk: Disk, path: string): Promise<string[]> {
  try {
    return await disk.readdir(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

export const inFolder = (folder: string, ...names: string[]): string => join(folder, ...names)
