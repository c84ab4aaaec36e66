import * as v from 'valibot'
import { IsoTime, RoomId, UserId } from '../ids'
import { LIMITS } from '../limits'
import { Invitation, SentInvitation } from '../rows'

export const ListInvitations = v.strictObject({})
/** Invitations that wait for an answer, newest first. */
export const ListInvitationsAck = v.object({ ok: v.literal(true), invitations: v.array(Invitation) })

/** Joins the room. INVITATION_NOT_FOUND: it expired, was declined, or its inviter may not invite there any more. */
export const AcceptInvitation = v.strictObject({ roomId: RoomId })
/** The inviter is not notified. Declining an invitation that does not exist succeeds. */
export const DeclineInvitation = v.strictObject({ roomId: RoomId })

export const ListSentInvitations = v.strictObject({})
/**
 * The caller's own invitations that are neither accepted, expired nor withdrawn, newest first. A declined one, and one of
 * an id without an account, are listed like any other.
 */
export const ListSentInvitationsAck = v.object({ ok: v.literal(true), invitations: v.array(SentInvitation) })
/** The user no longer sees it. It counts until it expires. Withdrawing one that does not exist succeeds. */
export const WithdrawInvitation = v.strictObject({ roomId: RoomId, userId: UserId })

/**
 * From now on the blocked user cannot open a dm with the caller or add them to a room, their invitations are not shown,
 * and the caller leaves their dm. Their messages in shared rooms stay. The answer does not reveal whether the user
 * exists.
 */
export const BlockUser = v.strictObject({ userId: UserId })
export const UnblockUser = v.strictObject({ userId: UserId })

export const ListBlocked = v.strictObject({
  after: v.exactOptional(UserId),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.blockedPage))),
})
/** By user id; without names, or blocking an id would reveal its name. `next`, to pass as `after`: there are more. */
export const ListBlockedAck = v.object({
  ok: v.literal(true),
  blocked: v.array(v.object({ userId: UserId, blockedAt: IsoTime })),
  next: v.exactOptional(UserId),
})

/** Hides a dm from the user's list until it has a new message; `hidden: false` shows it again. */
export const HideDm = v.strictObject({ roomId: RoomId, hidden: v.boolean() })
