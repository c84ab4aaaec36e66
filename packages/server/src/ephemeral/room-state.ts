import type { AuditEntry, Member, MessageId, Report, Room, UserId } from '@roomful/protocol'
import { type Facts, type Need, type Plan, pairKey, type StoredMessage } from '../core/ops'
import { countPresent } from '../core/present'

/** Late joiners see so many messages; older ones are forgotten. */
export const EPHEMERAL_MESSAGES_KEPT = 100
const AUDIT_KEPT = 100
const OP_IDS_KEPT = 1_000
/** Rows of people who have left; they come and go without end in a live event. */
const DEPARTED_KEPT = 1_000

/** An ephemeral room at one moment. Never changed in place, so that holding it is a snapshot. */
export type RoomState = {
  readonly room: Room
  readonly members: ReadonlyMap<UserId, Member>
  /** Ascending by seq, without a hole, ending at `room.lastSeq`. */
  readonly messages: readonly StoredMessage[]
  readonly opIds: ReadonlyMap<string, MessageId>
  readonly lastSendAt: ReadonlyMap<UserId, number>
  readonly audit: readonly AuditEntry[]
  readonly reports: ReadonlyMap<string, Report>
}

export function emptyRoom(room: Room, members: readonly Member[]): RoomState {
  return {
    room: { ...room, memberCount: countPresent(members) },
    members: new Map(members.map((member) => [member.userId, member])),
    messages: [],
    opIds: new Map(),
    lastSendAt: new Map(),
    audit: [],
    reports: new Map(),
  }
}

export function factsOf(state: RoomState | undefined, need: Need): Facts {
  const messages = state?.messages ?? []
  const wanted = new Set(need.messageIds)
  const clientIds = new Set(need.clientIds.map(({ userId, clientId }) => pairKey(userId, clientId)))
  const sentAs = ({ senderId, clientId }: StoredMessage): string =>
    clientId === undefined ? '' : pairKey(senderId, clientId)
  return {
    room: state?.room,
    members: state?.members ?? new Map(),
    messages: new Map(messages.filter(({ id }) => wanted.has(id)).map((row) => [row.id, row])),
    byClientId: new Map(
      messages.filter((row) => clientIds.has(sentAs(row))).map((row) => [sentAs(row), row]),
    ),
    opIds: state?.opIds ?? new Map(),
    owners: [...(state?.members.values() ?? [])].filter(isOwner).length,
    lastSendAt: state?.lastSendAt ?? new Map(),
  }
}

const isOwner = ({ role, removed }: Member): boolean => role === 'owner' && removed === undefined

/** The room after a plan. */
export function applyPlan(state: RoomState, plan: Plan, at: number): RoomState {
  const messages = withMessages(state.messages, plan.messages)
  const isSame = plan.members.length === 0
  const members = isSame ? state.members : withMembers(state.members, plan.members)
  const memberCount = (isSame ? state.room.memberCount : undefined) ?? countPresent(members.values())
  return {
    ...state,
    room: { ...(plan.room ?? state.room), ...plan.head, memberCount },
    members,
    messages: messages.slice(-EPHEMERAL_MESSAGES_KEPT),
    opIds: newest(
      state.opIds,
      plan.opIds.map(({ userId, opId, messageId }) => [pairKey(userId, opId), messageId]),
    ),
    lastSendAt: withSenders(state, plan, at),
    audit: [...state.audit, ...plan.audit].slice(-AUDIT_KEPT),
  }
}

function withMessages(
  before: readonly StoredMessage[],
  changed: readonly StoredMessage[],
): readonly StoredMessage[] {
  if (changed.length === 0) return before
  const bySeq = new Map(changed.map((row) => [row.seq, row]))
  const last = before.at(-1)?.seq ?? 0
  const added = changed.filter(({ seq }) => seq > last).sort((a, b) => a.seq - b.seq)
  return [...before.map((row) => bySeq.get(row.seq) ?? row), ...added]
}

function withMembers(
  before: ReadonlyMap<UserId, Member>,
  changed: readonly Member[],
): ReadonlyMap<UserId, Member> {
  const members = new Map(before)
  for (const member of changed) members.set(member.userId, member)
  const departed = [...members.values()].filter(({ removed }) => removed === 'left')
  departed.sort((a, b) => a.rev - b.rev)
  for (const { userId } of departed.slice(0, Math.max(0, departed.length - DEPARTED_KEPT)))
    members.delete(userId)
  return members
}

function withSenders(state: RoomState, plan: Plan, at: number): ReadonlyMap<UserId, number> {
  const before = new Map(state.messages.map((row) => [row.id, row.editedAt]))
  const sent = plan.messages.filter(
    ({ id, seq, type, editedAt }) =>
      type !== 'system' && (seq > state.room.lastSeq || (editedAt ?? null) !== (before.get(id) ?? null)),
  )
  if (sent.length === 0) return state.lastSendAt
  return newest(
    state.lastSendAt,
    sent.map(({ senderId }) => [senderId, at]),
  )
}

/** The map with these entries at its end, and without its oldest ones. */
function newest<K, V>(before: ReadonlyMap<K, V>, entries: readonly (readonly [K, V])[]): ReadonlyMap<K, V> {
  if (entries.length === 0) return before
  const after = new Map(before)
  for (const [key, value] of entries) {
    after.delete(key)
    after.set(key, value)
  }
  return after.size <= OP_IDS_KEPT ? after : new Map([...after].slice(-OP_IDS_KEPT))
}
