import type { Log } from '../ports/log'
import type { Store } from '../stores/port'
import type { FileStore } from './file-store'

/** An upload may wait this long for its message, which may still be in an outbox. */
export const UNSHOWN_MS = 7 * 24 * 3_600_000

/** Removes uploads that no message shows (any more): never sent, deleted, or purged. Returns how many. */
export async function sweepFiles(
  { files, store, log }: { files: FileStore; store: Pick<Store, 'read'>; log: Log },
  now: number,
  isStopped = (): boolean => false,
): Promise<number> {
  let removed = 0
  for await (const id of files.olderThan(now - UNSHOWN_MS)) {
    if (isStopped()) break
    if (await store.read((reader) => reader.isFileShown(id))) continue
    await files.remove(id)
    removed++
  }
  if (removed > 0) log.info({ files: removed }, 'files that nothing shows were removed')
  return removed
}
