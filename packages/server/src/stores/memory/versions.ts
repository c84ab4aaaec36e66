/** A value with its earlier values, as far back as a reader needs them. */
export type Cell<T> = { readonly value: T; readonly version: number; before: Cell<T> | undefined }

export type Snapshot = { readonly version: number }

/**
 * Snapshots without copying: every write transaction gets a number, every cell keeps older values only while a running
 * read may need them. Without readers a write costs one object.
 */
export class Versions {
  private current = 0
  // In order of their start, so that the first is the oldest.
  private readonly open = new Set<Snapshot>()

  get hasReaders(): boolean {
    return this.open.size > 0
  }

  /** The number of the last write transaction. */
  get now(): number {
    return this.current
  }

  /** Is there a reader that does not see this write? */
  isReadBefore(version: number): boolean {
    const [oldest] = this.open
    return oldest !== undefined && oldest.version < version
  }

  /** Begins a write transaction; it ends before other code can run, so no snapshot sees half of it. */
  begin(): void {
    this.current++
  }

  write<T>(cell: Cell<T> | undefined, value: T): Cell<T> {
    return { value, version: this.current, before: cell && this.stillRead(cell) }
  }

  openSnapshot(): Snapshot {
    const snapshot = { version: this.current }
    this.open.add(snapshot)
    return snapshot
  }

  closeSnapshot(snapshot: Snapshot): void {
    this.open.delete(snapshot)
  }

  /** Drops values older than the oldest reader needs: a chain is never longer than the number of readers. */
  private stillRead<T>(cell: Cell<T>): Cell<T> | undefined {
    const [oldest] = this.open
    if (!oldest) return undefined
    let last = cell
    while (last.version > oldest.version && last.before) last = last.before
    last.before = undefined
    return cell
  }
}

/** The value in the snapshot; undefined if it did not exist yet. */
export function valueAt<T>(cell: Cell<T> | undefined, snapshot: Snapshot): T | undefined {
  let found = cell
  while (found && found.version > snapshot.version) found = found.before
  return found?.value
}
