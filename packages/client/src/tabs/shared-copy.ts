import type { LocalCopy, LocalScope, LocalSnapshot, StoredEntry } from '../storage/local-copy'

export type SharedCopy = LocalCopy & {
  /** Whose copy is open; null: none is. */
  userId(): string | null
  /** The entries that this tab may send: its own, and those of tabs that have died. Null: the disk could not be read. */
  refreshed(): Promise<LocalSnapshot | null>
}

/**
 * One disk, many tabs. Only the leader writes rooms, rows and the user. Each tab writes its own entries of the outbox under
 * its name: they are its own as long as it lives, and then those of the tab that gets its lock (`adopt`), which keeps the
 * lock for life. So no entry is ever in two outboxes.
 */
export function shareCopy(options: {
  copy: LocalCopy
  me: string
  /** Resolves when this tab's name is locked: before, nothing is written under it. */
  named: Promise<void>
  writesRows(): boolean
  adopt(tab: string): Promise<boolean>
  /** Places in the outbox after this one. */
  onOrder(order: number): void
  onOpened(userId: string | null): void
  onWiped(): void
}): SharedCopy {
  const { copy, me, writesRows } = options
  let scope: LocalScope | null = null

  async function own(snapshot: LocalSnapshot): Promise<LocalSnapshot> {
    const mine = new Map<string, boolean>([[me, true]])
    const kept: StoredEntry[] = []
    for (const entry of snapshot.entries) {
      // What this tab left in an earlier run may be another's by now, and goes first, even if the clock disagrees (I9).
      options.onOrder(entry.order)
      const { tab, data } = untagged(entry.data)
      const isMine = mine.get(tab) ?? (await options.adopt(tab))
      mine.set(tab, isMine)
      if (!isMine) continue
      // Two tabs may have done something in the same millisecond; in one outbox each has its own place (I9).
      kept.push({ ...entry, data, order: Math.max(entry.order, (kept.at(-1)?.order ?? 0) + 1) })
    }
    return { ...snapshot, entries: kept }
  }

  return {
    ...copy,
    userId: () => scope?.userId ?? null,
    open: async (next) => {
      await options.named
      const snapshot = await copy.open(next)
      scope = snapshot?.meta ? { url: next.url, userId: snapshot.meta.user.id } : next
      const found = snapshot && (await own(snapshot))
      options.onOpened(scope.userId)
      return found
    },
    refreshed: async () => {
      if (scope === null || scope.userId === null) return null
      const snapshot = await copy.refresh().catch(() => null)
      return snapshot && (await own(snapshot))
    },
    write: async ({ putEntries = [], deleteEntries = [], ...rows }) => {
      const entries = {
        putEntries: putEntries.map((entry) => ({ ...entry, data: { tab: me, entry: entry.data } })),
        deleteEntries,
      }
      await copy.write(writesRows() ? { ...rows, ...entries } : entries)
    },
    wipe: async () => {
      scope = null
      options.onWiped()
      await copy.wipe()
    },
    close: async () => {
      scope = null
      await copy.close()
    },
  }
}

/** Entries that a separate tab wrote have no name: the first tab that comes adopts them. */
function untagged(data: unknown): { readonly tab: string; readonly data: unknown } {
  const { tab, entry } = (data ?? {}) as { tab?: unknown; entry?: unknown }
  return typeof tab === 'string' && entry !== undefined ? { tab, data: entry } : { tab: '', data }
}
