import { randomId } from '../platform/nanoid-ids'
import { createBudget, withoutMeasure } from './budget'
import { createDirectory } from './directory'
import { createKeptFiles, type KeptFiles } from './kept-files'
import {
  type LocalCopy,
  type LocalScope,
  type LocalSnapshot,
  type LocalWrite,
  type ReadChunk,
  type StoredRoom,
  serverName,
  withoutRows,
} from './local-copy'
import {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
} from './port'
import { serialQueue } from './serial-queue'
import { jsonOf } from './stored-json'
import { isChunk, isStoredEntry, isStoredMeta, isStoredRoom } from './stored-shape'

const META: LocalPath = ['meta', 'meta']
/** Another one with each write of rows, in the same batch: by it a tab sees that another has written since (see `write`). */
const VERSION: LocalPath = ['meta', 'version']

/** An open space, and what this tab last knew of it. */
type Open = {
  readonly server: string
  readonly userId: string
  readonly space: LocalSpace
  readonly queue: ReturnType<typeof serialQueue>
  readonly budget: ReturnType<typeof createBudget>
  version: unknown
  epoch: string | undefined
  /** The cursor up to which this tab has kept account of all changes, by room. */
  readonly cursors: Map<string, number>
  /** The files that are kept: clientId → bytes. */
  readonly kept: Map<string, number>
  readonly files: KeptFiles
}

export type CopyOptions = {
  /** Rows take no more than this, about. */
  readonly budgetBytes?: number
}

/**
 * The layout of a copy on any store: who was last here, shapes, damage, trimming and wiping, once for all of them.
 *
 * Any number of tabs may have one copy open, and every one may write its own entries. Rows of one tab under cursor and
 * ranges of another would be stale or have holes (I5, I7): each write of rows expects the version that this tab read or
 * wrote last, and leaves another one. A tab that was overtaken, asleep or not, is refused as `taken` in the same
 * transaction, and reads again before it writes (`refresh`).
 */
export function createCopy(store: LocalStore, { budgetBytes }: CopyOptions = {}): LocalCopy {
  const me = randomId()
  const directory = createDirectory(store)
  let current: Open | null = null
  let writes = 0
  /** Counts opens and ends: an open that was overtaken must not take the place. */
  let turns = 0
  let opening: Promise<unknown> = Promise.resolve()

  const opened = (): Open => {
    if (current === null) throw new LocalStoreError('unavailable', 'no space is open')
    return current
  }

  const inOrder = async <T>(work: (at: Open) => Promise<T>): Promise<T> => {
    const at = opened()
    return await at.queue(() => work(at))
  }

  function leave(): Promise<void> {
    turns++
    const left = current
    current = null
    return left?.queue(() => left.space.close()) ?? Promise.resolve()
  }

  async function readSnapshot(at: Open): Promise<LocalSnapshot> {
    const damage: string[] = []
    // Together, and the version first: rows that are newer than it are found out by the next write.
    const [found, records] = await Promise.all([at.space.load([['meta'], ['entries']]), loadRooms(at.space)])
    const meta = valueAt(found, META)
    const entries = found.flatMap(([[table], value]) => (table === 'entries' ? [value] : []))
    at.version = valueAt(found, VERSION)
    at.epoch = isStoredMeta(meta) ? meta.epoch : undefined
    if (found.some(([[table], value]) => table === 'meta' && value === undefined))
      damage.push('a part of the local copy was unreadable')
    const rooms = await soundRooms(at, records, damage)
    at.cursors.clear()
    for (const { roomId, cursor } of rooms) at.cursors.set(roomId, cursor)
    at.budget.reset(rooms)
    const sound = entries.filter(isStoredEntry)
    await at.files.found(found, new Set(sound.map(({ clientId }) => clientId)))
    // Left on the disk: nothing can send it, but nothing may throw it away either.
    if (sound.length < entries.length)
      damage.push(`${entries.length - sound.length} unsent entries are unreadable`)
    return {
      meta: isStoredMeta(meta) ? meta : null,
      rooms: rooms.map(withoutMeasure),
      entries: sound.sort((a, b) => a.order - b.order),
      ...(damage.length > 0 && { damage }),
    }
  }

  /** Unreadable rooms are cleared: what the server has can be had again. */
  async function soundRooms(
    at: Open,
    found: readonly LocalRecord[] | null,
    damage: string[],
  ): Promise<StoredRoom[]> {
    if (found === null) {
      await saveRows(at, { remove: [['rooms'], ['chunks']] })
      damage.push('the rooms were unreadable and are loaded again')
      return []
    }
    const lost = found.flatMap(([[, id], room]) => (isStoredRoom(room) || id === undefined ? [] : [id]))
    if (lost.length > 0) {
      await saveRows(at, { remove: lost.flatMap((id) => pathsOf(id)) })
      damage.push(...lost.map((id) => `room ${id} was unreadable and is loaded again`))
    }
    return found.flatMap(([, room]) => (isStoredRoom(room) ? [room] : []))
  }

  async function saveRows(at: Open, batch: LocalBatch): Promise<void> {
    const version = `${me}/${++writes}`
    await at.space.save({
      ...batch,
      expect: [VERSION, at.version],
      put: [...(batch.put ?? []), [VERSION, version]],
    })
    at.version = version
  }

  async function write(at: Open, { meta, ...write }: LocalWrite): Promise<void> {
    const { rooms = [], chunks = [], clearRooms = [], putEntries = [], deleteEntries = [] } = write
    const deleted = new Set(deleteEntries)
    const batch = {
      durable: meta !== undefined || putEntries.length + deleteEntries.length > 0,
      remove: [
        ...clearRooms.flatMap((id) => pathsOf(id)),
        ...chunks.flatMap((chunk) => (chunk.messages.length > 0 ? [] : [chunkPath(chunk)])),
        ...deleteEntries.map((id): LocalPath => ['entries', id]),
        ...(at.kept.size > 0 ? deleteEntries.flatMap(at.files.pathsOf) : []),
      ],
      put: [
        ...(meta ? [[META, meta] as const] : []),
        ...at.budget.measured(rooms, chunks).map((room): LocalRecord => [['rooms', room.roomId], room]),
        ...chunks.flatMap((chunk): LocalRecord[] =>
          chunk.messages.length > 0 ? [[chunkPath(chunk), chunk.messages]] : [],
        ),
        ...putEntries.flatMap((entry): LocalRecord[] =>
          deleted.has(entry.clientId) ? [] : [[['entries', entry.clientId], JSON.parse(jsonOf(entry))]],
        ),
      ],
    } satisfies LocalBatch
    const isOfRows = meta !== undefined || rooms.length + chunks.length + clearRooms.length > 0
    await (isOfRows ? saveRows(at, batch) : at.space.save(batch))
    if (at.kept.size > 0) at.files.removed(deleteEntries)
    if (!isOfRows) return
    if (meta) at.epoch = meta.epoch
    for (const id of clearRooms) at.cursors.delete(id)
    for (const { roomId, cursor } of rooms)
      at.cursors.set(roomId, Math.max(cursor, at.cursors.get(roomId) ?? 0))
    at.budget.wrote(write)
  }

  async function readChunks(at: Open, roomId: string, indexes: readonly number[]): Promise<ReadChunk[]> {
    const about: LocalPath = ['rooms', roomId]
    const paths = indexes.map((index): LocalPath => ['chunks', roomId, index])
    let found: readonly LocalRecord[]
    try {
      found = await at.space.load([META, VERSION, about, ...paths])
    } catch (error) {
      if (!isCorrupt(error)) throw error
      return await giveUpRoom(at, roomId, error)
    }
    if (!mayRead(at, roomId, found)) return []
    const chunks: ReadChunk[] = []
    for (const [[table, , index], messages] of found) {
      if (table !== 'chunks' || typeof index !== 'number') continue
      if (!isChunk(messages, index)) return await giveUpRoom(at, roomId)
      chunks.push({ index, messages })
    }
    return chunks
  }

  /** None of another epoch, nor where another tab's rows are older than this one takes them for. Newer ones do no harm. */
  function mayRead(at: Open, roomId: string, found: readonly LocalRecord[]): boolean {
    if (valueAt(found, VERSION) === at.version) return true
    const [meta, room] = [valueAt(found, META), valueAt(found, ['rooms', roomId])]
    const cursor = isStoredRoom(room) ? room.cursor : 0
    return isStoredMeta(meta) && meta.epoch === at.epoch && cursor >= (at.cursors.get(roomId) ?? 0)
  }

  /** Clears the rows of a room with a damaged chunk, keeps draft and list item, and reports it. */
  async function giveUpRoom(at: Open, roomId: string, cause?: unknown): Promise<never> {
    const path: LocalPath = ['rooms', roomId]
    const room = valueAt(await at.space.load([path]), path)
    await at.space.save({
      remove: [['chunks', roomId]],
      ...(isStoredRoom(room) && { put: [[path, withoutRows(room)]] }),
    })
    throw new LocalStoreError('corrupt', `the stored rows of room ${roomId} were unreadable`, { cause })
  }

  /** The rooms viewed longest ago give their rows up, and keep their record and draft; the outbox is never touched. */
  async function trim(
    at: Open,
    except: ReadonlySet<string>,
    choose: (oldestFirst: readonly StoredRoom[]) => readonly StoredRoom[],
  ): Promise<boolean> {
    const found = await at.space.load([['rooms']])
    const rooms = found.flatMap(([, room]) => (isStoredRoom(room) ? room : []))
    const withRows = rooms.filter(({ roomId, ranges }) => ranges.length > 0 && !except.has(roomId))
    const trimmed = choose(withRows.sort((a, b) => a.usedAt - b.usedAt)).map(withoutRows)
    if (trimmed.length === 0) return false
    await saveRows(at, {
      remove: trimmed.map(({ roomId }): LocalPath => ['chunks', roomId]),
      put: trimmed.map((room): LocalRecord => [['rooms', room.roomId], room]),
    })
    at.budget.wrote({ rooms: trimmed })
    return true
  }

  async function open(scope: LocalScope): Promise<LocalSnapshot | null> {
    const server = serverName(scope.url)
    const last = current
    const leaving = leave().catch(() => {})
    const turn = turns
    const finding = directory.userOf(scope)
    finding.catch(() => {})
    const userId = scope.userId ?? (await finding)
    if (userId === undefined) return null
    const isAgain = last?.server === server && last.userId === userId
    // Another space need not wait for a write that may never end.
    if (isAgain) await leaving
    const space = await store.open([server, userId])
    const queue = serialQueue()
    const kept = new Map<string, number>()
    const at: Open = {
      server,
      userId,
      space,
      queue,
      kept,
      files: createKeptFiles(space, queue, kept),
      budget: createBudget(budgetBytes),
      version: undefined,
      epoch: undefined,
      cursors: new Map(),
    }
    try {
      const [snapshot] = await Promise.all([readSnapshot(at), finding])
      if (turn !== turns) throw new LocalStoreError('lost', 'it was opened again meanwhile')
      current = at
      const isOwn = at.version === last?.version || String(at.version).startsWith(`${me}/`)
      return isAgain && !isOwn ? { ...snapshot, rewritten: true } : snapshot
    } catch (error) {
      await space.close().catch(() => {})
      throw error
    }
  }

  return {
    kind: store.kind,

    userOf: directory.userOf,

    open: (scope) => {
      const result = open(scope)
      opening = result.catch(() => {})
      return result
    },

    refresh: () => inOrder(readSnapshot),

    readChunks: (roomId, indexes) => inOrder((at) => readChunks(at, roomId, indexes)),

    async write(part) {
      const at = opened()
      await at.queue(() => write(at, part))
      const busy = new Set(part.chunks?.map(({ roomId }) => roomId))
      // In the background: the write is kept even if this fails. The next call reports trouble with the disk.
      if (at.budget.isOver(busy)) at.queue(() => trim(at, busy, at.budget.choose)).catch(() => {})
    },

    keepFile: async (clientId, file) => opened().files.keep(clientId, file),

    readFile: async (clientId) => opened().files.read(clientId),

    makeRoom: (except) =>
      inOrder((at) => trim(at, except, (oldest) => oldest.slice(0, Math.ceil(oldest.length / 4)))),

    async wipe() {
      const { server, userId, space, queue } = opened()
      turns++
      current = null
      await queue(async () => {
        await space.erase()
        // Last: without it nothing would find the copy for another try.
        await directory.forget(server, userId)
      })
    },

    close: async () => {
      await leave()
      // It finds that it was overtaken, and lets go of what it has opened.
      await opening
    },
  }
}

const valueAt = (found: readonly LocalRecord[], [table, key]: LocalPath): unknown =>
  found.find(([path]) => path[0] === table && path[1] === key)?.[1]

const chunkPath = ({ roomId, index }: { roomId: string; index: number }): LocalPath => [
  'chunks',
  roomId,
  index,
]

const pathsOf = (roomId: string | number): LocalPath[] => [
  ['rooms', roomId],
  ['chunks', roomId],
]

/** Null: they cannot be read. */
async function loadRooms(space: LocalSpace): Promise<readonly LocalRecord[] | null> {
  try {
    return await space.load([['rooms']])
  } catch (error) {
    if (!isCorrupt(error)) throw error
    return null
  }
}

const isCorrupt = (error: unknown): boolean => error instanceof LocalStoreError && error.reason === 'corrupt'
