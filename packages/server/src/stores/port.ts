import type {
  AuditEntry,
  Head,
  Member,
  MessageId,
  Preview,
  Report,
  Room,
  RoomId,
  User,
  UserId,
} from '@roomful/protocol'
import type { Facts, Need, OutboxEvent, Plan, StoredMessage } from '../core/ops'
import { profileOf } from '../core/profile'
import type { Outbox } from './outbox'

/** A room and the asking user's row in it, if there is or was one. */
export type Membership = {
  readonly room: Room
  readonly member: Member | undefined
  /** The first seq whose row is kept; lower ones were purged. 1 if none were. */
  readonly floorSeq: number
  /** The member hides the room while this is its newest message. */
  readonly hiddenSeq?: number
}

/** The messages that a room holds: `floorSeq..lastSeq`. */
export type Span = { readonly roomId: RoomId; readonly floorSeq: number; readonly lastSeq: number }

export type ReportedRoom = { readonly roomId: RoomId; readonly open: number }

/** The result of one purge step: how many rows it removed, and the files that their messages showed. */
export type Purged = { readonly rows: number; readonly fileIds: readonly string[] }

export type Attendance = { readonly roomId: RoomId; readonly userId: UserId }
/** `added`: as in the member row. */
export type Attending = Attendance & { readonly added: boolean }

/** An open or past invitation of a user to a room: at most one row for both. Times in milliseconds since the epoch. */
export type InvitationRow = {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly inviterId: UserId
  readonly at: number
  readonly until: number
}

export type InvitationToWithdraw = Pick<InvitationRow, 'roomId' | 'userId' | 'inviterId'> & {
  readonly nowMs: number
}

export type NewInvitations = {
  readonly roomId: RoomId
  readonly inviterId: UserId
  /** Whether these users exist changes neither the work nor the time it takes (P9). */
  readonly userIds: readonly UserId[]
  readonly at: number
  readonly until: number
  /** Events about those who see a new invitation, kept together with it. */
  readonly outbox?: (shownTo: readonly UserId[]) => readonly OutboxEvent[]
}

/** `avatarUrl` null: the user has no picture; absent: they keep the one they have. */
export type UserToPut = Omit<User, 'avatarUrl'> & { readonly avatarUrl?: string | null }

export type PutUser = User & { readonly isNew?: true }

/** The user after such a write. */
export const putOver = (held: User | undefined, { id, name, avatarUrl }: UserToPut): User => ({
  id,
  ...profileOf({ name, avatarUrl: avatarUrl === undefined ? held?.avatarUrl : avatarUrl }),
})

export type Block = { readonly userId: UserId; readonly blockedAt: string }

/** One member's row, and their unread as `unread` counts it. */
export type Standing = { readonly member: Member; readonly unread: number }

export type MessageQuery = {
  readonly roomId: RoomId
  /** Inclusive bounds by seq. */
  readonly fromSeq?: number
  readonly toSeq?: number
  /** Only rows changed after this rev. */
  readonly afterRev?: number
  readonly includeDeleted: boolean
  /** `oldest`, `newest`: by seq; `rev`: by rev, ascending. Rows come back in ascending order of seq (rev for `rev`). */
  readonly take: 'oldest' | 'newest' | 'rev'
  /** With `rev`: fewer rows lie within the seq bounds than have changed since, so these are scanned. */
  readonly isNarrow?: boolean
  readonly limit: number
}

export type RoomsPage = { readonly after?: RoomId; readonly limit: number }

/** Reads of one snapshot: all of them answer as of the same moment. */
export interface Reader {
  /** One query, however many rooms. Rooms that are missing are missing. */
  memberships(userId: UserId, roomIds: readonly RoomId[]): Promise<readonly Membership[]>
  /** The user's present rooms by room id, after `after`: in pages, since there may be any number. */
  roomsOf(userId: UserId, query: RoomsPage): Promise<readonly Membership[]>
  /** Whether `roomsOf` had to leave rooms out, because they could not be read. Absent: it never does. */
  readonly hasLeftOut?: () => boolean
  /** One query, however many rooms. Rooms that are missing are missing. */
  heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Head>>
  messages(query: MessageQuery): Promise<readonly StoredMessage[]>
  /** The room's pinned messages, by seq: at most LIMITS.pins. */
  pins(roomId: RoomId): Promise<readonly StoredMessage[]>
  /** Messages that grow, or are being closed, of all rooms; by room and seq, after `after`. */
  growing(query: {
    after?: { roomId: RoomId; seq: number }
    limit: number
  }): Promise<readonly StoredMessage[]>
  /** Unread by its definition, up to LIMITS.unreadCap; one query, however many rooms. */
  unread(userId: UserId, roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>>
  /** The newest message of each room; one query. */
  previews(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Preview>>
  /** By user id, after `after`. With `afterRev`: those changed since, including the removed. */
  members(
    roomId: RoomId,
    query: { after?: UserId; afterRev?: number; limit: number },
  ): Promise<readonly Member[]>
  /** The rows of these users in one room, including ended memberships; one query. */
  membersAmong(roomId: RoomId, userIds: readonly UserId[]): Promise<readonly Member[]>
  /** Present members with their unread; one query, however many. Pairs without a present member are left out. */
  standings(pairs: readonly Attendance[]): Promise<readonly Standing[]>
  /** Which of these users are in which of these rooms now; one query. */
  whoIsIn(roomIds: readonly RoomId[], userIds: readonly UserId[]): Promise<readonly Attending[]>
  roomOfMessage(messageId: MessageId): Promise<RoomId | undefined>
  /** Undefined: the room has no such message (any more). */
  seqOfMessage(roomId: RoomId, messageId: MessageId): Promise<number | undefined>
  /** Public rooms whose name has `query` in it (any case), by (name, id), after that pair. */
  publicRooms(query: {
    query?: string
    after?: { name: string; id: string }
    limit: number
  }): Promise<readonly Room[]>
  user(userId: UserId): Promise<User | undefined>
  /** All users, by id, after `after`. */
  users(query: { after?: UserId; limit: number }): Promise<readonly User[]>
  /** All rooms of every type, by id, after `after`. */
  rooms(query: RoomsPage): Promise<readonly Room[]>
  /** Rooms in which the user was and is not any more, by id, after `after`. */
  leftRooms(userId: UserId, query: RoomsPage): Promise<readonly RoomId[]>
  /** How many messages with these seqs are not deleted. The cost grows with the span. */
  countMessages(roomId: RoomId, fromSeq: number, toSeq: number): Promise<number>
  /** The same without the user's own and the system's: what is unread by its definition, wherever their cursor is. */
  countUnread(userId: UserId, roomId: RoomId, fromSeq: number, toSeq: number): Promise<number>
  /**
   * Which of these share a room with the user that both joined themselves (no `added` in either row); one query, whose
   * cost depends on the user's rooms and not on the others'.
   */
  acquaintances(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** Which of these have blocked the user; one query. */
  blockersOf(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** Users blocked by the user, by id, after `after`. */
  blocked(userId: UserId, query: { after?: UserId; limit: number }): Promise<readonly Block[]>
  /** Invitations that wait for the user's answer at that time, newest first; of one room if it is named. */
  invitations(
    userId: UserId,
    query: { nowMs: number; roomId?: RoomId; limit: number },
  ): Promise<readonly InvitationRow[]>
  /** Invitations by this user that stand at that time, newest first; also those that were declined or never shown. */
  sentInvitations(
    inviterId: UserId,
    query: { nowMs: number; limit: number },
  ): Promise<readonly InvitationRow[]>
  /** The dm with this key. */
  dm(dmKey: string): Promise<RoomId | undefined>
  /** Some of the rooms where the user now has another name or picture than this. */
  misnamed(user: User, limit: number): Promise<readonly RoomId[]>
  /** Rooms that hold messages, by id, after `after`. */
  spans(query: { after?: RoomId; limit: number }): Promise<readonly Span[]>
  /** Whether a message (not deleted) shows this file. With a user: one that they may read. */
  isFileShown(fileId: string, userId?: UserId): Promise<boolean>
  /** Which of these were deleted; their ids are never reused. */
  deletedAmong(roomIds: readonly RoomId[]): Promise<readonly RoomId[]>
  /** Rooms with open reports and their number; by id, after `after`. */
  reportedRooms(query: { after?: RoomId; limit: number }): Promise<readonly ReportedRoom[]>
  reports(
    roomId: RoomId,
    query: { resolved: boolean; after?: string; limit: number },
  ): Promise<readonly Report[]>
  /** The user's open reports in this room, oldest first. */
  openReportsOf(roomId: RoomId, reporterId: UserId, limit: number): Promise<readonly Report[]>
  /** Which of these users are in at least this many rooms now; one query. */
  inRooms(userIds: readonly UserId[], atLeast: number): Promise<ReadonlySet<UserId>>
  audit(roomId: RoomId, query: { after?: string; limit: number }): Promise<readonly AuditEntry[]>
}

export type StoreKind = 'memory' | 'sqlite' | 'postgres' | `custom:${string}`

/**
 * The server's database. Guarantees of every implementation, tested by one contract suite:
 * - `commit` runs one transaction: lock the room's head, read the facts in statements that begin after the lock,
 *   call `decide` once a try, write the plan, commit. It resolves only when that is durable. `decide` is pure and may
 *   be called again when the database asks for a retry.
 * - Two commits of one room never overlap, on any number of processes.
 * - Reads of one `read` call see one snapshot, and only whole commits.
 * - A rejection is a StoreError, or what `decide` threw. After `UNAVAILABLE` the outcome of a commit is unknown; after
 *   every other rejection nothing of it was kept.
 */
export interface Store {
  /** For logs, and for features of one kind only. One of the three built-in kinds, or your own name. */
  readonly kind: StoreKind
  /** Identity of this history, made with the database. */
  readonly epoch: string
  /** The events that wait for delivery. */
  readonly outbox: Outbox
  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan>
  read<T>(reads: (reader: Reader) => Promise<T>): Promise<T>
  /**
   * Makes the room and its first members in one transaction. If the dmKey or the id exists already, returns that room.
   * Rejects with INVALID_PAYLOAD for the id of a deleted room. `outbox`: kept if the room is made.
   */
  createRoom(input: {
    room: Room
    members: readonly Member[]
    dmKey?: string
    outbox?: readonly OutboxEvent[]
  }): Promise<{ room: Room; created: boolean }>
  /**
   * Sets the user's name and picture, unless there are later ones. `namedAt`: when they were given, in whole milliseconds since the
   * epoch, 0 by default. Returns the user as stored then, `isNew` if this call made the user; `outbox` is kept then. A
   * call that changes nothing writes nothing.
   */
  putUser(user: UserToPut, namedAt?: number, outbox?: readonly OutboxEvent[]): Promise<PutUser>
  /** Max-merges the read cursor, clamped to the head. Not a member: undefined. */
  markRead(roomId: RoomId, userId: UserId, seq: number): Promise<{ seq: number; unread: number } | undefined>
  /**
   * Removes the messages below `belowSeq` permanently, and returns the room's new floor; undefined: the room does not
   * exist. The floor only rises, and never past the head. No rev is taken. A late retry of a purged send is still
   * answered with its message, without its content (I4).
   */
  purge(roomId: RoomId, belowSeq: number): Promise<number | undefined>
  /**
   * Deletes a room for all, at once and permanently: no read finds it any more, and its id is never reused. The users
   * of a dm may open another one. False: the room does not exist, and `outbox` is not kept. `purgeDeleted` removes its
   * rows.
   */
  deleteRoom(roomId: RoomId, by: UserId, atMs: number, outbox?: readonly OutboxEvent[]): Promise<boolean>
  /** Removes some rows of deleted rooms; 0 rows: none are left. */
  purgeDeleted(): Promise<Purged>
  /** Drops some of the ops (edits, deletes, reactions) done before that time; returns how many. */
  forgetOps(beforeMs: number): Promise<number>
  /**
   * Invites these users, in one transaction. Undefined: the inviter would exceed LIMITS.invitationsSent, and nothing is
   * written. Otherwise returns the users who now see a new invitation. An existing invitation to the room stays as it
   * is, also if it was declined; a withdrawn one stands again, as of its first time and without returning its user if the
   * inviter is the same, and is shown again unless it was declined. A user who has blocked the inviter, or is at the limit, gets one that is not shown.
   */
  invite(invitations: NewInvitations): Promise<readonly UserId[] | undefined>
  /**
   * `accepted`: it is removed. `declined`: it is no longer shown, and counts until it expires. Returns whether it was
   * shown.
   */
  answerInvitation(userId: UserId, roomId: RoomId, answer: 'accepted' | 'declined'): Promise<boolean>
  /**
   * It is no longer shown, nor listed for its inviter, and counts for them until it expires: to withdraw and invite in
   * turns gains nothing. Returns whether it was shown.
   */
  withdrawInvitation(invitation: InvitationToWithdraw): Promise<boolean>
  /** Drops some of the invitations that expired before that time; returns how many. */
  forgetInvitations(beforeMs: number): Promise<number>
  /**
   * Also declines all invitations of the other user, and returns their rooms. Undefined: the user has already blocked
   * LIMITS.blockedUsers users, and nothing is written.
   */
  block(userId: UserId, blockedId: UserId, at: string): Promise<readonly RoomId[] | undefined>
  unblock(userId: UserId, blockedId: UserId): Promise<void>
  /** Hides the room from the user's list as of its newest message, or shows it. Not a member: undefined. */
  hide(roomId: RoomId, userId: UserId, hidden: boolean): Promise<{ hiddenSeq: number | null } | undefined>
  putReport(report: Report, outbox?: readonly OutboxEvent[]): Promise<void>
  revokeSession(sid: string, untilMs: number): Promise<void>
  isSessionRevoked(sid: string): Promise<boolean>
  /** Refuses tokens of the user issued up to `atMs`, until `untilMs`. A later time stays. */
  endSessions(userId: UserId, atMs: number, untilMs: number): Promise<void>
  /** From now on tokens of the user issued after `atMs` are taken again, whenever their sessions were ended. */
  resumeSessions(userId: UserId, atMs: number): Promise<void>
  /** Removes the user's own row; rooms keep theirs. */
  forgetUser(userId: UserId): Promise<void>
  /** Those of these users whose sessions were ended, and when. One query. */
  sessionsEnded(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>
  /** Those of them that are revoked. One query. */
  revokedSessions(sids: readonly string[]): Promise<readonly string[]>
  /** Resolves after a durable write and a read. Rejects with StoreError. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * `INVALID_PAYLOAD`: the database refuses these rows, and always will. `LIMIT_EXCEEDED`: the allowed number exists
 * already.
 */
export type StoreErrorCode =
  | 'UNAVAILABLE'
  | 'STORAGE_FULL'
  | 'OVERLOADED'
  | 'INVALID_PAYLOAD'
  | 'LIMIT_EXCEEDED'

/** Whether a failed write may have been committed. Then others must check, since they were not notified. */
export const mayBeDone = (error: unknown): boolean =>
  !(error instanceof StoreError) || error.code === 'UNAVAILABLE'

export const roomWasDeleted = (): StoreError =>
  new StoreError('INVALID_PAYLOAD', 'a room of this id was deleted')

export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
