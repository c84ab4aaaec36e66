import type { Member, Room, RoomId } from '@roomful/protocol'
import { msOfIso } from '../../core/iso-time'
import { type Facts, type Plan, pairKey, type StoredMessage } from '../../core/ops'
import { isPresent } from '../../core/present'
import { toPreview } from '../../core/preview'
import { tombstoneOf } from '../../core/stored-message'
import type { Keep } from '../ephemeral-store'
import type { Argument } from './connection'
import { briefOf } from './rows'

/** A list as a script takes it: its length, then its items. */
export const list = (values: readonly Argument[]): Argument[] => [values.length, ...values]

/** A day after the last node has gone, everything expires. Until then each node removes idle rooms. */
export const TTL_MS = 24 * 3_600_000

/** The arguments of the script COMMIT. */
export function commitValues(
  roomId: RoomId,
  version: string,
  facts: Facts,
  plan: Plan,
  keep: Keep,
): Argument[] {
  const { head, messages, members, room, opIds, audit } = plan
  const lastSeq = facts.room?.lastSeq ?? 0
  const fresh = messages.filter(({ seq }) => seq > lastSeq)
  const last = messages.find(({ seq }) => seq === head.lastSeq)
  const fields: Argument[] = [
    ...['rev', head.rev, 'seq', head.lastSeq],
    ...['owners', facts.owners + ownersGained(facts, members)],
    ...(room ? ['room', rowOf(room)] : []),
    ...(last ? ['preview', JSON.stringify(toPreview(last))] : []),
    ...messages.flatMap((row) => [`s:${row.seq}`, JSON.stringify(row), `b:${row.seq}`, briefOf(row)]),
    ...fresh.flatMap(sentFields),
    ...messages.flatMap((row) => spokenFields(row, facts)),
    ...members.flatMap(memberFields),
    ...opIds.flatMap(({ userId, opId, messageId }) => [`o:${pairKey(userId, opId)}`, messageId]),
  ]
  return [
    ...[roomId, version, TTL_MS, keep.messages, keep.ops, keep.audit, keep.departed, head.lastSeq],
    ...list(fields),
    ...list(fresh.map(({ id }) => id)),
    ...list(members.flatMap((member) => [...standingOf(member), member.lastReadSeq])),
    ...list(opIds.map(({ userId, opId }) => pairKey(userId, opId)).filter((key) => !facts.opIds.has(key))),
    ...list(audit.map((entry) => JSON.stringify(entry))),
  ]
}

/** The arguments of the script CREATE after the limits. */
export function createValues(room: Room, members: readonly Member[]): Argument[] {
  const owners = members.filter(isOwner).length
  const fields: Argument[] = [
    ...['room', rowOf(room), 'rev', room.rev, 'seq', room.lastSeq, 'floor', room.lastSeq + 1, 'v', 1],
    ...['owners', owners, 'maker', room.createdBy ?? ''],
    ...members.flatMap(memberFields),
    ...members.flatMap(({ userId, lastReadSeq }) => [`r:${userId}`, lastReadSeq]),
  ]
  return [...list(fields), ...list(members.flatMap(standingOf))]
}

/** The counters have separate fields. */
function rowOf({ memberCount: _, ...room }: Room): string {
  return JSON.stringify(room)
}

/** Kept for as long as the room lives, so that a late retry finds its message (I4). */
function sentFields(row: StoredMessage): Argument[] {
  const { id, seq, senderId, clientId } = row
  return [
    ...[`i:${id}`, seq],
    ...(clientId === undefined
      ? []
      : [`c:${pairKey(senderId, clientId)}`, `${seq} ${JSON.stringify(tombstoneOf(row))}`]),
  ]
}

/** When the sender last sent: an edit counts as a send, others' changes to the message do not. */
function spokenFields({ id, senderId, type, createdAt, editedAt }: StoredMessage, facts: Facts): Argument[] {
  const before = facts.messages.get(id)
  if (type === 'system' || (before && before.editedAt === editedAt)) return []
  const at = editedAt === null ? msOfIso(createdAt) : Math.max(msOfIso(createdAt), msOfIso(editedAt))
  return [`l:${senderId}`, Math.max(at, facts.lastSendAt.get(senderId) ?? 0)]
}

const memberFields = (member: Member): Argument[] => [
  ...[`m:${member.userId}`, JSON.stringify(member)],
  ...[`f:${member.userId}`, member.fromSeq],
]

/** User, rev, and standing: in, left, out. */
function standingOf({ userId, rev, removed }: Member): Argument[] {
  return [userId, rev, removed === undefined ? 'in' : removed === 'left' ? 'left' : 'out']
}

const isOwner = (member: Member | undefined): boolean => isPresent(member) && member.role === 'owner'

function ownersGained(facts: Facts, members: readonly Member[]): number {
  let gained = 0
  for (const member of members)
    gained += Number(isOwner(member)) - Number(isOwner(facts.members.get(member.userId)))
  return gained
}
