import { assertNever } from '../assert-never'
import type { ChatError } from '../chat-error'
import { longerHold, NO_HOLD, relaxed } from '../hold'
import { type RoomModel, withOutbox } from '../room/room-model'
import { isUploading, type PendingFile, READY, type SendEntry, STORING } from './entry'
import { allEntries, openEntries } from './entry-list'
import { entryOf, failSend, type Outbox, put, withUpload } from './outbox'
import type { UploadedFile, UploadStep } from './upload-progress'

/** Of one room; more would only share the same network. */
export const UPLOADS_AT_ONCE = 3

type Uploading = SendEntry & { readonly upload: PendingFile }

/**
 * A message whose file is on this device only. Its upload runs beside the outbox, and nothing waits for it: a text written
 * after a film is with the others before it. When the file is at the server, the message takes its turn in the outbox.
 */
export function onUpload(model: RoomModel, id: string, step: UploadStep): RoomModel {
  const { outbox } = model
  const entry = entryOf(outbox, id)
  if (entry === undefined || !isUploading(entry)) return model
  if (step.to === 'measured') {
    const { width, height } = step
    return withOutbox(model, put(outbox, { ...entry, metadata: { ...entry.metadata, width, height } }))
  }
  // Given up meanwhile: its result has no meaning any more.
  if (entry.state.at === 'failed') return model
  const hold = outbox.uploads.get(id)?.hold ?? NO_HOLD
  switch (step.to) {
    case 'sending':
      return withOutbox(model, withUpload(outbox, id, { at: 'sending', sentBytes: step.sentBytes, hold }))
    case 'interrupted': {
      const { error } = step
      const next = longerHold(hold, error, step)
      return withOutbox(model, withUpload(outbox, id, { at: 'waiting', hold: next, error }))
    }
    case 'uploaded':
      return withOutbox(model, put(outbox, withFile(entry, step.file, model.hasStore)))
    case 'refused':
      return withOutbox(model, failSend(outbox, entry, step.error))
    default:
      return assertNever(step)
  }
}

/** On the disk before it is emitted: after a crash the same clientId must not be sent with another file. */
function withFile({ upload: _, ...entry }: Uploading, file: UploadedFile, hasStore: boolean): SendEntry {
  const { id: fileId, kind, size } = file
  return {
    ...entry,
    type: kind.startsWith('image/') ? 'image' : 'file',
    metadata: { ...entry.metadata, fileId, kind, size },
    state: hasStore ? STORING : READY,
  }
}

/** The uploads of a room that are to begin now, and when time alone changes that. */
export function dueUploads(
  { outbox, connection }: RoomModel,
  now: number,
): { readonly due: readonly Uploading[]; readonly until: number } {
  const due: Uploading[] = []
  let until = Number.POSITIVE_INFINITY
  if (outbox.entries.totals.uploads === 0 || connection !== 'up') return { due, until }
  for (const entry of openEntries(outbox.entries)) {
    if (due.length === UPLOADS_AT_ONCE) break
    if (!isUploading(entry) || entry.state.at !== 'ready') continue
    const progress = outbox.uploads.get(entry.id)
    if (progress?.at === 'sending') continue
    if (progress && progress.hold.until > now) until = Math.min(until, progress.hold.until)
    else due.push(entry)
  }
  return { due, until }
}

/** The room is not the user's any more: no upload would lead to a message. */
export function failUploads(outbox: Outbox, error: ChatError): Outbox {
  if (outbox.entries.totals.uploads === 0) return outbox
  return allEntries(outbox.entries)
    .filter((entry) => isUploading(entry) && entry.state.at !== 'failed')
    .reduce((next, entry) => (entry.kind === 'send' ? failSend(next, entry, error) : next), outbox)
}

/** After a reconnect or a wake: see `relaxed`. The same map when nothing waits. */
export function relaxUploads(uploads: Outbox['uploads']): Outbox['uploads'] {
  let next: Map<string, Outbox['uploads'] extends ReadonlyMap<string, infer P> ? P : never> | undefined
  for (const [id, progress] of uploads) {
    const hold = relaxed(progress.hold)
    if (progress.at !== 'waiting' || hold === progress.hold) continue
    next ??= new Map(uploads)
    next.set(id, { ...progress, hold })
  }
  return next ?? uploads
}
