import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

export const OWNER_ONLY = 0o600

/**
 * The real path: a file has one lock, whichever link leads to it. Makes the file if needed, readable by its owner only.
 */
export function realPath(file: string): string {
  const path = resolve(file)
  const made = mkdirSync(dirname(path), { recursive: true })
  if (made !== undefined) syncFolders(dirname(path), dirname(made))
  // Not if it exists: closing any handle of a file drops all locks that this process has on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', OWNER_ONLY))
  return realpathSync(path)
}

/** Without it a power cut could lose a new folder, and the database in it, whatever was synced inside (P1). */
export function syncFolders(from: string, upTo: string): void {
  // Windows makes its folders durable by itself, and refuses to sync one.
  if (process.platform === 'win32') return
  for (let folder = from; ; folder = dirname(folder)) {
    const handle = openSync(folder, 'r')
    fsyncSync(handle)
    closeSync(handle)
    if (folder === upTo) return
  }
}
