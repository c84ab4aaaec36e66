import { ChatError } from '../model/chat-error'
import { type Hold, longerHold, NO_HOLD } from '../model/hold'
import { isUploading } from '../model/outbox/entry'
import { entryOf, outcomesSince } from '../model/outbox/outbox'
import type { UploadStep } from '../model/outbox/upload-progress'
import { dueUploads, UPLOADS_AT_ONCE } from '../model/outbox/uploads'
import type { RoomModel } from '../model/room/room-model'
import type { Clock } from '../platform/clock'
import { FILE_MOST_BYTES } from '../storage/kept-files-limit'
import type { FileWork } from '../uploads/file-work'
import { type EngineContext, nowAndRandom } from './engine-context'
import { attempt } from './report'
import { createAgenda, NO_TASKS, type Runner } from './runner'

/** The progress of one upload is shown at most this often. */
const PROGRESS_MS = 250

/**
 * Bytes that have not moved for so long since the chat's connection was renewed are taken to be on a connection that died
 * with the old one: the host notices only after minutes. Longer than a slow network pauses.
 */
const SILENT_MS = 10_000

/** The file of a message that is not sent yet. */
type Held = {
  readonly roomId: string
  readonly file: Blob
  /** On the disk, or on its way there. */
  isKept: boolean
  /** Until the disk is tried again; NO_HOLD: with the next write of the message. */
  hold: Hold
}

/** One try. */
type Upload = {
  readonly roomId: string
  readonly abort: AbortController
  /** Until bytes have moved nothing is known: some hosts do not report it. */
  moved?: { readonly at: number; readonly isAll: boolean }
}

export type FileCode = {
  readonly work: FileWork
  measure(file: Blob): Promise<{ width: number; height: number } | undefined>
}

/** Where files are kept that a reload must not lose. Both may reject, and neither is waited for by anything else. */
export type FileCopies = {
  /** Undefined: it is not there. */
  read(clientId: string): Promise<Blob | undefined>
  keep(clientId: string, file: Blob): Promise<void>
}

export type UploadRunner = Runner<'upload'> & {
  /** The bytes of a message that was enqueued just now. */
  add(roomId: string, clientId: string, file: Blob): void
  /** The bytes of a message that is not sent yet. Rejects with FILE_LOST, or where the disk is in trouble. */
  find(clientId: string): Promise<Blob>
  download(fileId: string, size: number | undefined, signal: AbortSignal): Promise<Blob>
  /** Ends what is under way. */
  close(): void
}

/** Uploads the files of messages, beside the outbox: three at once. */
export function createUploadRunner(
  engine: EngineContext,
  load: () => Promise<FileCode>,
  copies: FileCopies | null,
): UploadRunner {
  const agenda = createAgenda<'upload'>()
  /** Of messages of this run that are not sent yet. */
  const files = new Map<string, Held>()
  const active = new Map<string, Upload>()
  let loading: Promise<FileCode> | undefined

  /** A load that fails is tried again with the next try. */
  const code = (): Promise<FileCode> => {
    loading ??= load().catch((cause: unknown) => {
      loading = undefined
      throw new ChatError('OFFLINE', 'The code for files could not be loaded', { cause })
    })
    return loading
  }

  const isPending = (model: RoomModel, id: string): boolean => {
    const entry = entryOf(model.outbox, id)
    return entry !== undefined && isUploading(entry) && entry.state.at !== 'failed'
  }

  const dispatch = (roomId: string, id: string, step: UploadStep): void =>
    engine.store.dispatch(roomId, { type: 'upload', id, step })

  async function find(id: string): Promise<Blob> {
    const file = files.get(id)?.file
    if (file && (await isReadable(file))) return file
    const copy = await copies?.read(id).catch((error: unknown) => {
      // Where nothing is kept, it will not be there later either.
      if (engine.store.chat().storage.status !== 'memory') throw error
    })
    if (copy) return copy
    throw new ChatError('FILE_LOST', 'The file is not on this device any more')
  }

  function begin(roomId: string, id: string): void {
    const abort = new AbortController()
    const upload: Upload = { roomId, abort }
    active.set(id, upload)
    dispatch(roomId, id, { to: 'sending', sentBytes: 0 })
    const progress = createProgress(engine.clock, (sentBytes) => {
      if (!abort.signal.aborted) dispatch(roomId, id, { to: 'sending', sentBytes })
    })
    const onSent = (bytes: number, size: number): void => {
      upload.moved = { at: engine.clock.now(), isAll: bytes >= size }
      progress.moved(bytes)
    }
    const tried = tryOnce(id, abort.signal, onSent).catch((error: unknown) => stepAfter(error))
    void tried.then((step) => {
      progress.end()
      if (active.get(id)?.abort !== abort) return
      active.delete(id)
      dispatch(roomId, id, step)
    })
  }

  async function tryOnce(
    id: string,
    signal: AbortSignal,
    onSent: (bytes: number, size: number) => void,
  ): Promise<UploadStep> {
    const file = await find(id)
    const { work } = await code()
    return { to: 'uploaded', file: await work.upload(id, file, signal, (bytes) => onSent(bytes, file.size)) }
  }

  function stepAfter(cause: unknown): UploadStep {
    const error =
      cause instanceof ChatError ? cause : new ChatError('OFFLINE', 'The upload was cut off', { cause })
    if (error.retry === 'never') return { to: 'refused', error }
    return { to: 'interrupted', error, ...nowAndRandom(engine) }
  }

  async function look(roomId: string, id: string, file: Blob): Promise<void> {
    const size = await (await code()).measure(file)
    if (size) dispatch(roomId, id, { to: 'measured', ...size })
  }

  /** As long as there are files: those of messages that are gone go, and those whose message is on the disk follow it there. */
  function watch(): void {
    const stop = engine.store.watch((before, after, event) => {
      const isWiped = event.type === 'wiped'
      const ended = outcomesSince(before.outbox, after.outbox).map(({ id }) => id)
      for (const id of isWiped ? [...files.keys()] : ended) {
        const held = files.get(id)
        if (held?.roomId !== after.id) continue
        const entry = entryOf(after.outbox, id)
        // What is left is written to another space.
        if (isWiped) held.isKept = false
        if (entry === undefined) files.delete(id)
        // It may be tried again, and is not `stored`.
        else if (entry.state.at === 'failed' && !held.isKept) keepLater(held)
      }
      if (event.type === 'stored') for (const id of event.ids) void keep(id)
      if (files.size === 0) stop()
    })
  }

  /** Never before its message: what is on the disk without one is removed there. */
  async function keep(id: string): Promise<void> {
    const held = files.get(id)
    if (copies === null || held === undefined || held.isKept || held.file.size > FILE_MOST_BYTES) return
    held.isKept = true
    try {
      await copies.keep(id, held.file)
    } catch {
      // A restart before it is kept says so, with FILE_LOST.
      if (await isReadable(held.file)) keepLater(held)
      else held.hold = NO_HOLD
      held.isKept = false
      engine.store.batch(() => {})
    }
  }

  function keepLater(held: Held): void {
    held.hold = longerHold(held.hold, null, { now: engine.clock.now(), random: 0 })
  }

  /** Returns when the disk is to be tried again. */
  function keepDue(now: number): number {
    let until = Number.POSITIVE_INFINITY
    for (const [id, { isKept, hold }] of files) {
      if (isKept || hold === NO_HOLD) continue
      if (hold.until > now) until = Math.min(until, hold.until)
      else void keep(id)
    }
    return until
  }

  /**
   * Gives up the tries whose connection seems dead, to be made again; returns when the next one may be. What was aborted
   * is left out: a time that has passed would be looked at again at once, without end.
   */
  function endSilent(now: number): number {
    const { state } = engine.store.chat().connection
    let until = Number.POSITIVE_INFINITY
    if (state.status !== 'online') return until
    for (const { abort, moved } of active.values()) {
      // Once all bytes have left, the server may be looking at them.
      if (moved === undefined || moved.isAll || moved.at >= state.since || abort.signal.aborted) continue
      const silentAt = state.since + SILENT_MS
      if (silentAt > now) until = Math.min(until, silentAt)
      else abort.abort(new ChatError('OFFLINE', 'The connection of the upload is dead'))
    }
    return until
  }

  const end = (id: string): void => {
    active.get(id)?.abort.abort(new ChatError('ABORTED', 'The upload was given up'))
    active.delete(id)
  }

  return {
    rooms: {
      agenda,
      basis: () => engine.over() !== null,
      tasksOf: (model, now) => {
        if (model.outbox.entries.totals.uploads === 0 || engine.over()) return NO_TASKS
        const { due, until } = dueUploads(model, now)
        return due.length === 0 ? { tasks: [], until } : { tasks: ['upload'], until }
      },
    },

    step: (now) => {
      const { store } = engine
      for (const [id, { roomId }] of active) if (!isPending(store.room(roomId).model, id)) end(id)
      const until = Math.min(keepDue(now), active.size === 0 ? Number.POSITIVE_INFINITY : endSilent(now))
      for (const roomId of agenda.of('upload'))
        for (const { id } of dueUploads(store.room(roomId).model, now).due) {
          if (active.size >= UPLOADS_AT_ONCE) return until
          if (!active.has(id)) begin(roomId, id)
        }
      return until
    },

    add: (roomId, id, file) => {
      if (files.size === 0) watch()
      files.set(id, { roomId, file, isKept: false, hold: NO_HOLD })
      attempt(
        () => look(roomId, id, file),
        // The upload finds the same, and says so.
        (error) => error instanceof ChatError || engine.report(error, { source: 'internal', roomId }),
      )
    },

    find,
    download: async (fileId, size, signal) => (await code()).work.download(fileId, size, signal),

    close: () => {
      for (const id of [...active.keys()]) end(id)
      files.clear()
    },
  }
}

/** Not any more where it was changed or removed since it was chosen; to an upload that looks like a lost connection. */
const isReadable = (file: Blob): Promise<boolean> =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    )

/** Passes on what comes at once at most every 250 ms, and the last of it always: also where nothing moves after it. */
function createProgress(clock: Clock, show: (sentBytes: number) => void) {
  let shownAt = clock.now()
  let last = 0
  let cancel: (() => void) | undefined
  const pass = (): void => {
    cancel = undefined
    shownAt = clock.now()
    show(last)
  }
  return {
    moved: (sentBytes: number): void => {
      last = sentBytes
      if (cancel) return
      const wait = shownAt + PROGRESS_MS - clock.now()
      if (wait <= 0) pass()
      else cancel = clock.setTimer(wait, pass)
    },
    end: (): void => cancel?.(),
  }
}
