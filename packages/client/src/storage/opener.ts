import type { StorageState } from '../chat'
import type { Clock } from '../platform/clock'
import type { CopySource, LocalCopy, LocalScope, LocalSnapshot, ReadChunk } from './local-copy'
import { LocalStoreError } from './port'
import { withTimeout } from './with-timeout'

/** No send waits for the disk longer than this. */
export const WAIT_MS = 4_000
/** Nor does the first screen: that leaves a second for the connection and the first page, which make 4 s together (P14). */
const OPEN_WAIT_MS = 3_000
const RETRY_FIRST_MS = 1_000
const RETRY_MOST_MS = 30_000

type Mode = 'closed' | 'open' | 'down' | 'off'

export type OpenerOptions = {
  /** What is opened: its code comes with the first open. */
  readonly source: CopySource
  readonly clock: Clock
  onState(state: StorageState): void
  /** The mode may have changed: dirty data has to be written, or goes out from memory. */
  onMode(mode: Mode, damage?: readonly string[]): void
  /** What is still under way belongs to an earlier open. */
  onReset(): void
  /** The place was opened behind, after `open` had to answer without it, or it was lost. */
  onReopened(snapshot: LocalSnapshot): void
  /** Nothing new will come to be kept: a place that is down is not tried again, which would keep a process alive. */
  isOver(): boolean
}

const NOTHING: LocalSnapshot = { meta: null, rooms: [], entries: [] }

/**
 * Opens a local copy so that it never blocks the client: `open` and `readChunks` never reject, and nothing waits longer
 * than 4 s (`open`: 3; `wipe`: 8).
 *
 *   closed ──open──▶ open ◀──opened behind──╮
 *                   │  ╲─a call fails──▶ down ──each 1–30 s──▶ (tries to open)
 *                   │   ╲─deleted, unavailable──▶ off (until `open`)
 *                   ╰──open fails──▶ down or off
 *
 * `open`: the disk accepts writes. `down`: dirty data waits. `off`: nothing is stored. The state shows which: `ok`,
 * `degraded` (stored data is there, new data waits), `memory`.
 */
export function createOpener({ source, clock, onState, onMode, onReset, onReopened, isOver }: OpenerOptions) {
  const fine: StorageState = { status: source.kind === 'memory' ? 'memory' : 'ok' }
  let mode: Mode = 'closed'
  let state = fine
  let scope: LocalScope | null = null
  /** Counts opens and closes: what an earlier one still does must not touch a later one. */
  let turn = 0
  let retryMs = RETRY_FIRST_MS
  let cancelRetry = (): void => {}
  /** The last try has found a handle that had died. */
  let wasLost = false
  /** The last open has not answered: another one waits for nothing, and comes in behind if it ever does. */
  let isSilent = false
  let wasOpen = false
  let copy: LocalCopy | null = null
  let loading: Promise<LocalCopy> | undefined
  let pending: { readonly scope: LocalScope; readonly opening: Promise<LocalSnapshot> } | null = null

  const setState = (next: StorageState): void => {
    if (next.status === state.status && next.reason === state.reason) return
    state = next
    onState(state)
  }

  const complain = (status: 'degraded' | 'memory', error: unknown): void =>
    setState({ status, reason: error instanceof Error ? error.message : String(error) })

  function setMode(next: Mode): void {
    mode = next
    onMode(mode)
  }

  function reset(next: 'closed' | 'down'): void {
    turn++
    wasOpen = false
    retryMs = RETRY_FIRST_MS
    cancelRetry()
    onReset()
    setMode(next)
  }

  /** Once, however many ask for it: what one has opened, the others use. One that fails is tried again with the next open. */
  function load(): Promise<LocalCopy> {
    loading ??= source.load().then(
      (found) => {
        copy = found
        return found
      },
      (cause: unknown) => {
        loading = undefined
        throw new LocalStoreError('lost', 'the code of the local copy could not be loaded', { cause })
      },
    )
    return loading
  }

  const loaded = (): LocalCopy => {
    if (copy === null) throw new LocalStoreError('unavailable', 'no space is open')
    return copy
  }

  /** One that has not answered yet is waited for: another one would take its place and begin again. */
  function tryOpen(at: LocalScope): Promise<LocalSnapshot> {
    if (pending?.scope === at) return pending.opening
    const opening = load().then(async (loaded) => {
      // Closed meanwhile: nothing would close what is opened now (I23).
      const snapshot = mode === 'closed' ? null : await loaded.open(at)
      if (snapshot === null)
        throw new LocalStoreError('unavailable', 'it is not known yet whose copy to open')
      return snapshot
    })
    const mine = { scope: at, opening }
    pending = mine
    const forget = (): void => {
      if (pending === mine) pending = null
    }
    opening.then(forget, forget)
    return opening
  }

  function opened({ damage }: LocalSnapshot): void {
    isSilent = false
    retryMs = RETRY_FIRST_MS
    wasOpen = true
    mode = 'open'
    if (damage) setState({ ...fine, reason: damage.join('; ') })
  }

  function reopened(of: number, snapshot: LocalSnapshot): void {
    if (of !== turn) return
    cancelRetry()
    opened(snapshot)
    // Before the first write: it would put a room without its draft over the one that has it.
    onReopened(snapshot)
    onMode('open', snapshot.damage)
  }

  function failed(error: unknown): void {
    cancelRetry()
    const { reason } = failureOf(error)
    if (reason === 'deleted' || reason === 'unavailable') {
      complain('memory', error)
      setMode('off')
      return
    }
    complain(wasOpen ? 'degraded' : 'memory', error)
    setMode('down')
    if (isOver()) return
    const of = turn
    // A handle that has died is another one at the next try, however long the disk has been in trouble before.
    if (reason === 'lost' && !wasLost) retryMs = RETRY_FIRST_MS
    wasLost = reason === 'lost'
    cancelRetry = clock.setTimer(retryMs, () => retry(of))
    retryMs = Math.min(2 * retryMs, RETRY_MOST_MS)
  }

  function retry(of: number): void {
    if (scope === null) return
    tryOpen(scope).then(
      // The open that is waited for may have come in by itself.
      (snapshot) => mode === 'down' && reopened(of, snapshot),
      (error: unknown) => of === turn && failed(error),
    )
  }

  return {
    mode: () => mode,
    copy: loaded,
    turn: () => turn,
    /** An open has succeeded since the last `open`: what was kept before is known. */
    wasOpen: () => wasOpen,
    failed,
    complain,
    /** All that could not be written at once is kept by now. */
    recovered: () => setState(fine),

    /** The code of the copy is loaded, so that it is here when it is known whose to open. */
    prepare: (): void => void load().catch(() => {}),

    /** Whose copy it is; undefined: not known, or not within 4 s. */
    userOf: async (whose: LocalScope): Promise<string | undefined> => {
      const finding = async () => (await load()).userOf(whose)
      // Nobody sees the error.
      return withTimeout(clock, WAIT_MS, finding(), '').catch(() => undefined)
    },

    open: async (next: LocalScope): Promise<LocalSnapshot> => {
      reset('down')
      scope = next
      const of = turn
      const late = `the local copy did not open within ${OPEN_WAIT_MS / 1_000} s`
      try {
        const waitMs = isSilent ? 0 : OPEN_WAIT_MS
        const snapshot = await withTimeout(clock, waitMs, tryOpen(next), late, (found) => reopened(of, found))
        if (of !== turn) return NOTHING
        opened(snapshot)
        onMode('open', snapshot.damage)
        return snapshot
      } catch (error) {
        isSilent ||= pending?.scope === next
        if (of === turn) failed(error)
        return NOTHING
      }
    },

    /** Chunks available within 4 s. A missing one is a hole, as in the port. */
    readChunks: async (roomId: string, indexes: readonly number[]): Promise<readonly ReadChunk[]> => {
      if (mode !== 'open') return []
      const of = turn
      const late = `no answer within ${WAIT_MS / 1_000} s`
      try {
        return await withTimeout(clock, WAIT_MS, loaded().readChunks(roomId, indexes), late)
      } catch (error) {
        if (of === turn && failureOf(error).reason !== 'corrupt') failed(error)
        return []
      }
    },

    /** Deletes the user's local copy, also where it could not be opened until now. Rejects when it may still be there. */
    wipe: async (): Promise<void> => {
      const at = scope
      const isOpen = mode === 'open'
      reset('closed')
      if (at === null) return
      const wiping = async () => {
        if (!isOpen) await (await load()).open(at)
        await loaded().wipe()
      }
      await withTimeout(clock, 2 * WAIT_MS, wiping(), 'the local copy could not be deleted in time')
      scope = null
    },

    /** Ends when `rest`, what is still to be written, has ended, or after 4 s. */
    close: async (rest: Promise<void>): Promise<void> => {
      if (mode === 'closed') return
      const inTime = (work: Promise<void>) =>
        withTimeout(clock, WAIT_MS, work, 'the last writes took too long').catch((error: unknown) =>
          complain('degraded', error),
        )
      await inTime(rest)
      reset('closed')
      await inTime((async () => copy?.close())())
    },
  }
}

export const failureOf = (error: unknown): LocalStoreError => {
  if (error instanceof LocalStoreError) return error
  return new LocalStoreError(isAboutValue(error) ? 'invalid' : 'lost', String(error), { cause: error })
}

/** In the words of the platforms, where a store lets them through: a structured clone, or JSON of each engine. */
const isAboutValue = (error: unknown): boolean =>
  (error instanceof TypeError && /circular|cyclic|serializ|bigint/i.test(error.message)) ||
  (typeof error === 'object' && error !== null && 'name' in error && error.name === 'DataCloneError')
