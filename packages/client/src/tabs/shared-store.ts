import { serial } from '../adapters/serial'
import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
} from '../ports/local-store'

export type SharedStore = LocalStore & {
  /** Whose space is open; null: nobody's. */
  userId(): string | null
  /**
   * What is on the disk now, after another tab has written to it; null: nothing is open, or it cannot be told. Takes in
   * the entries of tabs that have died since.
   */
  refresh(): Promise<LocalSnapshot | null>
}

/**
 * One disk, many tabs. Only the owner writes rooms, rows and the user; each tab writes its own entries of the outbox,
 * under its name, so that they can be told apart: a tab's entries are its own as long as it lives, and then those of
 * whoever gets its lock (`adopt`), who keeps it for life. So no entry is ever in two outboxes.
 */
export function createSharedStore(options: {
  store: LocalStore
  me: string
  /** Resolves when this tab's name is locked: before, nothing is written under it. */
  named: Promise<void>
  keeps(): boolean
  settled(): Promise<void>
  adopt(tab: string): Promise<boolean>
  /** Places in the outbox after this one. */
  onOrder(order: number): void
  onOpened(userId: string | null): void
  onWiped(): void
}): SharedStore {
  const { store, me, keeps } = options
  const queue = serial()
  let scope: LocalScope | null = null
  /** The disk was lost between a close and the open after it. */
  let broken = false

  const open = async (next: LocalScope): Promise<LocalSnapshot> => {
    await options.named
    const snapshot = await store.open(next)
    scope = snapshot.meta ? { url: next.url, userId: snapshot.meta.user.id } : next
    broken = false
    return { ...snapshot, entries: await own(snapshot.entries) }
  }

  async function own(entries: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    const mine = new Map<string, boolean>([[me, true]])
    const kept: StoredEntry[] = []
    for (const entry of entries) {
      // What this tab left in an earlier life may be another's by now, and goes first, whatever the clock says (I9).
      options.onOrder(entry.order)
      const { tab, data } = untagged(entry.data)
      const isMine = mine.get(tab) ?? (await options.adopt(tab))
      mine.set(tab, isMine)
      if (!isMine) continue
      // Two tabs may have done something in the same millisecond; in one outbox each has its own place (I9).
      kept.push({ ...entry, data, order: Math.max(entry.order, (kept.at(-1)?.order ?? 0) + 1) })
    }
    return kept
  }

  const usable = (): void => {
    if (broken) throw new LocalStoreError('lost', 'the local copy could not be opened again')
  }

  return {
    kind: store.kind,
    userId: () => scope?.userId ?? null,
    open: (next) =>
      queue(async () => {
        const snapshot = await open(next)
        options.onOpened(scope?.userId ?? null)
        return snapshot
      }),
    refresh: () =>
      queue(async () => {
        if (scope === null || scope.userId === null) return null
        try {
          return await open(scope)
        } catch {
          // The next write says so to whoever looks after the disk.
          broken = true
          return null
        }
      }),
    readChunks: (roomId, indexes) =>
      queue(async () => {
        usable()
        return store.readChunks(roomId, indexes)
      }),
    write: (write) =>
      queue(async () => {
        usable()
        // A tab that has slept may have lost the line without knowing it: then the rows are another's to write.
        if (keeps() && hasRows(write)) await options.settled()
        const { putEntries = [], deleteEntries = [], ...rows } = write
        const entries = {
          putEntries: putEntries.map((entry) => ({ ...entry, data: { tab: me, entry: entry.data } })),
          deleteEntries,
        }
        await store.write(keeps() ? { ...rows, ...entries } : entries)
      }),
    wipe: () =>
      queue(async () => {
        scope = null
        options.onWiped()
        await store.wipe()
      }),
    close: () =>
      queue(async () => {
        scope = null
        await store.close()
      }),
  }
}

const hasRows = ({ meta, rooms = [], chunks = [], clearRooms = [] }: LocalWrite): boolean =>
  meta !== undefined || rooms.length + chunks.length + clearRooms.length > 0

/** What was written by a tab on its own has no name to it: it is the first's to come. */
function untagged(data: unknown): { readonly tab: string; readonly data: unknown } {
  const { tab, entry } = (data ?? {}) as { tab?: unknown; entry?: unknown }
  return typeof tab === 'string' && entry !== undefined ? { tab, data: entry } : { tab: '', data }
}
