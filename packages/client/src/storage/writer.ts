import type { ChatStore } from '../engine/chat-store'
import type { Clock } from '../platform/clock'
import type { RunClock } from '../platform/steady-clock'
import { soon } from '../platform/system-clock'
import { compose, composeEntries, lesserWrites, roomsOf, withoutMessages } from './batch'
import { type Dirt, isClean, noDirt, noteDropped, noteEvent, noteOutbox, noteRoom, putBack } from './dirt'
import type { CopySource, LocalCopy, LocalScope, LocalSnapshot, LocalWrite, StoredMeta } from './local-copy'
import { createOpener, failureOf, WAIT_MS } from './opener'
import { LocalStoreError } from './port'
import { withTimeout } from './with-timeout'

/** Rows are written this long after they arrived, with everything that arrived since; the outbox does not wait. */
const WRITE_BEHIND_MS = 250

export type WriterOptions = {
  readonly store: ChatStore
  readonly source: CopySource
  readonly clock: RunClock
  /** Of the time limits of the disk, which hold after the end too: it may be asked to delete once more. */
  readonly storeClock: Clock
  /** Does this tab write rows? */
  writesRows?(): boolean
  onReopened?(snapshot: LocalSnapshot): void
  /** Another tab has written rows meanwhile: after this `writesRows` is false until it is known what is there now. */
  onLostWriter?(): void
}

export type Writer = {
  /** Loads the code of the copy. */
  prepare(): void
  /** Whose copy it is; undefined: not known. Never rejects. */
  userOf(scope: LocalScope): Promise<string | undefined>
  /** Never rejects: empty where the disk does not answer in time. */
  open(scope: LocalScope): Promise<LocalSnapshot>
  /** Throws where its code is not loaded. */
  copy(): LocalCopy
  /** An open has succeeded since the last `open`: what was kept before is known. */
  wasOpen(): boolean
  readChunks: LocalCopy['readChunks']
  /** What is dirty goes to this user's space from now on. */
  begin(meta: StoredMeta): void
  /** These rooms' records and rows go from the disk. */
  drop(roomIds: readonly string[]): void
  /** Nothing is written until the next `begin`. */
  pause(): void
  /** Entries that came from the open space, also those that the tabs adopted there: they are of the user whose it is. */
  readonly fromDisk: ReadonlySet<string>
  /** Rooms whose draft was changed in this run: the disk's is older, even where none is here by now. */
  readonly typed: ReadonlySet<string>
  /** These entries were written into another user's space: they go from there, if that takes no longer than 4 s. */
  withdraw(ids: readonly string[]): Promise<void>
  /** There is no space to write to: what waits for it goes out from memory. */
  giveUp(): void
  wipe(): Promise<void>
  /** Writes what is dirty, if that takes no longer than 4 s. */
  close(): Promise<void>
}

/**
 * Writes dirty data, one write at a time: it composes a write when the disk is ready, so that all changes up to then
 * are in it. Rows, cursor and ranges of a room are in one write (I16). An entry of the outbox is written at once, and
 * becomes ready to be emitted when it is stored (I10), when the disk has taken 4 s, or if nothing can be stored. The
 * contents of a failed write are dirty again.
 */
export function createWriter({
  store,
  source,
  clock,
  storeClock,
  writesRows = () => true,
  onReopened = () => {},
  onLostWriter = () => {},
}: WriterOptions): Writer {
  const fromDisk = new Set<string>()
  const typed = new Set<string>()
  let dirt = noDirt()
  let meta: StoredMeta | null = null
  let metaDue = false
  let hasNoSpace = false
  let writing: Promise<void> | null = null
  /** The dirt that the write under way has taken. */
  let taken = noDirt()
  /** The write under way has taken too long: nothing waits behind it. */
  let isStuck = false
  /** Something went out from memory and is not kept yet. */
  let isBehind = false
  let cancelTimer: (() => void) | undefined
  let cancelWait = (): void => {}

  const opener = createOpener({
    source,
    clock: storeClock,
    onState: (storage) => store.local(() => store.dispatchChat({ type: 'storage', storage })),
    onReset: () => {
      writing = null
      isStuck = false
      cancelWait()
      letOut(taken)
    },
    onMode: (mode, damage) => {
      if (mode === 'open' && !damage && !isBehind && writing === null) opener.recovered()
      flush()
    },
    onReopened,
    isOver: () => store.chat().connection.state.status === 'stopped',
  })

  // What was done before this was loaded.
  for (const { model } of store.all()) noteRoom(dirt, model)
  store.watch((before, after, event) => {
    if (event.type === 'became-writer') metaDue = true
    if (event.type === 'draft') typed.add(after.id)
    if ('entries' in event) for (const { id } of event.entries) fromDisk.add(id)
    const urgency = noteEvent(dirt, before, after, event)
    if (urgency === 'now') soon(flush)
    else if (urgency === 'later') schedule()
  })

  function schedule(): void {
    cancelTimer ??= clock.setTimer(WRITE_BEHIND_MS, () => {
      cancelTimer = undefined
      flush()
    })
  }

  function unschedule(): void {
    cancelTimer?.()
    cancelTimer = undefined
  }

  /** Writes everything dirty, unless a write is in progress: then it goes with the next one. */
  function flush(): void {
    if (meta === null && !hasNoSpace) return
    if (hasNoSpace || opener.mode() === 'off') {
      letOut(dirt)
      dirt = noDirt()
      isBehind = false
    } else if (opener.mode() !== 'open' || isStuck) {
      if (!isClean(dirt)) isBehind = true
      letOut(dirt)
    } else if (writing === null && meta !== null && (!isClean(dirt) || (metaDue && writesRows()))) {
      write(meta)
    }
  }

  function write(stored: StoredMeta): void {
    unschedule()
    const turn = opener.turn()
    taken = dirt
    dirt = noDirt()
    isBehind = false
    // Another tab writes the rows; if this one ever does, everything it holds is dirty (see `noteEvent`).
    const isWriter = writesRows()
    const withMeta = isWriter && metaDue
    if (isWriter) metaDue = false
    const batch = isWriter
      ? compose(taken, (id) => store.room(id).model, clock)
      : composeEntries(taken, clock)
    cancelWait = storeClock.setTimer(WAIT_MS, () => {
      isStuck = true
      const late = new LocalStoreError('timeout', `a write takes more than ${WAIT_MS / 1_000} s`)
      opener.complain('degraded', late)
      letOut(taken)
      flush()
    })
    const ended = keep(withMeta ? { meta: stored, ...batch } : batch, turn).then(
      () => {
        if (turn !== opener.turn()) return
        // A read may have found it down meanwhile.
        if (opener.mode() === 'open' && !isBehind) opener.recovered()
      },
      (error: unknown) => {
        if (turn !== opener.turn()) return
        putBack(dirt, taken)
        metaDue ||= withMeta
        if (failureOf(error).reason === 'taken') {
          // Any tab may write its entries: they keep waiting for the next write.
          for (const [id, roomId] of taken.awaited) dirt.awaited.set(id, roomId)
          onLostWriter()
        } else {
          isBehind = true
          opener.failed(error)
        }
      },
    )
    writing = ended.then(() => {
      if (turn !== opener.turn()) return
      cancelWait()
      isStuck = false
      writing = null
      letOut(taken)
      flush()
    })
  }

  /** They wait for the disk no longer: they are kept, or cannot be for now. */
  function letOut({ awaited }: Dirt): void {
    if (awaited.size === 0) return
    const left = [...awaited]
    awaited.clear()
    const byRoom = new Map<string, string[]>()
    for (const [id, roomId] of left) {
      // Changed since: its own write is yet to come.
      if (dirt.awaited.has(id)) continue
      byRoom.set(roomId, [...(byRoom.get(roomId) ?? []), id])
    }
    store.local(() => {
      for (const [roomId, ids] of byRoom) store.dispatch(roomId, { type: 'stored', ids })
    })
  }

  /** Keeps what can be of a write: a full disk, or a value that can never be kept, leaves a part of it out. */
  async function keep(whole: LocalWrite, turn: number): Promise<void> {
    let part = whole
    let failure = await refusalOf(part, turn)
    if (failure?.reason === 'quota') {
      opener.complain('degraded', failure)
      while (failure?.reason === 'quota' && writesRows() && (await opener.copy().makeRoom(roomsOf(whole))))
        failure = await refusalOf(part, turn)
      if (failure?.reason === 'quota') {
        part = withoutMessages(whole)
        failure = await refusalOf(part, turn)
      }
    }
    if (failure === null) return
    if (failure.reason !== 'invalid') throw failure
    const lesser = lesserWrites(part)
    const { putEntries = [] } = part
    if (lesser) for (const one of lesser) await keep(one, turn)
    else if (putEntries.length > 0)
      store.batch(() => {
        for (const { roomId, clientId } of putEntries)
          store.dispatch(roomId, { type: 'unstorable', ids: [clientId] })
      })
    else throw new LocalStoreError('unavailable', failure.message, { cause: failure })
  }

  /** Null: it is kept. Rejects where another write would fare no better. */
  async function refusalOf(part: LocalWrite, turn: number): Promise<LocalStoreError | null> {
    try {
      await opener.copy().write(part)
      return null
    } catch (error) {
      const failure = failureOf(error)
      if (turn === opener.turn() && (failure.reason === 'quota' || failure.reason === 'invalid'))
        return failure
      throw error
    }
  }

  const pause = (): void => {
    meta = null
    dirt = noDirt()
    isBehind = false
    fromDisk.clear()
    typed.clear()
    unschedule()
  }

  return {
    ...opener,
    fromDisk,
    typed,
    drop: (roomIds) => {
      for (const roomId of roomIds) noteDropped(dirt, roomId)
      schedule()
    },
    begin: (next) => {
      const { id, name, avatarUrl } = next.user
      const user = meta?.user
      metaDue ||= user?.id !== id || user.name !== name || user.avatarUrl !== avatarUrl
      metaDue ||= meta?.epoch !== next.epoch
      // After a crash, rows of the old history under the new one's name would pass for the new one's (I16).
      if (meta !== null && meta.epoch !== next.epoch)
        for (const { model } of store.all()) noteDropped(dirt, model.id)
      meta = next
      hasNoSpace = false
      // What was done while there was no space to write to is kept from here on (I10).
      for (const { model } of store.all()) noteOutbox(dirt, model)
      flush()
    },
    giveUp: () => {
      hasNoSpace = true
      flush()
    },
    pause,
    withdraw: async (ids) => {
      if (ids.length === 0 || opener.mode() !== 'open') return
      const late = 'entries were not withdrawn in time'
      const withdrawing = opener.copy().write({ deleteEntries: ids })
      await withTimeout(storeClock, WAIT_MS, withdrawing, late).catch((error: unknown) =>
        opener.complain('degraded', error),
      )
    },
    wipe: () => {
      pause()
      return opener.wipe()
    },
    close: async () => {
      const drained = async (): Promise<void> => {
        if (opener.mode() !== 'open') return
        flush()
        while (writing !== null) await writing
      }
      await opener.close(drained())
    },
  }
}
