import type { ClientId, Message, MessageId, Pin, Role, UserId } from '@roomful/protocol'
import type { ChatError } from './chat-error'
import type { RoomRow, ShownKind } from './register'

/**
 * The status of a room.
 *
 *   idle ──open()──▶ loading ──first page──▶ live ◀──caught up── catching-up
 *                      │                      │  ╲                  ▲
 *                      └ no connection ▶ offline ◀─ lost   back, or gap found
 *   any ──kick, ban, leave, deleted──▶ removed (the last one)
 *
 * `live`: what is shown equals the server. `catching-up`: shown from cache, or a change is missing that has not come by
 * itself within 250 ms, until a sync fetches it.
 */
export type RoomStatus = 'idle' | 'loading' | 'live' | 'catching-up' | 'offline' | 'removed'

/** `queued`: waits for the connection. `sending`: in flight, or its outcome is not known yet. `failed`: see `error`. */
export type SendStatus = 'sent' | 'sending' | 'queued' | 'failed'

/**
 * A message as shown. `key` is stable from the moment of sending through its confirmation: use it as the UI key.
 *
 * With registered kinds (see `Register`) `type` and `deleted` discriminate `metadata`, which is as its sender passed
 * it: not validated. A message of an unknown kind is shown as it is, with `UnknownType` as its type.
 *
 * @example
 * if (message.deleted) show('deleted')
 * else show(message.senderName, message.content, message.status)
 */
export type ShownMessage = ShownBase & Readonly<ShownKind>

type ShownBase = Omit<Message, 'seq' | 'rev' | 'id' | 'type' | 'metadata' | 'deleted'> & {
  readonly key: string
  readonly status: SendStatus
  /** The server's id; while it is not confirmed, the clientId. */
  readonly id: MessageId | ClientId
  /** 0 while it is not confirmed. */
  readonly seq: number
  readonly rev: number
  /**
   * Address of its sender's picture as it is now, if they have one and are among the loaded `members`. It may be of any
   * server: show it with `referrerPolicy="no-referrer"`, and something else if it does not load.
   */
  readonly senderAvatarUrl?: string
  /** Why it failed; on a sent message: why the last edit, reaction or delete of it was refused. */
  readonly error?: ChatError
  /**
   * The file that it shows is not uploaded yet: see `Room.sendFile`. Meanwhile `metadata.fileId` is the clientId, by which
   * `Room.loadFile` answers the bytes on this device.
   */
  readonly upload?: UploadState
  /** An edit, reaction or delete of this message is on its way: what is shown already has it. */
  readonly changing?: boolean
}

/**
 * How far the upload of a message's file is; sizes in bytes.
 *
 *   waiting ──▶ uploading ──▶ (no `upload`: the message is sent like any other)
 *      ▲           │  ╲──refused──▶ failed ──retry()──▶ waiting
 *      ╰───────────╯ no answer, or "later": tried again by itself
 *
 * `waiting`: for the connection, for other uploads (three at once), or after a try that ended with `error`. `failed`: the
 * message is `failed`, and its `error` says why. `sentBytes` moves at most four times a second.
 */
export type UploadState =
  | { readonly state: 'waiting'; readonly totalBytes: number; readonly error?: ChatError }
  | { readonly state: 'uploading'; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly state: 'failed'; readonly totalBytes: number }

/** A member of the room. `mutedUntil`: ISO time, UTC; absent when they may speak. */
export type MemberView = {
  readonly userId: UserId
  readonly name: string
  readonly avatarUrl?: string
  readonly role: Role
  readonly mutedUntil?: string
}
/** A user who is typing right now; gone a few seconds after their last signal. */
export type TypingUser = { readonly userId: UserId; readonly name: string; readonly avatarUrl?: string }

/** Everything an app shows of one room. Each slice keeps its reference until it changes. */
export type RoomState = {
  readonly id: string
  readonly status: RoomStatus
  /** The row, once known: name, type, settings, metadata. */
  readonly room: RoomRow | null
  /** My own role, once known. */
  readonly role: Role | null
  readonly messages: readonly ShownMessage[]
  /** The room's pinned messages, loaded or not, the newest pin first; at most 50. After a restart they come with the first sync. */
  readonly pins: readonly Pin[]
  /** Exact where the loaded range covers it, otherwise the server's count plus what came since. */
  readonly unread: number
  readonly lastReadSeq: number
  readonly lastSeq: number
  /** Read cursors of the others. */
  readonly reads: ReadonlyMap<string, number>
  readonly typing: readonly TypingUser[]
  /**
   * The members, by user id (code units), which `loadMembers` keeps current: in rooms of up to 200 members all of them,
   * in larger ones the user, members who changed since the room was opened, and those that `loadMembers` has loaded.
   */
  readonly members: readonly MemberView[]
  /** How many are in the room, loaded or not. From an older server as many as are loaded. */
  readonly memberCount: number
  /** There are more than `members`: `loadMembers` loads the next of them. */
  readonly hasMoreMembers: boolean
  readonly loadingMembers: boolean
  /** Older (newer) messages exist that are not loaded next to what is shown. */
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  readonly loadingOlder: boolean
  readonly loadingNewer: boolean
  /**
   * Where the last `jumpTo` arrived, a new object for each, which a list on screen follows: a seq, or null for the end.
   * Null before the first.
   */
  readonly jump: { readonly seq: number | null } | null
  readonly draft: string
  /** Why it is `removed`, or why the last open or load failed. */
  readonly error: ChatError | null
}
