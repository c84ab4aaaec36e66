import type { AuditEntry, Member, MessageId, Report, RoomId, UserId } from '@roomful/protocol'
import type { Op, Outcome, StoredMessage } from '../core/ops'
import { countPresent } from '../core/present'
import type { RoomState } from './room-state'

/** A room as it travels: Maps as their entries. */
export type SentState = {
  readonly room: RoomState['room']
  readonly members: readonly Member[]
  readonly messages: readonly StoredMessage[]
  readonly opIds: readonly (readonly [string, MessageId])[]
  readonly lastSendAt: readonly (readonly [UserId, number])[]
  readonly audit: readonly AuditEntry[]
  readonly reports: readonly Report[]
}

/**
 * What the nodes tell each other of ephemeral rooms. Each lives on the node that made it, its owner, who alone decides
 * what is done in it; the others hold copies to read from, and carry their devices' ops to him.
 */
export type LiveNews =
  /** By the owner: the whole room as it is. */
  | { readonly kind: 'state'; readonly state: SentState }
  /** By the owner, again and again for a while after each change: up to where they go. Finds a lost last batch. */
  | { readonly kind: 'heads'; readonly heads: readonly (readonly [RoomId, number])[] }
  /** By the owner: it is over. */
  | { readonly kind: 'gone'; readonly roomId: RoomId }
  /** By the owner: what a batch does not carry. */
  | { readonly kind: 'audit'; readonly roomId: RoomId; readonly entries: readonly AuditEntry[] }
  /** By anybody: a report was made or resolved. */
  | { readonly kind: 'report'; readonly report: Report }
  /** By whoever holds copies: people of these rooms are connected here. */
  | { readonly kind: 'used'; readonly roomIds: readonly RoomId[] }
  /** By whoever lacks something: owners, tell this room, or all. */
  | { readonly kind: 'ask'; readonly roomId?: RoomId }
  /** To the owner: ops of one device, and back what became of them. */
  | {
      readonly kind: 'ops'
      readonly to: string
      readonly askId: number
      readonly roomId: RoomId
      readonly ops: readonly Op[]
    }
  | {
      readonly kind: 'outcomes'
      readonly to: string
      readonly askId: number
      readonly outcomes: readonly Outcome[]
    }

export function toSent(state: RoomState): SentState {
  return {
    room: state.room,
    members: [...state.members.values()],
    messages: state.messages,
    opIds: [...state.opIds],
    lastSendAt: [...state.lastSendAt],
    audit: state.audit,
    reports: [...state.reports.values()],
  }
}

export function fromSent(sent: SentState): RoomState {
  return {
    room: { ...sent.room, memberCount: countPresent(sent.members) },
    members: new Map(sent.members.map((member) => [member.userId, member])),
    messages: sent.messages,
    opIds: new Map(sent.opIds),
    lastSendAt: new Map(sent.lastSendAt),
    audit: sent.audit,
    reports: new Map(sent.reports.map((report) => [report.id, report])),
  }
}
