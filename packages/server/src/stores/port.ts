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
import type { Facts, Need, Plan, StoredMessage } from '../core/ops'

/** A room and the asking user's row in it, if there is or was one. */
export type Membership = {
  readonly room: Room
  readonly member: Member | undefined
  /** The first seq whose row is kept: what lies below was purged. 1 where nothing was. */
  readonly floorSeq: number
  /** The member hides the room as long as this is its newest message. */
  readonly hiddenSeq?: number
}

/** Which messages of a room there are: `floorSeq..lastSeq`. */
export type Span = { readonly roomId: RoomId; readonly floorSeq: number; readonly lastSeq: number }

export type ReportedRoom = { readonly roomId: RoomId; readonly open: number }

/** What one step of a purge took away: so many rows, and messages that showed these files. */
export type Purged = { readonly rows: number; readonly fileIds: readonly string[] }

export type Attendance = { readonly roomId: RoomId; readonly userId: UserId }
/** `added`: as in the member row. */
export type Attending = Attendance & { readonly added: boolean }

/** A user is invited into a room, or was: at most one row for both. Times in milliseconds since the epoch. */
export type InvitationRow = {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly inviterId: UserId
  readonly at: number
  readonly until: number
}

export type NewInvitations = {
  readonly roomId: RoomId
  readonly inviterId: UserId
  /** Whether there are such users makes no difference to what is done, or to how long it takes (P9). */
  readonly userIds: readonly UserId[]
  readonly at: number
  readonly until: number
}

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
  /** With `rev`: fewer rows lie within the bounds of seq than have changed since, so that these are looked through. */
  readonly isNarrow?: boolean
  readonly limit: number
}

export type RoomsPage = { readonly after?: RoomId; readonly limit: number }

/** Reads of one snapshot: whatever they are asked, they all answer as of the same moment. */
export interface Reader {
  /** One query, however many rooms. Rooms that are missing are missing. */
  memberships(userId: UserId, roomIds: readonly RoomId[]): Promise<readonly Membership[]>
  /** The rooms that the user is in now, by room id, after `after`: a page, for they may be any number. */
  roomsOf(userId: UserId, query: RoomsPage): Promise<readonly Membership[]>
  /** One query, however many rooms. Rooms that are missing are missing. */
  heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Head>>
  messages(query: MessageQuery): Promise<readonly StoredMessage[]>
  /** Unread by its definition, counted up to LIMITS.unreadCap; one query, however many rooms. */
  unread(userId: UserId, roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>>
  /** The newest message of each room; one query. */
  previews(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Preview>>
  /** By user id, after `after`. With `afterRev`: those changed since, the removed included. */
  members(
    roomId: RoomId,
    query: { after?: UserId; afterRev?: number; limit: number },
  ): Promise<readonly Member[]>
  /** The rows of these users in one room, those that are over among them; one query. */
  membersAmong(roomId: RoomId, userIds: readonly UserId[]): Promise<readonly Member[]>
  /** Present members with their unread; one query, however many. Pairs of who is not there are missing. */
  standings(pairs: readonly Attendance[]): Promise<readonly Standing[]>
  /** Which of these users are in which of these rooms now; one query. */
  whoIsIn(roomIds: readonly RoomId[], userIds: readonly UserId[]): Promise<readonly Attending[]>
  roomOfMessage(messageId: MessageId): Promise<RoomId | undefined>
  /** Undefined: this room has no such message (any more). */
  seqOfMessage(roomId: RoomId, messageId: MessageId): Promise<number | undefined>
  /** Public rooms whose name has `query` in it (any case), by (name, id), after that pair. */
  publicRooms(query: {
    query?: string
    after?: { name: string; id: string }
    limit: number
  }): Promise<readonly Room[]>
  user(userId: UserId): Promise<User | undefined>
  /**
   * Which of these share a room with the user that both came into by themselves (no `added` in either row); one query, whose
   * cost depends on the user's rooms and not on the others'.
   */
  acquaintances(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** Which of these have blocked the user; one query. */
  blockersOf(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** Whom the user has blocked, by id, after `after`. */
  blocked(userId: UserId, query: { after?: UserId; limit: number }): Promise<readonly Block[]>
  /** Invitations that wait for the user's answer at that time, newest first; of one room where it is named. */
  invitations(
    userId: UserId,
    query: { nowMs: number; roomId?: RoomId; limit: number },
  ): Promise<readonly InvitationRow[]>
  /** The dm of these people, by its key. */
  dm(dmKey: string): Promise<RoomId | undefined>
  /** Rooms that the user is in now under another name than this, some of them. */
  misnamed(user: User, limit: number): Promise<readonly RoomId[]>
  /** Rooms that hold messages, by id, after `after`. */
  spans(query: { after?: RoomId; limit: number }): Promise<readonly Span[]>
  /** Is there a message (not deleted) that shows this file? With a user: one that he may read. */
  isFileShown(fileId: string, userId?: UserId): Promise<boolean>
  /** Which of these were deleted; their ids are given to no room again. */
  deletedAmong(roomIds: readonly RoomId[]): Promise<readonly RoomId[]>
  /** Rooms with open reports, and how many each has; by id, after `after`. */
  reportedRooms(query: { after?: RoomId; limit: number }): Promise<readonly ReportedRoom[]>
  reports(
    roomId: RoomId,
    query: { resolved: boolean; after?: string; limit: number },
  ): Promise<readonly Report[]>
  /** Open ones that this user made in this room, oldest first. */
  openReportsOf(roomId: RoomId, reporterId: UserId, limit: number): Promise<readonly Report[]>
  /** Which of these users are in so many rooms now, or in more; one query. */
  inRooms(userIds: readonly UserId[], atLeast: number): Promise<ReadonlySet<UserId>>
  audit(roomId: RoomId, query: { after?: string; limit: number }): Promise<readonly AuditEntry[]>
}

export type StoreKind = 'memory' | 'sqlite' | 'postgres' | `custom:${string}`

/**
 * The server's memory. Guarantees of every implementation, held to by one contract suite:
 * - `commit` runs one transaction: lock the room's head, read the facts in statements that begin after the lock,
 *   call `decide` once a try, write the plan, commit. It resolves only when that is durable. `decide` is pure and may
 *   be called again when the database asks for a retry.
 * - Two commits of one room never overlap, on any number of processes.
 * - Reads of one `read` call see one snapshot, and only whole commits.
 * - A rejection is a StoreError, or what `decide` threw. After `UNAVAILABLE` the outcome of a commit is unknown; after
 *   every other rejection nothing of it was kept.
 */
export interface Store {
  /** For logs, and for what only one kind has. Of the three that come with the server, or a name of its own. */
  readonly kind: StoreKind
  /** Identity of this history, made when the database was. */
  readonly epoch: string
  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan>
  read<T>(reads: (reader: Reader) => Promise<T>): Promise<T>
  /**
   * Makes the room and its first members in one transaction. With a dmKey, or an id, that is there already: that room.
   * Rejects with INVALID_PAYLOAD for the id of a room that was deleted.
   */
  createRoom(input: {
    room: Room
    members: readonly Member[]
    dmKey?: string
  }): Promise<{ room: Room; created: boolean }>
  /**
   * Gives the user this name, unless a later one is there. `namedAt`: when it was given, in whole milliseconds since the
   * epoch, 0 by default. Answers the user as they are then. What changes nothing writes nothing.
   */
  putUser(user: User, namedAt?: number): Promise<User>
  /** Max-merges the read cursor, clamped to the head. Not a member: undefined. */
  markRead(roomId: RoomId, userId: UserId, seq: number): Promise<{ seq: number; unread: number } | undefined>
  /**
   * Takes away the messages below `belowSeq`, for good, and answers the room's floor then; undefined: there is no such
   * room. The floor only rises, and never past the head. No rev is taken. A late retry of a send that was purged is
   * still answered with its message, without its content (I4).
   */
  purge(roomId: RoomId, belowSeq: number): Promise<number | undefined>
  /**
   * Takes a room away for everybody, at once and for good: from now on it is nowhere found, and its id is not given again. A
   * dm's people may open another one. False: there is no such room. Its rows follow by `purgeDeleted`.
   */
  deleteRoom(roomId: RoomId, by: UserId, atMs: number): Promise<boolean>
  /** Takes away some rows of deleted rooms; 0 rows: nothing is left of them. */
  purgeDeleted(): Promise<Purged>
  /** Forgets ops (edits, deletes, reactions) that were done before that time, some at once; answers how many. */
  forgetOps(beforeMs: number): Promise<number>
  /**
   * Invites these users, in one transaction. Undefined: the inviter's would be more than LIMITS.invitationsSent, and nothing is
   * written. Else those who see an invitation by it. Who is invited to the room already stays as they are, also where they
   * have declined; who has blocked the inviter, or has as many as the limits allow, gets one that is not shown.
   */
  invite(invitations: NewInvitations): Promise<readonly UserId[] | undefined>
  /** `accepted`: it is gone. `declined`: it is not shown any more, and counts until it is over. Answers whether it was shown. */
  answerInvitation(userId: UserId, roomId: RoomId, answer: 'accepted' | 'declined'): Promise<boolean>
  /** Forgets invitations that were over before that time, some at once; answers how many. */
  forgetInvitations(beforeMs: number): Promise<number>
  /**
   * Declines all invitations of the other too, and answers for which rooms. Undefined: the user has blocked as many as
   * LIMITS.blockedUsers, and nothing is written.
   */
  block(userId: UserId, blockedId: UserId, at: string): Promise<readonly RoomId[] | undefined>
  unblock(userId: UserId, blockedId: UserId): Promise<void>
  /** Hides the room from the user's list as of its newest message, or shows it. Not a member: undefined. */
  hide(roomId: RoomId, userId: UserId, hidden: boolean): Promise<{ hiddenSeq: number | null } | undefined>
  putReport(report: Report): Promise<void>
  revokeSession(sid: string, untilMs: number): Promise<void>
  isSessionRevoked(sid: string): Promise<boolean>
  /** Tokens of the user that were issued up to `atMs` are refused, until `untilMs`. A later time stays. */
  endSessions(userId: UserId, atMs: number, untilMs: number): Promise<void>
  /** Of these users, those whose sessions were ended, and when that was. One query. */
  sessionsEnded(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>
  /** Those of them that are revoked. One query. */
  revokedSessions(sids: readonly string[]): Promise<readonly string[]>
  /** Resolves when something was written, for good, and read. Rejects with StoreError. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * `INVALID_PAYLOAD`: the database refuses these rows, and will refuse them each time. `LIMIT_EXCEEDED`: there are as many
 * of these as there may be.
 */
export type StoreErrorCode =
  | 'UNAVAILABLE'
  | 'STORAGE_FULL'
  | 'OVERLOADED'
  | 'INVALID_PAYLOAD'
  | 'LIMIT_EXCEEDED'

/** Of a write that failed: may it be there all the same? Then others have to look, for nobody has told them. */
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
