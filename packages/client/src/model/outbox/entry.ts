import type { ClientId, Message, MessageId, Metadata, StreamState } from '@roomful/protocol'
import type { ChatError } from '../chat-error'

/**
 * One thing to be done at the server, in the order in which the user did it (I9).
 *
 *   storing ──kept on disk──▶ ready ──picked──▶ inflight ──taken──▶ (gone: confirmed)
 *                               ▲                  │ ╲
 *                               └── no answer, or  ┘  ╲──refused for good──▶ failed ──retry──▶ ready
 *                                   "later"                                    ╲──cancel──▶ (gone)
 *
 * A send that has waited too long is `failed` with EXPIRED: nothing but `retry` sends it then.
 *
 * `storing`: not emitted before it would survive a crash (I10). No answer means unknown, never failed: it goes back
 * to ready with `attempts` raised, and the same id makes the repeat harmless (I4).
 */
type EntryState =
  | { readonly at: 'storing' | 'ready' | 'inflight' }
  | { readonly at: 'failed'; readonly error: ChatError }

/** A message by its real id, or one of the outbox by its clientId until that is confirmed. */
export type Target =
  | { readonly id: MessageId }
  | { readonly clientId: ClientId }
  /** The message it was to answer was cancelled before it was ever sent. */
  | { readonly lost: true }

type Base = {
  /** The idempotency key: clientId of a send, opId of the rest. */
  readonly id: ClientId
  readonly order: number
  readonly state: EntryState
  /** How often it was emitted. Above 0 the server may know it. */
  readonly attempts: number
  /** It may be emitted before its next write to the disk: then it counts as emitted after a crash. */
  readonly mayHaveBeenEmitted: boolean
}

export type SendEntry = Base & {
  readonly kind: 'send'
  readonly content: string
  readonly type?: string
  readonly replyTo: Target | null
  readonly metadata?: Metadata
  /** The file that it shows has to be uploaded first; until then `metadata.fileId` is the clientId. */
  readonly upload?: PendingFile
  /** It grows: `content` is its beginning. */
  readonly stream?: true
  /** Something of it could not be kept, because it was no JSON: nothing sends the rest. */
  readonly incomplete?: true
  /** ISO time, the server's if it is known, else this device's; shown until the message is confirmed. */
  readonly createdAt: string
} & Wanted

/** A file on this device. `size` in bytes; `kind`: the media type that the device takes it for, '' if unknown. */
export type PendingFile = { readonly size: number; readonly kind: string }

/** Since when the user wants it sent: when it was written, or asked for again. Its age counts from there. */
export type Wanted = {
  /** By the clock of this run. */
  readonly wantedAt: number
  /** By the server's clock, which advances while nothing here runs; null if that was not known. */
  readonly serverAt: number | null
}
export type EditEntry = Base & { readonly kind: 'edit'; readonly target: Target; readonly content: string }
export type DeleteEntry = Base & { readonly kind: 'delete'; readonly target: Target }
export type ReactEntry = Base & {
  readonly kind: 'react'
  readonly target: Target
  readonly emoji: string
  readonly op: 'add' | 'remove'
}
export type PinEntry = Base & {
  readonly kind: 'pin'
  readonly target: Target
  readonly op: 'add' | 'remove'
  /** ISO time, as a send's `createdAt`: shown until the pin is confirmed. */
  readonly at: string
}
/** The last write of a message that grows: all of its text, and how it ends. */
export type WriteEntry = Base & {
  readonly kind: 'write-stream'
  readonly target: Target
  readonly run: number
  readonly content: string
  readonly end: Exclude<StreamState, 'streaming'>
}
/** Waits until `dueAt` for a higher one, and does not hold up what is behind it. */
export type ReadEntry = Base & { readonly kind: 'read'; readonly seq: number; readonly dueAt: number }

export type TargetedEntry = EditEntry | DeleteEntry | ReactEntry | PinEntry | WriteEntry
/** What waits in a room's outbox, in the order in which the user did it. */
export type Entry = SendEntry | TargetedEntry | ReadEntry

export const STORING: EntryState = { at: 'storing' }
export const READY: EntryState = { at: 'ready' }
export const INFLIGHT: EntryState = { at: 'inflight' }

export const isTargeted = (entry: Entry): entry is TargetedEntry => 'target' in entry

/** The message that an entry changes, or answers. */
export function subjectOf(entry: Entry): Target | null {
  if (isTargeted(entry)) return entry.target
  return entry.kind === 'send' ? entry.replyTo : null
}

/** The entry about another message, or about the same one by another id. */
export function aimed(entry: Entry, target: Target): Entry {
  if (isTargeted(entry)) return { ...entry, target }
  return entry.kind === 'send' ? { ...entry, replyTo: target } : entry
}

/** Does it wait for its file? What is behind it need not. */
export const isUploading = (entry: Entry): entry is SendEntry & { readonly upload: PendingFile } =>
  entry.kind === 'send' && entry.upload !== undefined

/** Is this entry about the message with this id or clientId? */
export const isAbout = (target: Target | null, id: string): boolean =>
  target !== null &&
  (('id' in target && target.id === id) || ('clientId' in target && target.clientId === id))

/** Was it never emitted, so that it can still change without the server knowing another version? */
export const isUntouched = (entry: Entry): boolean => entry.attempts === 0 && entry.state.at !== 'inflight'

/** What the user wants done; order and state are the outbox's. */
export type Command = Entry extends infer E
  ? E extends Entry
    ? Omit<E, 'order' | 'state' | 'attempts' | 'mayHaveBeenEmitted'>
    : never
  : never

/** How an entry ended: with the server's row, done without one, or refused. */
export type Outcome = { readonly row?: Message; readonly error?: ChatError }
