import type { StorageState } from '../chat'
import type { Clock } from '../ports/clock'
import {
  type LocalScope,
  type LocalSnapshot,
  type LocalStore,
  LocalStoreError,
  type LocalWrite,
  type StoredEntry,
  type StoredRoom,
} from '../ports/local-store'
import { mergeWrites, roomsOf, rowsOf, withoutMessages } from './guarded-store/merge-writes'
import { partsOf } from './guarded-store/parts'
import { trimOldest } from './guarded-store/trimming'
import { within } from './within'

/** No send waits for the disk longer than this. */
const WAIT_MS = 4_000
/** Nor does the first screen: that leaves a second for the line and the first page, which make 4 s together (P14). */
const OPEN_WAIT_MS = 3_000
const RETRY_FIRST_MS = 1_000
const RETRY_MOST_MS = 30_000
/** Some 10 MB that wait for a disk. Beyond, messages are left out, for they can be had again; the outbox never is. */
const MOST_WAITING_ROWS = 20_000

export type GuardOptions = {
  readonly clock: Clock
  readonly onState: (state: StorageState) => void
  /**
   * The place was opened behind, after `open` had to answer without it or it was lost: what is there. The caller
   * takes in what it lacks (unsent entries of an earlier run) and writes again all that is missing there.
   */
  readonly onReopened: (snapshot: LocalSnapshot) => void
  /** These have a value that this place can never keep. All that was to be written with them is kept. */
  readonly onInvalid?: (entries: readonly StoredEntry[]) => void
  /** Nothing new will come to be kept: a place that is down is not tried again, which would keep a process alive. */
  readonly isOver?: () => boolean
}

const NOTHING: LocalSnapshot = { meta: null, rooms: [], entries: [] }

/**
 * A local store that never stands in the way: `open` and `readChunks` never reject, and nothing waits longer than 4 s
 * (`open`: 3; `wipe`: 8). A write that rejects is not kept yet; where it can be it waits here and is tried again. What can
 * never be kept is left out of its write (`onInvalid`).
 *
 *   closed ──open──▶ open ◀──opened behind──╮
 *                   │  ╲─a write fails──▶ down ──each 1–30 s──▶ (tries to open)
 *                   │   ╲─deleted, unavailable──▶ off (until `open`)
 *                   ╰──open fails──▶ down or off
 *
 * `open`: writes go out one at a time, all that waits as one. `down`: they wait, merged, with a bound. `off`: they are
 * dropped. The state tells which: `ok`, `degraded` (what was kept is there, what is new waits), `memory`.
 */
export class GuardedStore implements LocalStore {
  readonly kind: LocalStore['kind']
  #mode: 'closed' | 'open' | 'down' | 'off' = 'closed'
  #state: StorageState
  #scope: LocalScope | null = null
  /** Counts opens and closes: what an earlier one still does must not touch a later one. */
  #turn = 0
  #waiting: LocalWrite | null = null
  #waiters: Waiter[] = []
  #inFlight: Waiter[] = []
  #flushing: Promise<void> | null = null
  /** The write under way has taken too long: nobody is made to wait behind it. */
  #isStuck = false
  #known = new Map<string, StoredRoom>()
  #cancelRetry: () => void = () => undefined
  #cancelWait: () => void = () => undefined
  #retryMs = RETRY_FIRST_MS
  /** Why it is `down` or `off`. */
  #trouble: LocalStoreError = closed()
  /** The last open has not been heard of: another one waits for nothing, and comes in behind if it ever answers. */
  #isSilent = false
  /** An open has succeeded since the last `open`: what was kept then is still on the disk. */
  #wasOpen = false

  constructor(
    private readonly store: LocalStore,
    private readonly options: GuardOptions,
  ) {
    this.kind = store.kind
    this.#state = this.#fine()
  }

  state(): StorageState {
    return this.#state
  }

  /** An open has succeeded since the last `open`: what was kept before is known. */
  get wasOpen(): boolean {
    return this.#wasOpen
  }

  /** Forgets what waited for the place before: whoever opens writes again what he holds. */
  async open(scope: LocalScope): Promise<LocalSnapshot> {
    this.#reset('down')
    this.#scope = scope
    const turn = this.#turn
    const opening = this.#tryOpen(scope)
    try {
      const snapshot = await within(
        this.options.clock,
        this.#isSilent ? 0 : OPEN_WAIT_MS,
        opening,
        () => {
          this.#isSilent = true
          return new LocalStoreError(
            'timeout',
            `the local copy did not open within ${OPEN_WAIT_MS / 1_000} s`,
          )
        },
        (late) => this.#reopened(turn, late),
      )
      if (turn !== this.#turn) return NOTHING
      this.#opened(snapshot)
      return snapshot
    } catch (error) {
      if (turn === this.#turn) this.#failed(error)
      return NOTHING
    }
  }

  /** Those that can be had within 4 s. A missing one is a hole, as in the port. */
  async readChunks(roomId: string, indexes: readonly number[]): ReturnType<LocalStore['readChunks']> {
    if (this.#mode !== 'open') return []
    const turn = this.#turn
    try {
      const reading = this.store.readChunks(roomId, indexes)
      const late = () => new LocalStoreError('timeout', `no answer within ${WAIT_MS / 1_000} s`)
      return await within(this.options.clock, WAIT_MS, reading, late)
    } catch (error) {
      if (turn === this.#turn && failureOf(error).reason !== 'corrupt') this.#failed(error)
      return []
    }
  }

  /** Resolves when it is kept. Rejects at once where there is no place for it, otherwise after 4 s at the latest. */
  write(write: LocalWrite): Promise<void> {
    if (this.#mode === 'closed' || this.#mode === 'off') return Promise.reject(this.#trouble)
    for (const roomId of write.clearRooms ?? []) this.#known.delete(roomId)
    for (const room of write.rooms ?? []) this.#known.set(room.roomId, room)
    this.#wait(write)
    if (this.#mode === 'down' || this.#isStuck) return Promise.reject(this.#trouble)
    const kept = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }))
    this.#flush()
    return kept
  }

  /** Deletes the user's local copy, also where it could not be opened until now. Rejects when it may still be there. */
  async wipe(): Promise<void> {
    const scope = this.#scope
    const wasOpen = this.#mode === 'open'
    this.#reset('closed')
    if (scope === null) return
    const wiping = async () => {
      if (!wasOpen) await this.store.open(scope)
      await this.store.wipe()
    }
    const late = () => new LocalStoreError('timeout', 'the local copy could not be deleted in time')
    await within(this.options.clock, 2 * WAIT_MS, wiping(), late)
    this.#scope = null
  }

  /** Writes what waits, if that takes no longer than 4 s. */
  async close(): Promise<void> {
    if (this.#mode === 'closed') return
    const { clock } = this.options
    const late = () => new LocalStoreError('timeout', 'the last writes took too long')
    const rest = this.#mode === 'open' ? this.#drained() : Promise.resolve()
    await within(clock, WAIT_MS, rest, late).catch((error: unknown) => this.#tell('degraded', error))
    this.#reset('closed')
    const closing = async () => this.store.close()
    await within(clock, WAIT_MS, closing(), late).catch((error: unknown) => this.#tell('degraded', error))
  }

  #reset(mode: 'closed' | 'down'): void {
    this.#turn++
    this.#mode = mode
    this.#waiting = null
    this.#known = new Map()
    this.#wasOpen = false
    this.#retryMs = RETRY_FIRST_MS
    this.#cancelRetry()
    this.#cancelWait()
    this.#flushing = null
    this.#isStuck = false
    this.#trouble = closed()
    this.#refuse([...this.#inFlight.splice(0), ...this.#waiters.splice(0)])
  }

  async #tryOpen(scope: LocalScope): Promise<LocalSnapshot> {
    const snapshot = await this.store.open(scope)
    // Nobody was last here: this tells it before the first send, not after.
    if (scope.userId === null && snapshot.meta === null) await this.store.write({})
    return snapshot
  }

  #opened(snapshot: LocalSnapshot): void {
    this.#mode = 'open'
    this.#isSilent = false
    this.#wasOpen = true
    this.#retryMs = RETRY_FIRST_MS
    for (const room of snapshot.rooms) if (!this.#known.has(room.roomId)) this.#known.set(room.roomId, room)
    if (snapshot.damage) this.#setState({ ...this.#fine(), reason: snapshot.damage.join('; ') })
    // What waits, or is being written, is not kept yet: all is well when it is.
    else if (this.#waiting === null && this.#flushing === null) this.#setState(this.#fine())
    this.#flush()
  }

  #reopened(turn: number, snapshot: LocalSnapshot): void {
    if (turn !== this.#turn) return
    this.#cancelRetry()
    this.#opened(snapshot)
    this.options.onReopened(snapshot)
  }

  #failed(error: unknown): void {
    this.#trouble = failureOf(error)
    this.#cancelRetry()
    this.#refuse(this.#waiters.splice(0))
    if (this.#trouble.reason === 'deleted' || this.#trouble.reason === 'unavailable') {
      this.#mode = 'off'
      this.#waiting = null
      this.#tell('memory', error)
      return
    }
    this.#mode = 'down'
    this.#tell(this.#wasOpen ? 'degraded' : 'memory', error)
    if (this.options.isOver?.()) return
    const turn = this.#turn
    this.#cancelRetry = this.options.clock.setTimer(this.#retryMs, () => this.#retry(turn))
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MOST_MS)
  }

  #retry(turn: number): void {
    const scope = this.#scope
    if (scope === null) return
    this.#tryOpen(scope).then(
      (snapshot) => this.#reopened(turn, snapshot),
      (error: unknown) => {
        if (turn === this.#turn) this.#failed(error)
      },
    )
  }

  #wait(write: LocalWrite): void {
    const merged = this.#waiting === null ? write : mergeWrites(this.#waiting, write)
    this.#waiting = rowsOf(merged) > MOST_WAITING_ROWS ? withoutMessages(merged, this.#known) : merged
  }

  #flush(): void {
    if (this.#mode !== 'open' || this.#waiting === null || this.#flushing !== null) return
    const turn = this.#turn
    const batch = this.#waiting
    const waiters = this.#waiters.splice(0)
    this.#inFlight = waiters
    this.#waiting = null
    this.#cancelWait = this.options.clock.setTimer(WAIT_MS, () => {
      // It may arrive yet; only nobody waits for it any more, nor behind it.
      this.#isStuck = true
      this.#trouble = new LocalStoreError('timeout', `a write takes more than ${WAIT_MS / 1_000} s`)
      this.#refuse([...waiters.splice(0), ...this.#waiters.splice(0)])
      this.#tell('degraded', this.#trouble)
    })
    const writing = this.#keep(batch, turn).then(
      () => {
        for (const { resolve } of waiters) resolve()
        // A read may have found it down meanwhile, and what waits behind a write that took too long is not kept yet.
        if (turn === this.#turn && this.#mode === 'open' && this.#waiting === null)
          this.#setState(this.#fine())
      },
      (error: unknown) => {
        if (turn === this.#turn) {
          const later = this.#waiting
          this.#waiting = null
          this.#wait(later === null ? batch : mergeWrites(batch, later))
          this.#failed(error)
        }
        this.#refuse(waiters)
      },
    )
    this.#flushing = writing.finally(() => {
      if (turn !== this.#turn) return
      this.#cancelWait()
      this.#isStuck = false
      this.#flushing = null
      this.#flush()
    })
  }

  /** On a full disk: trims old rooms until it fits; then leaves the messages of this write out, never the outbox. */
  async #keep(batch: LocalWrite, turn: number): Promise<void> {
    for (;;) {
      try {
        return await this.store.write(batch)
      } catch (error) {
        const failure = failureOf(error)
        if (turn !== this.#turn) throw error
        if (failure.reason === 'invalid') return await this.#keepApart(batch, turn, failure)
        if (failure.reason !== 'quota') throw error
        this.#tell('degraded', error)
        const trim = trimOldest(this.#known.values(), roomsOf(batch))
        if (trim === null) break
        await this.store.write(trim)
        for (const room of trim.rooms ?? []) this.#known.set(room.roomId, room)
      }
    }
    await this.store.write(withoutMessages(batch, this.#known))
  }

  /** One value cannot be written: the rest is. A room is as if never loaded then, for older rows of it would be stale. */
  async #keepApart(batch: LocalWrite, turn: number, cause: LocalStoreError): Promise<void> {
    const parts = partsOf(batch)
    if (parts.length > 1) for (const part of parts) await this.#keep(part, turn)
    else if (batch.putEntries) this.options.onInvalid?.(batch.putEntries)
    else if (rowsOf(batch) > 0) await this.#keep(withoutMessages(batch, this.#known), turn)
    else if (batch.rooms?.length) await this.#keep({ clearRooms: [...roomsOf(batch)] }, turn)
    else throw new LocalStoreError('unavailable', cause.message, { cause })
  }

  async #drained(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
  }

  #refuse(waiters: readonly Waiter[]): void {
    for (const { reject } of waiters) reject(this.#trouble)
  }

  #fine(): StorageState {
    return { status: this.store.kind === 'memory' ? 'memory' : 'ok' }
  }

  #tell(status: 'degraded' | 'memory', error: unknown): void {
    this.#setState({ status, reason: error instanceof Error ? error.message : String(error) })
  }

  #setState(state: StorageState): void {
    if (state.status === this.#state.status && state.reason === this.#state.reason) return
    this.#state = state
    this.options.onState(state)
  }
}

type Waiter = { resolve(): void; reject(error: LocalStoreError): void }

const closed = () => new LocalStoreError('unavailable', 'no space is open')

const failureOf = (error: unknown): LocalStoreError => {
  if (error instanceof LocalStoreError) return error
  return new LocalStoreError(isAboutValue(error) ? 'invalid' : 'lost', String(error), { cause: error })
}

/** In the words of the platforms, where a store lets them through: a structured clone, or JSON of each engine. */
const isAboutValue = (error: unknown): boolean =>
  (error instanceof TypeError && /circular|cyclic|serializ|bigint/i.test(error.message)) ||
  (typeof error === 'object' && error !== null && 'name' in error && error.name === 'DataCloneError')
