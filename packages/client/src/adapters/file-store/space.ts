import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Message } from '@roomful/protocol'
import { type LocalSnapshot, LocalStoreError, type LocalWrite } from '../../ports/local-store'
import { jsonOf } from '../stored-json'
import { isChunk } from '../stored-shape'
import { snapshotOf, withoutRows } from '../stored-space'
import {
  type Disk,
  FILE_MODE,
  inFolder,
  makeFolder,
  namesIn,
  readText,
  replaceFile,
  syncFolder,
} from './files'
import { applyLine, lineOf, type Recent } from './journal'
import { type Lock, takeLock } from './lock'
import { chunksPath, journalPath, type Loaded, load, saveSnapshot } from './snapshot'

/** Large enough that rewriting the snapshot is rare, small enough to be read in a few ms at the start. */
export const JOURNAL_BYTES = 1_000_000
/** What a folder is renamed to before it is deleted. */
export const GRAVE = '.wiped'
/** Files that are written side by side: the disk makes one flush of their syncs. */
const WRITERS = 16

/**
 * One user's folder. Every write is a line of the journal, and kept with it; now and then the journal becomes chunk
 * files and a new snapshot. A crash at any point leaves either the old snapshot and its whole journal, or the new
 * snapshot: chunk files that are ahead of the old one are overruled by the journal (I16).
 *
 *   lock.N · snapshot.json · journal.<generation>.ndjson · chunks/<hash of the room>/<index>.json
 */
export class Space {
  #recent: Recent
  #generation: number
  #journalSize: number
  #snapshotSize: number
  #journal: FileHandle | null = null

  private constructor(
    private readonly disk: Disk,
    private readonly folder: string,
    private readonly lock: Lock,
    private readonly journalBytes: number,
    loaded: Loaded,
  ) {
    this.#recent = loaded.recent
    this.#generation = loaded.generation
    this.#journalSize = loaded.journalSize
    this.#snapshotSize = loaded.snapshotSize
  }

  static async open(
    disk: Disk,
    folder: string,
    journalBytes: number,
  ): Promise<{ space: Space; snapshot: LocalSnapshot }> {
    await makeFolder(disk, folder)
    const lock = await takeLock(disk, folder)
    try {
      const loaded = await load(disk, folder)
      const space = new Space(disk, folder, lock, journalBytes, loaded)
      await space.#removeRooms(loaded.recent.cleared)
      await space.#removeOldJournals()
      if (loaded.damage.length > 0) await space.#compact()
      else await space.#openJournal()
      const snapshot = snapshotOf(space.#recent)
      return { space, snapshot: loaded.damage.length > 0 ? { ...snapshot, damage: loaded.damage } : snapshot }
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** Appends all of them at once, one sync for all: kept together or, when the disk refuses, not at all. */
  async write(writes: readonly LocalWrite[]): Promise<void> {
    await this.lock.check()
    const journal = this.#journal
    if (journal === null) throw new LocalStoreError('lost', `the journal in ${this.folder} is closed`)
    try {
      const lines = writes.map((write) => {
        const line = lineOf(this.#recent, write)
        const text = jsonOf(line)
        applyLine(this.#recent, line)
        return `${text}\n`
      })
      const bytes = Buffer.from(lines.join(''))
      await journal.appendFile(bytes)
      if (writes.some(isPrecious)) await journal.datasync()
      this.#journalSize += bytes.length
    } catch (error) {
      await this.#takeBack()
      throw error
    }
    // Cleared rooms give their place on the disk back at once: that is what a full one waits for.
    await this.#removeRooms(writes.flatMap((write) => write.clearRooms ?? []))
    if (this.#journalSize > Math.max(this.journalBytes, 2 * this.#snapshotSize)) await this.#compact()
  }

  async readChunks(
    roomId: string,
    indexes: readonly number[],
  ): Promise<{ index: number; messages: readonly Message[] }[]> {
    const chunks: { index: number; messages: readonly Message[] }[] = []
    for (const index of indexes) {
      const messages = this.#recent.chunks.get(roomId)?.get(index) ?? (await this.#chunkFile(roomId, index))
      if (messages === 'damaged') return await this.#giveUpRoom(roomId)
      if (messages.length > 0) chunks.push({ index, messages })
    }
    return chunks
  }

  async close(): Promise<void> {
    const journal = this.#journal
    this.#journal = null
    await journal?.close()
    await this.lock.release()
  }

  /** Renamed first: what is left after a crash in the middle is no space any more. */
  async wipe(): Promise<void> {
    await this.close()
    const grave = `${this.folder}${GRAVE}`
    await this.disk.rm(grave, { recursive: true, force: true })
    await this.disk.rename(this.folder, grave)
    await this.disk.rm(grave, { recursive: true, force: true })
  }

  async #chunkFile(roomId: string, index: number): Promise<readonly Message[] | 'damaged'> {
    if (this.#recent.cleared.has(roomId)) return []
    const text = await readText(this.disk, this.#chunkPath(roomId, index))
    if (text === null) return []
    try {
      const messages: unknown = JSON.parse(text)
      return isChunk(messages, index) ? messages : 'damaged'
    } catch {
      return 'damaged'
    }
  }

  async #giveUpRoom(roomId: string): Promise<never> {
    const room = this.#recent.rooms.get(roomId)
    await this.write([{ clearRooms: [roomId], ...(room && { rooms: [withoutRows(room)] }) }])
    throw new LocalStoreError('corrupt', `the stored rows of room ${roomId} were unreadable`)
  }

  /** Cuts off what a failed append left behind, and goes back to what the disk says. */
  async #takeBack(): Promise<void> {
    const journal = this.#journal
    this.#journal = null
    try {
      await journal?.truncate(this.#journalSize)
      this.#recent = (await load(this.disk, this.folder)).recent
      this.#journal = journal
    } finally {
      // A disk that does not even let go of bytes: everything is refused until the space is opened again.
      if (this.#journal === null) await journal?.close()
    }
  }

  async #compact(): Promise<void> {
    const { disk, folder } = this
    const files: (() => Promise<void>)[] = []
    const rooms = [...this.#recent.chunks.keys()].map((roomId) => this.#roomPath(roomId))
    for (const room of rooms) await makeFolder(disk, room)
    for (const [roomId, chunks] of this.#recent.chunks)
      for (const [index, messages] of chunks) {
        const path = this.#chunkPath(roomId, index)
        files.push(() =>
          messages.length > 0
            ? replaceFile(disk, path, JSON.stringify(messages))
            : disk.rm(path, { force: true }),
        )
      }
    for (let i = 0; i < files.length; i += WRITERS)
      await Promise.all(files.slice(i, i + WRITERS).map((write) => write()))
    for (const room of rooms) await syncFolder(disk, room)
    this.#snapshotSize = await saveSnapshot(disk, folder, this.#generation + 1, this.#recent)
    // From here on the new snapshot counts, and the journal of the old one does not.
    const old = this.#journal
    this.#journal = null
    this.#generation++
    this.#journalSize = 0
    this.#recent.chunks.clear()
    this.#recent.cleared.clear()
    await old?.close()
    await this.#openJournal()
    await this.#removeOldJournals()
  }

  async #openJournal(): Promise<void> {
    const journal = await this.disk.open(journalPath(this.folder, this.#generation), 'a', FILE_MODE)
    try {
      await journal.truncate(this.#journalSize)
      await syncFolder(this.disk, this.folder)
    } catch (error) {
      await journal.close()
      throw error
    }
    this.#journal = journal
  }

  async #removeRooms(roomIds: Iterable<string>): Promise<void> {
    for (const roomId of roomIds) await this.disk.rm(this.#roomPath(roomId), { recursive: true, force: true })
  }

  async #removeOldJournals(): Promise<void> {
    const current = journalPath(this.folder, this.#generation)
    for (const name of await namesIn(this.disk, this.folder)) {
      const path = inFolder(this.folder, name)
      if (/^journal\.\d+\.ndjson$/.test(name) && path !== current) await this.disk.rm(path, { force: true })
    }
  }

  /** By hash: room names differ by case only where file systems do not. */
  #roomPath(roomId: string): string {
    return inFolder(chunksPath(this.folder), hashOf(roomId))
  }

  #chunkPath(roomId: string, index: number): string {
    return inFolder(this.#roomPath(roomId), `${index}.json`)
  }
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

const isPrecious = (write: LocalWrite): boolean =>
  write.meta !== undefined || [write.putEntries, write.deleteEntries].some((entries) => entries?.length)
