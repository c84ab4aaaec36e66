import {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
} from '@roomful/client'
import type { WorldContext } from './context'
import type { Random } from './random'

/** Stores text, as on a disk, by path; it is read again only when a program starts or looks for it. */
type Space = {
  readonly records: Map<string, string>
  /** Every entry that ever existed. */
  readonly written: Set<string>
}

/** The duration of a successful local write. */
const WRITE_MS = 1

/**
 * A device's disk: it outlives the program, keeps a prefix of the writes in progress at a crash, and may fail, fill up,
 * stall, or close under the program. Everything goes through JSON, as on a disk.
 */
export class Disk {
  isFull = false
  stalledUntil = 0
  readonly spaces = new Map<string, Space>()
  /** Deleted storage spaces, with their former entries: other programs may still have them open. */
  readonly #deleted = new Set<Space>()
  readonly #deletedEntries = new Set<string>()
  #handles = 0

  constructor(
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly name: string,
  ) {}

  /** The store for a program that starts. */
  open(): DiskHandle {
    return new DiskHandle(this, this.context, this.random, `${this.name}/${++this.#handles}`)
  }

  spaceOf(key: string): Space {
    const space = this.spaces.get(key) ?? { records: new Map(), written: new Set() }
    this.spaces.set(key, space)
    return space
  }

  erase(key: string): void {
    const space = this.spaces.get(key)
    if (space !== undefined) this.#deleted.add(space)
    for (const id of space?.written ?? []) this.#deletedEntries.add(id)
    this.spaces.delete(key)
  }

  /** Would this be sent after a crash now? An entry stored as refused would not. */
  wouldSend(clientId: string): boolean {
    for (const { records } of this.spaces.values()) {
      const entry = records.get(textOf(['entries', clientId]))
      if (entry !== undefined && !entry.includes('"at":"failed"')) return true
    }
    return false
  }

  /** The outbox of all storage spaces: what would be sent after a crash now. */
  hasEntry(clientId: string): boolean {
    for (const { records } of this.spaces.values())
      if (records.has(textOf(['entries', clientId]))) return true
    return false
  }

  /** Was this ever in an outbox, even if it has its outcome by now? */
  hadEntry(clientId: string): boolean {
    for (const space of this.spaces.values()) if (space.written.has(clientId)) return true
    return this.wasDeleted(clientId)
  }

  /** Did a sign-out, possibly in another tab, delete it from here? */
  wasDeleted(clientId: string): boolean {
    return this.#deletedEntries.has(clientId)
  }

  isDeleted(space: Space): boolean {
    return this.#deleted.has(space)
  }
}

type Job = {
  readonly work: () => unknown
  readonly isWrite: boolean
  settle(error: unknown, value: unknown): void
}

/** One program's access to the disk. Its calls run one after the other. */
export class DiskHandle implements LocalStore {
  readonly kind = 'indexeddb' as const
  #jobs: Job[] = []
  #busy = false
  #state: 'fine' | 'closed' | 'dead' = 'fine'

  constructor(
    private readonly disk: Disk,
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly label: string,
  ) {}

  /** It has a call without an answer yet. */
  get isBusy(): boolean {
    return this.#busy
  }

  open(name: readonly string[]): Promise<LocalSpace> {
    const key = JSON.stringify(name)
    return this.#run(false, () => this.#spaceIn(key, this.disk.spaceOf(key)))
  }

  #spaceIn(key: string, space: Space): LocalSpace {
    let isOpen = true
    const checked = (): Map<string, string> => {
      if (!isOpen) throw error('unavailable')
      // As in a browser: another tab deleted the database, and this one's handle was closed for it.
      if (this.disk.isDeleted(space)) throw error('deleted')
      return space.records
    }
    return {
      load: (paths) => this.#run(false, () => paths.flatMap((path) => recordsAt(checked(), path))),
      save: (batch) => {
        const keep = applying(batch)
        const isMore = grows(batch)
        const outline = this.context.trace.isOn ? outlineOf(batch) : ''
        return this.#run(true, () => {
          const records = checked()
          if (this.disk.isFull && isMore) throw error('quota')
          keep(records, space.written)
          this.context.trace.note(() => `${this.label} keeps ${outline}`)
        })
      },
      erase: () =>
        this.#run(false, () => {
          checked()
          isOpen = false
          this.disk.erase(key)
        }),
      close: () =>
        this.#run(false, () => {
          isOpen = false
        }),
    }
  }

  /** The browser closes the handle under the program: its next call fails, and the store opens another. */
  lose(): void {
    if (this.#state === 'fine') this.#state = 'closed'
  }

  /** The program dies: of the writes in progress a prefix is kept, without a notice. */
  crash(): void {
    const writes = this.#jobs.filter((job) => job.isWrite)
    for (const job of writes.slice(0, this.random.int(writes.length + 1))) {
      try {
        job.work()
      } catch {
        // A full disk keeps none of the rest.
        break
      }
    }
    this.#state = 'dead'
    this.#jobs = []
  }

  #run<T>(isWrite: boolean, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // A dead program's promises never settle.
      if (this.#state === 'dead') return
      this.#jobs.push({
        work,
        isWrite,
        settle: (failure, value) => (failure === null ? resolve(value as T) : reject(failure)),
      })
      this.#next()
    })
  }

  #next(): void {
    const job = this.#jobs[0]
    if (this.#busy || job === undefined) return
    this.#busy = true
    const { rates, time } = this.context
    const slow = this.random.chance(rates.diskSlow) ? this.random.next() * rates.diskSlowMs : 0
    const ms = Math.max(WRITE_MS + slow, this.disk.stalledUntil - time.now)
    time.schedule(ms, this.label, () => {
      this.#busy = false
      if (this.#state === 'dead') return
      this.#jobs.shift()
      this.#do(job)
      this.#next()
    })
  }

  #do(job: Job): void {
    const { diskFail, diskFailAfter } = this.context.rates
    try {
      if (this.#state === 'closed') {
        this.#state = 'fine'
        throw error('lost')
      }
      if (this.random.chance(diskFail)) throw error('timeout')
      const value = job.work()
      if (job.isWrite && this.random.chance(diskFailAfter)) throw error('timeout')
      job.settle(null, value)
    } catch (failure) {
      this.context.trace.note(
        () => `${this.label} fails: ${failure instanceof Error ? failure.message : failure}`,
      )
      job.settle(failure, undefined)
    }
  }
}

const error = (reason: LocalStoreError['reason']): LocalStoreError =>
  new LocalStoreError(reason, `the disk: ${reason}`)

/** A path as the prefix of those below it. */
const textOf = (path: LocalPath): string => JSON.stringify(path).slice(0, -1)

const textsAt = (records: ReadonlyMap<string, string>, path: LocalPath): string[] => {
  const text = textOf(path)
  return [...records.keys()].filter((one) => one === text || one.startsWith(`${text},`))
}

const recordsAt = (records: ReadonlyMap<string, string>, path: LocalPath): LocalRecord[] =>
  textsAt(records, path).map((text) => [JSON.parse(`${text}]`), JSON.parse(records.get(text) ?? 'null')])

const grows = ({ put = [] }: LocalBatch): boolean =>
  put.some(([[table]]) => table !== 'meta' && table !== 'lastUsers')

/** A batch's content, for a trace. */
function outlineOf({ put = [], remove = [] }: LocalBatch): string {
  const paths = (of: readonly LocalPath[]) =>
    of.filter(([table]) => table !== 'meta').map((path) => path.join('/'))
  return JSON.stringify({ put: paths(put.map(([path]) => path)), remove: paths(remove) })
}

/** Copies what is to be kept as it is now, and returns the function that keeps it. */
function applying({
  expect,
  remove = [],
  put = [],
}: LocalBatch): (records: Map<string, string>, written: Set<string>) => void {
  const texts = put.map(([path, value]) => [path, JSON.stringify(value)] as const)
  return (records, written) => {
    if (expect && records.get(textOf(expect[0])) !== JSON.stringify(expect[1])) throw error('taken')
    for (const path of remove) for (const text of textsAt(records, path)) records.delete(text)
    for (const [path, text] of texts) {
      records.set(textOf(path), text)
      if (path[0] === 'entries') written.add(String(path[1]))
    }
  }
}
