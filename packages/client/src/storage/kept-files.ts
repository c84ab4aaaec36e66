import { FILE_MOST_BYTES } from './kept-files-limit'
import { type LocalPath, type LocalRecord, type LocalSpace, LocalStoreError } from './port'
import type { serialQueue } from './serial-queue'

const ALL_MOST_BYTES = 50_000_000
/** A multiple of three, so that no piece is padded. Small enough that a write between two of them need not wait. */
const PIECE_BYTES = 192 * 1024

/** What is known of a kept file before its pieces are read. Written first, and again with the last piece. */
type Index = {
  readonly bytes: number
  readonly kind: string
  readonly pieces: number
  readonly isWhole: boolean
}

/** The files of unsent messages, in one space. A value is JSON there, so that pieces are base64. */
export type KeptFiles = {
  /** What a space has: that of entries that are gone is removed. */
  found(records: readonly LocalRecord[], entries: ReadonlySet<string>): Promise<void>
  /** What goes with this entry. */
  pathsOf(clientId: string): readonly LocalPath[]
  /** They are off the disk. */
  removed(clientIds: readonly string[]): void
  keep(clientId: string, file: Blob): Promise<void>
  read(clientId: string): Promise<Blob | undefined>
}

/** `kept`: clientId → bytes, of what is there now. */
export function createKeptFiles(
  space: LocalSpace,
  queue: ReturnType<typeof serialQueue>,
  kept: Map<string, number>,
): KeptFiles {
  /** Those that this run has put there: their message may be on its way to the disk. */
  const own = new Set<string>()
  const all = (clientId: string): readonly LocalPath[] => [indexPath(clientId), ['files', clientId]]

  const forget = (clientId: string): void => {
    kept.delete(clientId)
    own.delete(clientId)
  }

  async function load(path: LocalPath): Promise<unknown> {
    const [[, value] = []] = await queue(() => space.load([path])).catch(noneIfDamaged)
    return value
  }

  async function write(clientId: string, file: Blob): Promise<void> {
    const pieces = Math.ceil(file.size / PIECE_BYTES)
    const index = { bytes: file.size, kind: file.type, pieces }
    const save = (put: readonly LocalRecord[]) =>
      // Its message may have gone out meanwhile, and the file with it.
      queue(async () => (kept.has(clientId) ? await space.save({ put, durable: true }) : undefined))
    await save([[indexPath(clientId), { ...index, isWhole: false }]])
    for (let i = 0; i < pieces && kept.has(clientId); i++) {
      const piece = file.slice(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)
      const text = toBase64(new Uint8Array(await piece.arrayBuffer()))
      const whole: LocalRecord[] =
        i === pieces - 1 ? [[indexPath(clientId), { ...index, isWhole: true }]] : []
      await save([[['files', clientId, i], text], ...whole])
    }
  }

  return {
    async found(records, entries) {
      const orphans: string[] = []
      for (const id of kept.keys()) if (!own.has(id)) kept.delete(id)
      for (const [[table, key], value] of records) {
        const clientId = table === 'meta' ? clientIdIn(key) : undefined
        if (clientId === undefined) continue
        if (entries.has(clientId) && isIndex(value)) kept.set(clientId, value.bytes)
        else if (!own.has(clientId)) orphans.push(clientId)
      }
      // A disk that cannot do it now can the next time.
      if (orphans.length > 0) await space.save({ remove: orphans.flatMap(all) }).catch(() => {})
    },

    pathsOf: (clientId) => (kept.has(clientId) ? all(clientId) : []),

    removed: (clientIds) => {
      for (const id of clientIds) forget(id)
    },

    async keep(clientId, file) {
      const others = [...kept].reduce((sum, [id, bytes]) => (id === clientId ? sum : sum + bytes), 0)
      if (file.size > FILE_MOST_BYTES || others + file.size > ALL_MOST_BYTES)
        throw new LocalStoreError('quota', `a file of ${file.size} bytes is not kept`)
      kept.set(clientId, file.size)
      own.add(clientId)
      try {
        await write(clientId, file)
      } catch (error) {
        await queue(() => space.save({ remove: all(clientId) })).catch(() => {})
        forget(clientId)
        throw error
      }
    },

    async read(clientId) {
      const index = await load(indexPath(clientId))
      if (!isIndex(index) || !index.isWhole) return undefined
      const parts: Uint8Array<ArrayBuffer>[] = []
      for (let i = 0; i < index.pieces; i++) {
        const text = await load(['files', clientId, i])
        const bytes = typeof text === 'string' ? fromBase64(text) : undefined
        if (bytes === undefined) return undefined
        parts.push(bytes)
      }
      const file = new Blob(parts, { type: index.kind })
      return file.size === index.bytes ? file : undefined
    },
  }
}

const PREFIX = 'file/'
const indexPath = (clientId: string): LocalPath => ['meta', `${PREFIX}${clientId}`]
const clientIdIn = (key: unknown): string | undefined =>
  typeof key === 'string' && key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined

/** A record that cannot be read is as one that is missing: another try would not read it either. */
function noneIfDamaged(error: unknown): readonly LocalRecord[] {
  if (error instanceof LocalStoreError && error.reason === 'corrupt') return []
  throw error
}

function isIndex(value: unknown): value is Index {
  if (typeof value !== 'object' || value === null) return false
  const { bytes, kind, pieces, isWhole } = value as Partial<Record<keyof Index, unknown>>
  return (
    [bytes, pieces].every(Number.isSafeInteger) && typeof kind === 'string' && typeof isWhole === 'boolean'
  )
}

/** Arguments of one call are on the stack. */
const CHARS_AT_ONCE = 8 * 1024

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += CHARS_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(i, i + CHARS_AT_ONCE))
  return btoa(text)
}

/** Undefined: it is damaged. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
