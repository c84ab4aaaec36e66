import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Where a bot stores how far it has read in each room. Guarantee: `save` resolves only once the cursor is stored, and
 * only then does a message count as handled; after an earlier crash it is handled again.
 */
export interface CursorStore {
  /** The last handled seq by room id; a missing room has not been started. */
  load(): Promise<ReadonlyMap<string, number>>
  save(roomId: string, seq: number): Promise<void>
}

/** Forgets everything when the process ends: for tests, and for bots that only need messages sent while they run. */
export function memoryCursors(begin: Iterable<readonly [string, number]> = []): CursorStore {
  const cursors = new Map(begin)
  return {
    load: async () => new Map(cursors),
    save: async (roomId, seq) => {
      cursors.set(roomId, seq)
    },
  }
}

/**
 * One small JSON file. A rename replaces it whole, so a crash leaves the old one or the new one.
 *
 * @example
 * createBot({ url, auth: token, rooms: ['general'], cursors: fileCursors('./data/bot.json') })
 */
export function fileCursors(path: string): CursorStore {
  let cursors: Map<string, number> | undefined
  // One write at a time: rooms are handled in parallel, and the later rename must hold the later state.
  let writing: Promise<void> = Promise.resolve()

  async function read(): Promise<Map<string, number>> {
    try {
      return parse(await readFile(path, 'utf8'), path)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
      throw error
    }
  }

  return {
    async load() {
      cursors ??= await read()
      return new Map(cursors)
    },
    async save(roomId, seq) {
      cursors ??= await read()
      cursors.set(roomId, seq)
      const text = JSON.stringify(Object.fromEntries(cursors))
      const write = writing.then(async () => {
        await mkdir(dirname(path), { recursive: true })
        await writeFile(`${path}.new`, text)
        await rename(`${path}.new`, path)
      })
      // A failed write rejects for its caller; the next one starts anew.
      writing = write.catch(() => {})
      return write
    },
  }
}

function parse(text: string, path: string): Map<string, number> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${path} is no list of cursors`)
  }
  return new Map(
    Object.entries(value).map(([roomId, seq]) => {
      if (!Number.isSafeInteger(seq) || seq < 0) throw new Error(`${path}: the cursor of ${roomId} is no seq`)
      return [roomId, seq]
    }),
  )
}
