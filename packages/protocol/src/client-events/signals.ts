import * as v from 'valibot'
import { RoomId, UserId } from '../ids'
import { LIMITS } from '../limits'

/** At most once: a lost signal is lost, it is never queued and never stored. */
export const Typing = v.strictObject({ roomId: RoomId, typing: v.boolean() })

export const PresenceStatus = v.picklist(['online', 'away', 'offline'])
export type PresenceStatus = v.InferOutput<typeof PresenceStatus>

/**
 * Replaces this socket's list of watched users; the ack has their present state. Only users with a shared room count.
 */
export const WatchPresence = v.strictObject({
  userIds: v.pipe(v.array(UserId), v.maxLength(LIMITS.watchedUsers)),
  /** This device's own state, sent along with it. */
  status: v.exactOptional(v.picklist(['online', 'away'])),
})
export const Presence = v.object({
  userId: UserId,
  status: PresenceStatus,
  lastSeenAt: v.nullable(v.string()),
})
export type Presence = v.InferOutput<typeof Presence>
export const WatchPresenceAck = v.object({ ok: v.literal(true), presence: v.array(Presence) })

/** A server admin ends all sessions of a user, on all devices: the server refuses tokens issued before. */
export const EndSessions = v.strictObject({ userId: UserId })

/** A fresh token for the connected socket, before the old one expires. */
export const RefreshToken = v.strictObject({ token: v.pipe(v.string(), v.maxLength(8_192)) })
export const RefreshTokenAck = v.object({ ok: v.literal(true), expiresAt: v.nullable(v.string()) })
