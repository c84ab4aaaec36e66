import * as v from 'valibot'
import { Epoch, IsoTime, RoomId, Seq, UserId } from '../ids'
import { Invitation, RoomListItem, User } from '../rows'

/** To a protocol-2 socket once it is authenticated. A client emits nothing before it. */
export const Ready = v.object({
  protocol: v.literal(2),
  epoch: Epoch,
  user: User,
  /** This server's limits, by their names in `LIMITS`, and its rates. */
  limits: v.record(v.string(), v.number()),
  serverTime: IsoTime,
})
export type Ready = v.InferOutput<typeof Ready>

/** To all of the user's sockets, on every node. */
export const RoomAdded = v.object({ item: RoomListItem })
export const RoomRemoved = v.object({
  roomId: RoomId,
  reason: v.picklist(['left', 'kicked', 'banned', 'deleted']),
})
export type RoomRemoved = v.InferOutput<typeof RoomRemoved>

/** To all of the user's protocol-2 sockets, on every node: another user invites them to a room. */
export const InvitationCame = v.object({ invitation: Invitation })
/** To the same: the invitation was accepted or declined, here or on another device. */
export const InvitationRemoved = v.object({ roomId: RoomId })
/** To the same: the user hid this dm, or showed it again (null). */
export const DmHidden = v.object({ roomId: RoomId, hiddenSeq: v.nullable(Seq) })

/** To all of the user's sockets, on every node: the user has a new name or picture, after a sign-in. */
export const UserChanged = v.object({ user: User })

/** Volatile, to the others in the room. `until` in the past ends it; the receiver also expires it by itself. */
export const TypingSignal = v.object({
  roomId: RoomId,
  userId: UserId,
  name: v.string(),
  avatarUrl: v.exactOptional(v.string()),
  until: IsoTime,
})
export type TypingSignal = v.InferOutput<typeof TypingSignal>

export const BYE_REASONS = [
  'SERVER_SHUTDOWN',
  'SLOW_CONSUMER',
  'STATE_LOST',
  'SESSION_REVOKED',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'PROTOCOL_UNSUPPORTED',
  'ABUSE',
] as const

/**
 * Then the server closes. The first three: reconnect; TOKEN_EXPIRED, and TOKEN_INVALID once: with a fresh token; the rest:
 * stop.
 */
export const Bye = v.object({
  reason: v.picklist(BYE_REASONS),
  reconnectInMs: v.exactOptional(v.number()),
})
export type Bye = v.InferOutput<typeof Bye>
