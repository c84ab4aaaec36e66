import type { FileStore } from '../files/file-store'
import type { Log } from '../ports/log'
import type { Store } from '../stores/port'

export type PurgesDeps = {
  readonly store: Pick<Store, 'read' | 'purgeDeleted'>
  readonly log: Log
  readonly files?: FileStore
}

/** Removes the remains of deleted rooms: their rows, and the files that only they showed. */
export async function purgeDeletedRooms(
  { store, files, log }: PurgesDeps,
  isStopped = (): boolean => false,
): Promise<void> {
  let [rows, removed] = [0, 0]
  for (let step = await next(); step.rows > 0; step = await next()) {
    rows += step.rows
    for (const fileId of new Set(step.fileIds)) {
      if (!files || (await store.read((reader) => reader.isFileShown(fileId)))) continue
      if (!(await files.find(fileId))) continue
      await files.remove(fileId)
      removed++
    }
  }
  if (rows > 0) log.info({ rows, files: removed }, 'deleted rooms were purged')

  async function next() {
    return isStopped() ? { rows: 0, fileIds: [] } : store.purgeDeleted()
  }
}

/** One purge at a time, in the background. The hourly upkeep does what is left when the node stops. */
export class Purges {
  #isRunning = false
  #isWanted = false
  #stopped = false

  constructor(private readonly deps: PurgesDeps) {}

  begin(): void {
    this.#isWanted = true
    if (!this.#isRunning) void this.#run()
  }

  stop(): void {
    this.#stopped = true
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isWanted && !this.#stopped) {
      this.#isWanted = false
      await purgeDeletedRooms(this.deps, () => this.#stopped).catch((error: unknown) => {
        this.deps.log.warn({ err: error }, 'deleted rooms could not be purged now')
      })
    }
    this.#isRunning = false
  }
}
