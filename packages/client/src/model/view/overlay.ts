import type { Message } from '@roomful/protocol'
import { asMessageId, asRoomId, asUserId } from '@roomful/protocol/plain'
import { assertNever } from '../assert-never'
import {
  isUploading,
  type PendingFile,
  type PinEntry,
  type SendEntry,
  type TargetedEntry,
} from '../outbox/entry'
import type { People } from '../people/people'
import type { RoomModel } from '../room/room-model'
import type { ShownMessage, UploadState } from '../room-shape'
import { grownText, producedText, runOf } from '../rows/growing'
import { reactionLike } from '../rows/reactions'

/** A confirmed row as shown: with what is on its way laid over it. The confirmed store never holds any of that. */
export function shownRow(
  row: Message,
  key: string,
  ops: readonly TargetedEntry[],
  model: RoomModel,
): ShownMessage {
  const error = model.outbox.refused.get(row.id)
  const content = grownText(model, row)
  const base: ShownMessage = {
    ...row,
    content,
    ...pictureOf(model, row.senderId),
    key,
    status: 'sent',
    ...(error ? { error } : {}),
  }
  return ops.length === 0
    ? base
    : { ...ops.reduce((shown, op) => withOp(shown, op, model.me), base), changing: true }
}

type Members = People['members']

function pictureOf({ people }: RoomModel, userId: string): { senderAvatarUrl?: string } {
  const url = people.members.get(userId)?.avatarUrl
  return url === undefined ? {} : { senderAvatarUrl: url }
}

function withOp(shown: ShownMessage, op: TargetedEntry, me: string | null): ShownMessage {
  if (shown.deleted) return shown
  switch (op.kind) {
    case 'edit':
      // Without the server's time the old one is used: it only has to be marked as edited.
      return { ...shown, content: op.content, editedAt: shown.editedAt ?? shown.createdAt }
    case 'delete': {
      const { metadata: _, pinned: __, ...rest } = shown
      return { ...rest, content: '', deleted: true, reactions: [] }
    }
    case 'react':
      return { ...shown, reactions: withReaction(shown.reactions, op, me) }
    case 'pin':
      return withPin(shown, op, me)
    case 'write-stream':
      // Another producer has taken it over: it will be refused.
      if (op.run !== runOf(shown)) return shown
      return { ...shown, content: op.content, stream: { ...shown.stream, state: op.end } }
    default:
      return assertNever(op)
  }
}

/** As the server would have it: who pinned it first stays named. */
export function withPin<T extends Pick<Message, 'pinned'>>(
  shown: T,
  { op, at }: Pick<PinEntry, 'op' | 'at'>,
  me: string | null,
): T {
  if ((shown.pinned !== undefined) === (op === 'add')) return shown
  if (op === 'add') return { ...shown, pinned: { by: asUserId(me ?? ''), at } }
  const next = { ...shown }
  delete next.pinned
  return next
}

function withReaction(
  reactions: Message['reactions'],
  { emoji, op }: { emoji: string; op: 'add' | 'remove' },
  me: string | null,
): Message['reactions'] {
  const held = reactionLike(reactions, emoji)
  if ((held?.mine ?? false) === (op === 'add')) return reactions
  const self = asUserId(me ?? '')
  if (op === 'add') {
    if (held === undefined) return [...reactions, { emoji, count: 1, users: [self], mine: true }]
    const added = { ...held, count: held.count + 1, users: [...held.users, self], mine: true }
    return reactions.map((reaction) => (reaction === held ? added : reaction))
  }
  return reactions.flatMap((reaction) => {
    if (reaction !== held) return [reaction]
    const { mine: _, ...rest } = reaction
    const users = reaction.users.filter((user) => user !== me)
    return reaction.count > 1 ? [{ ...rest, count: reaction.count - 1, users }] : []
  })
}

/** A message that waits to be sent, as shown: after all confirmed ones, in the order of sending. */
export function shownEntry(entry: SendEntry, ops: readonly TargetedEntry[], model: RoomModel): ShownMessage {
  const { replyTo, state } = entry
  const base: ShownMessage = {
    key: entry.id,
    id: entry.id,
    clientId: entry.id,
    roomId: asRoomId(model.id),
    seq: 0,
    rev: 0,
    senderId: asUserId(model.me ?? ''),
    senderName: model.myName,
    ...pictureOf(model, model.me ?? ''),
    type: entry.type ?? (replyTo === null ? 'text' : 'reply'),
    content: producedText(model, entry) ?? entry.content,
    ...(entry.stream && { stream: { state: 'streaming' } }),
    // A pending target is named as it is shown: by its clientId.
    replyTo:
      replyTo === null || 'lost' in replyTo
        ? null
        : 'id' in replyTo
          ? replyTo.id
          : asMessageId(replyTo.clientId),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
    createdAt: entry.createdAt,
    editedAt: null,
    deleted: false,
    reactions: [],
    status: statusOf(entry),
    ...(isUploading(entry) ? { upload: uploadOf(entry, model) } : {}),
    ...(state.at === 'failed' ? { error: state.error } : {}),
  }
  return ops.length === 0
    ? base
    : { ...ops.reduce((shown, op) => withOp(shown, op, model.me), base), changing: true }
}

function statusOf(entry: SendEntry): ShownMessage['status'] {
  if (entry.state.at === 'failed') return 'failed'
  return entry.state.at === 'inflight' || entry.attempts > 0 ? 'sending' : 'queued'
}

function uploadOf(entry: SendEntry & { readonly upload: PendingFile }, model: RoomModel): UploadState {
  const totalBytes = entry.upload.size
  if (entry.state.at === 'failed') return { state: 'failed', totalBytes }
  const progress = model.outbox.uploads.get(entry.id)
  if (progress?.at === 'sending') return { state: 'uploading', sentBytes: progress.sentBytes, totalBytes }
  return { state: 'waiting', totalBytes, ...(progress?.error ? { error: progress.error } : {}) }
}

/** Does each of the users have the same picture in both, as far as their rows are held? */
export function sameAvatars(a: Members, b: Members): boolean {
  const isSame = (userId: string): boolean => a.get(userId)?.avatarUrl === b.get(userId)?.avatarUrl
  return [...a.keys()].every(isSame) && [...b.keys()].every(isSame)
}
