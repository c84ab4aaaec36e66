import { ChatError } from '../chat-error'
import { type Hold, NO_HOLD } from '../hold'
import {
  aimed,
  type Entry,
  isTargeted,
  isUploading,
  type Outcome,
  type SendEntry,
  type Target,
} from './entry'
import { type EntryList, emptyList, entriesAbout, entryIn, listOf, withEntry, without } from './entry-list'
import type { UploadProgress } from './upload-progress'

/** What the user did that is not confirmed yet, and how the last of it ended. */
export type Outbox = {
  readonly entries: EntryList
  /** How many changes are about a message that failed: they wait with it until the app decides. */
  readonly held: number
  readonly hold: Hold
  /** A batch was refused as a whole: until the outbox is through, single messages show which one is at fault. */
  readonly sendOneByOne: boolean
  /** The latest, in the order in which they came (I15). */
  readonly outcomes: readonly Ended[]
  /** Message id → why its last edit, delete or reaction was refused; the latest of them (I15). */
  readonly refused: ReadonlyMap<string, ChatError>
  /** clientId → how far its upload is, once one was begun. Not kept: another run begins anew. */
  readonly uploads: ReadonlyMap<string, UploadProgress>
}

type Ended = { readonly id: string; readonly outcome: Outcome }

/** Outcomes that are remembered; a promise that waits for one settles with its event. */
export const OUTCOMES_MAX = 200
/** Refusals that are remembered: a view shows those of the messages that it shows. */
export const REFUSED_MAX = 200

export const newOutbox = (): Outbox => ({
  entries: emptyList(),
  held: 0,
  hold: NO_HOLD,
  sendOneByOne: false,
  outcomes: [],
  refused: new Map(),
  uploads: new Map(),
})

export const entryOf = ({ entries }: Outbox, id: string): Entry | undefined => entryIn(entries, id)

/** Entries that go out on their own: neither failed, nor about a message that failed. */
export const waitingCount = ({ entries, held }: Outbox): number => entries.size - entries.totals.failed - held

/** The same without read cursors: one in flight is no reason to delay others. */
export const unsentCount = (outbox: Outbox): number => waitingCount(outbox) - outbox.entries.totals.reads

/** Adds an entry, or replaces the one with its id. */
export function put(outbox: Outbox, entry: Entry): Outbox {
  const { entries, held } = outbox
  const next = withEntry(entries, entry)
  const before = entryIn(entries, entry.id)
  const uploads =
    isUploading(entry) && entry.state.at !== 'failed' ? outbox.uploads : withoutUpload(outbox, entry.id)
  return { ...outbox, uploads, entries: next, held: held - heldBy(entries, before) + heldBy(next, entry) }
}

/** The outbox with its entries replaced by these, ascending by order. */
export function outboxWith(outbox: Outbox, all: readonly Entry[]): Outbox {
  const entries = listOf(all)
  const held = all.reduce((sum, entry) => sum + (entry.kind === 'send' ? heldBy(entries, entry) : 0), 0)
  return { ...outbox, entries, held }
}

/** Takes an entry out, with how it ended. */
export function ended(outbox: Outbox, id: string, outcome: Outcome): Outbox {
  const { entries, held } = outbox
  const rest = {
    uploads: withoutUpload(outbox, id),
    entries: without(entries, id),
    held: held - heldBy(entries, entryIn(entries, id)),
  }
  return withOutcome({ ...outbox, ...rest }, id, outcome)
}

/** How many changes wait because of this entry: itself, or those of a failed send. */
function heldBy(entries: EntryList, entry: Entry | undefined): number {
  if (entry?.kind === 'send')
    return entry.state.at === 'failed' ? entriesAbout(entries, entry.id).filter(isTargeted).length : 0
  if (entry === undefined || !isTargeted(entry) || !('clientId' in entry.target)) return 0
  return entryIn(entries, entry.target.clientId)?.state.at === 'failed' ? 1 : 0
}

export const withOutcome = (outbox: Outbox, id: string, outcome: Outcome): Outbox => ({
  ...outbox,
  outcomes: [...outbox.outcomes, { id, outcome }],
})

export const outcomeOf = ({ outcomes }: Outbox, id: string): Outcome | undefined =>
  outcomes.findLast((ended) => ended.id === id)?.outcome

/** The outcomes that `after` has and `before` has not. */
export function outcomesSince(before: Outbox, after: Outbox): readonly Ended[] {
  if (before.outcomes === after.outcomes) return []
  const last = before.outcomes.at(-1)
  return after.outcomes.slice(last === undefined ? 0 : after.outcomes.lastIndexOf(last) + 1)
}

/** Forgets the oldest outcomes (I15), but none of this event: a promise may wait for each. */
export function forgetOutcomes(before: Outbox, after: Outbox): Outbox {
  const most = Math.max(OUTCOMES_MAX, after.outcomes.length - before.outcomes.length)
  if (before.outcomes === after.outcomes || after.outcomes.length <= most) return after
  return { ...after, outcomes: after.outcomes.slice(-most) }
}

/** The last change of this message was refused; the oldest such refusal is forgotten (I15). */
export function withRefusal(outbox: Outbox, messageId: string, error: ChatError): Outbox {
  const refused = new Map(outbox.refused)
  refused.delete(messageId)
  refused.set(messageId, error)
  const [oldest] = refused.keys()
  if (refused.size > REFUSED_MAX && oldest !== undefined) refused.delete(oldest)
  return { ...outbox, refused }
}

export function withoutRefusal(outbox: Outbox, messageId: string): Outbox {
  if (!outbox.refused.has(messageId)) return outbox
  const refused = new Map(outbox.refused)
  refused.delete(messageId)
  return { ...outbox, refused }
}

export function withUpload(outbox: Outbox, id: string, progress: UploadProgress): Outbox {
  return { ...outbox, uploads: new Map(outbox.uploads).set(id, progress) }
}

function withoutUpload({ uploads }: Outbox, id: string): Outbox['uploads'] {
  if (!uploads.has(id)) return uploads
  const rest = new Map(uploads)
  rest.delete(id)
  return rest
}

/** Entries about the message with this clientId are now about `target`. */
export const retarget = (outbox: Outbox, clientId: string, target: Target): Outbox =>
  entriesAbout(outbox.entries, clientId).reduce((next, entry) => put(next, aimed(entry, target)), outbox)

/**
 * A send is refused for good: it stays, failed and visible (I10). Edits and the end of a stream that waited for it fold into it, deletes and
 * reactions of it have no meaning any more, and replies to it cannot go either.
 */
export function failSend(outbox: Outbox, entry: SendEntry, error: ChatError): Outbox {
  // Nothing writes it any more: sent again it is a message like any other.
  const { stream: _, ...whole } = entry
  let failed: SendEntry = { ...whole, state: { at: 'failed', error }, attempts: 0 }
  let next = withOutcome(outbox, entry.id, { error })
  for (const other of entriesAbout(outbox.entries, entry.id)) {
    if (other.kind === 'edit' || other.kind === 'write-stream') failed = { ...failed, content: other.content }
    if (other.kind === 'delete') return dropSend(outbox, entry)
    if (isTargeted(other)) next = ended(next, other.id, { error })
    if (other.kind === 'send') next = failSend(next, other, unsentReplyError())
  }
  return put(next, failed)
}

/** A send that the server does not have is given up: what was about it goes along, replies to it lose their target. */
export function dropSend(outbox: Outbox, entry: SendEntry): Outbox {
  const error = new ChatError('ABORTED', 'The message was cancelled')
  const others = entriesAbout(outbox.entries, entry.id)
  let next = ended(outbox, entry.id, { error })
  for (const other of others) if (isTargeted(other)) next = ended(next, other.id, {})
  next = retarget(next, entry.id, { lost: true })
  for (const reply of others)
    if (reply.kind === 'send')
      next = failSend(next, { ...reply, replyTo: { lost: true } }, unsentReplyError())
  return next
}

export const unsentReplyError = (): ChatError =>
  new ChatError('MESSAGE_NOT_FOUND', 'The message it replies to was not sent')
