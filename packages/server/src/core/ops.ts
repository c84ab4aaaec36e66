import type {
  AuditEntry,
  Change,
  ClientId,
  Member,
  Message,
  MessageId,
  Metadata,
  Role,
  Room,
  StreamState,
  UpdateRoom,
  User,
  UserId,
  WireErrorCode,
} from '@roomful/protocol'
import type { Claims } from './claims'

/**
 * The user who acts. `admin` is the token's claim: a server-wide moderator. `claims`: what else their sign-in said, for
 * listeners of the app; it decides nothing.
 */
export type Actor = {
  readonly id: UserId
  readonly name: string
  readonly avatarUrl?: string
  readonly admin: boolean
  readonly claims?: Claims
  /** By the server API: the rules of a kind of rooms do not bind it. */
  readonly byApi?: true
}

/** The app's answer to whether an op may be done, drawn before like its time: a retry is decided with the same. */
export type Verdict = {
  /** The op changes nothing. If it was done before, it is answered as a retry all the same. */
  readonly refused?: Refusal
  /** Of a send or an edit: in slow mode its actor waits, whatever their role. */
  readonly waits?: true
}

type Base = Verdict & { readonly actor: Actor; readonly at: number }

/** Null removes a setting. */
export type SettingsChange = NonNullable<UpdateRoom['settings']>

/**
 * A requested change of a room, decoded, with its time and ids already drawn: deciding it needs nothing else, and
 * deciding it again gives the same. `at` is milliseconds since the epoch.
 */
export type Op =
  | ServerOp
  | (Base & {
      readonly kind: 'send'
      readonly id: MessageId
      readonly clientId?: ClientId
      readonly content: string
      readonly type: string
      readonly replyTo: MessageId | null
      readonly metadata?: Metadata
      /** It grows from here on. */
      readonly stream?: true
    })
  | StreamOp
  | (Base & {
      readonly kind: 'edit'
      readonly messageId: MessageId
      readonly content: string
      readonly opId?: string
      readonly baseRev?: number
    })
  | (Base & { readonly kind: 'delete'; readonly messageId: MessageId; readonly opId?: string })
  | (Base & {
      readonly kind: 'react'
      readonly messageId: MessageId
      readonly emoji: string
      readonly op: 'add' | 'remove'
      readonly opId?: string
    })
  | (Base & {
      readonly kind: 'pin'
      readonly messageId: MessageId
      readonly op: 'add' | 'remove'
      readonly opId?: string
    })
  /**
   * `silent`: the server puts a user into a default room; no system message reports it, and users who left are not
   * brought back. `quiet`: like any other, without a system message: the user joins and leaves too often.
   */
  | (Base & {
      readonly kind: 'join'
      readonly messageId: MessageId
      readonly silent?: true
      readonly quiet?: true
    })
  | (Base & { readonly kind: 'leave'; readonly messageId: MessageId; readonly quiet?: true })
  | (Base & {
      readonly kind: 'invite'
      readonly target: User
      readonly messageId: MessageId
    })
  /** The actor joins by an invitation of that user. */
  | (Base & { readonly kind: 'accept'; readonly inviterId: UserId; readonly messageId: MessageId })
  /** A user of a dm enters it (again), by themselves or put there by the actor. */
  | (Base & { readonly kind: 'enter-dm'; readonly target: User })
  | (Base & {
      readonly kind: 'kick' | 'ban'
      readonly targetId: UserId
      readonly reason?: string
      readonly messageId: MessageId
    })
  | (Base & { readonly kind: 'unban'; readonly targetId: UserId })
  | (Base & { readonly kind: 'set-role'; readonly targetId: UserId; readonly role: Role })
  | (Base & { readonly kind: 'mute'; readonly targetId: UserId; readonly until: string | null })
  /** The actor has a new name or picture. `others`: the other users of a direct-message room, whose names are part of its name. */
  | (Base & { readonly kind: 'rename-member'; readonly others: readonly UserId[] })
  | (Base & {
      readonly kind: 'update-room'
      readonly messageId: MessageId
      readonly name?: string
      readonly metadata?: Metadata
      readonly settings?: SettingsChange
    })

/** The ops of the app's backend: `actor` is the server's own, and the permission table is not asked. */
export type ServerOp =
  /** The target is a member afterwards, with this role if it is given. `silent`: no system message reports it. */
  | (Base & {
      readonly kind: 'put-member'
      readonly target: User
      readonly messageId: MessageId
      readonly role?: Role
      readonly silent?: true
    })
  /** A message of type `system` with the app's own action in its metadata. */
  | (Base & {
      readonly kind: 'system'
      readonly id: MessageId
      readonly clientId?: ClientId
      readonly content: string
      readonly metadata: Metadata
    })
  /** New content of any message. */
  | (Base & { readonly kind: 'revise'; readonly messageId: MessageId; readonly content: string })
  /** A deleted user's message gets this name instead of theirs; `blank`: and becomes a tombstone. */
  | (Base & {
      readonly kind: 'anonymise'
      readonly messageId: MessageId
      readonly userId: UserId
      readonly names: Renaming
      readonly blank: boolean
    })
  /** A deleted user is a member no more, and their row has this name. */
  | (Base & { readonly kind: 'forget-member'; readonly userId: UserId; readonly name: string })

/** What happens to a growing message. See decide-stream.ts. */
export type StreamOp =
  /** `content`: all of the text so far. `state`: how it is after it. */
  | (Base & {
      readonly kind: 'write-stream'
      readonly messageId: MessageId
      readonly run: number
      readonly content: string
      readonly state: StreamState
    })
  | (Base & { readonly kind: 'resume-stream' | 'cancel-stream'; readonly messageId: MessageId })
  /** The server has had nothing from the producer of this run since its text had this length. */
  | (Base & {
      readonly kind: 'interrupt-stream'
      readonly messageId: MessageId
      readonly run: number
      readonly length: number
    })

/** `was`: undefined if it is not known any more. */
export type Renaming = { readonly was: string | undefined; readonly now: string }

/** A message as stored: with every reacting user. `toWire` in stored-message.ts makes the wire's row of it. */
export type StoredMessage = Omit<Message, 'reactions'> & {
  readonly reactions: readonly { readonly emoji: string; readonly users: readonly UserId[] }[]
}

export type Refusal = {
  readonly ok: false
  readonly code: WireErrorCode
  readonly retryAfterMs?: number
  readonly field?: string
  readonly limit?: number
  /** REFUSED: why, in the app's words. */
  readonly reason?: string
  /** VERSION_CONFLICT: the row as it is. */
  readonly message?: Message
}

/** The result of one op. */
export type Outcome =
  | { readonly ok: true; readonly kind: 'message'; readonly message: Message; readonly duplicate?: true }
  | { readonly ok: true; readonly kind: 'member'; readonly member: Member }
  | { readonly ok: true; readonly kind: 'room'; readonly room: Room }
  | Refusal

/** The facts that the ops of one batch need; the store reads them after it has locked the room. */
export type Need = {
  readonly userIds: readonly UserId[]
  readonly messageIds: readonly MessageId[]
  readonly clientIds: readonly { readonly userId: UserId; readonly clientId: ClientId }[]
  readonly opIds: readonly { readonly userId: UserId; readonly opId: string }[]
  /** Whether the number of present owners is needed: leave, kick, ban, set-role. */
  readonly owners: boolean
  /** Whether the number of pinned messages is needed: pin. */
  readonly pins: boolean
  /** Users whose last send or edit is needed: slow mode. */
  readonly lastSendOf: readonly UserId[]
}

/** Keys of the maps below: `${userId} ${clientId or opId}` (neither holds a space). */
export const pairKey = (userId: string, id: string): string => `${userId} ${id}`

/** The state at the time of the commit. Members who left are included, with `removed`. */
export type Facts = {
  /** Undefined: there is no such room. Its rev and lastSeq are the locked head. */
  readonly room: Room | undefined
  readonly members: ReadonlyMap<UserId, Member>
  readonly messages: ReadonlyMap<MessageId, StoredMessage>
  readonly byClientId: ReadonlyMap<string, StoredMessage>
  /** Ops that were done before, by pairKey: the message they were about. */
  readonly opIds: ReadonlyMap<string, MessageId>
  readonly owners: number
  /** How many messages of the room are pinned; 0 where it was not asked for. */
  readonly pins: number
  /**
   * When each asked user last sent or edited a message in this room, in milliseconds since the epoch; system messages
   * do not count, tombstones do. May be left empty if the room is not in slow mode.
   */
  readonly lastSendAt: ReadonlyMap<UserId, number>
}

/** An op that changed something: its changes are `plan.changes.slice(from, to)`. `isArrival`: it brought a member in. */
export type Act = {
  readonly op: Op
  readonly from: number
  readonly to: number
  readonly isArrival: boolean
}

/**
 * An event that waits in the database for one endpoint. `stream`: those of one stream are delivered in order. `at`: it
 * waits since then, in milliseconds since the epoch. `body`: what is posted.
 */
export type OutboxEvent = {
  readonly endpoint: string
  readonly stream: string
  readonly id: string
  readonly type: string
  readonly at: number
  readonly body: string
}

/**
 * What a batch writes, in one transaction. Without rows nothing is written, and the head stays. `opIds` may be the only
 * rows: an op that changed nothing is remembered too, or its retry could undo a change in between.
 */
export type Plan = {
  readonly outcomes: readonly Outcome[]
  readonly head: { readonly rev: number; readonly lastSeq: number }
  /** Rows as they are after the batch: at most one a message, however often the batch changed it. */
  readonly messages: readonly StoredMessage[]
  readonly members: readonly Member[]
  readonly room: Room | undefined
  readonly opIds: readonly { readonly userId: UserId; readonly opId: string; readonly messageId: MessageId }[]
  /** Ids are unique within a room and ascend: each is made from the rev of its act. */
  readonly audit: readonly AuditEntry[]
  /** One a rev, in rev order without a hole: what is broadcast. */
  readonly changes: readonly Change[]
  /** Which op made which changes, in order; absent: it is not known. Not written. */
  readonly acts?: readonly Act[]
  /** Events to keep until they are delivered, in order; absent: none. */
  readonly outbox?: readonly OutboxEvent[]
}
