import * as v from 'valibot'
import { IsoTime, RoomId, UserId } from '../ids'
import { LIMITS } from '../limits'
import { Invitation } from '../rows'

export const ListInvitations = v.strictObject({})
/** Those that wait for an answer, newest first. */
export const ListInvitationsAck = v.object({ ok: v.literal(true), invitations: v.array(Invitation) })

/** Joins the room. INVITATION_NOT_FOUND: it is over, declined, or its inviter may not invite there any more. */
export const AcceptInvitation = v.strictObject({ roomId: RoomId })
/** The inviter does not learn of it. Declining what is not there is a success. */
export const DeclineInvitation = v.strictObject({ roomId: RoomId })

/**
 * From now on this user is as absent to that one: who is blocked can open no dm with them, put them nowhere, and their
 * invitations are not shown; the dm of the two is left. What the blocked say in shared rooms stays. Nothing says whether
 * there is such a user.
 */
export const BlockUser = v.strictObject({ userId: UserId })
export const UnblockUser = v.strictObject({ userId: UserId })

export const ListBlocked = v.strictObject({
  after: v.exactOptional(UserId),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.blockedPage))),
})
/** By user id; without names, or blocking an id would tell whose it is. `next`, for `after`: there are more. */
export const ListBlockedAck = v.object({
  ok: v.literal(true),
  blocked: v.array(v.object({ userId: UserId, blockedAt: IsoTime })),
  next: v.exactOptional(UserId),
})

/** Takes a dm out of the user's list until there is a new message in it; `hidden: false` brings it back. */
export const HideDm = v.strictObject({ roomId: RoomId, hidden: v.boolean() })
