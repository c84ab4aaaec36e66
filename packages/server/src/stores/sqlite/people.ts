import { asRoomId, asUserId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { InvitationToWithdraw, NewInvitations } from '../port'
import { flag, integer, text } from '../sql/column'
import { FORGET_OPS_STEP } from '../sql/forget-ops-step'
import type { Connection } from './connection'
import { keepEvents } from './outbox'

// Invitations, blocks and hidden rooms; each runs inside the writer's transaction.

const SENT = `
  SELECT (SELECT count(*) FROM (
    SELECT 1 FROM invitations WHERE inviter_id = ?1 AND until_ms > ?2 LIMIT ${LIMITS.invitationsSent + 1}
  )) + (SELECT count(*) FROM json_each(?3) AS wanted WHERE NOT EXISTS (
    SELECT 1 FROM invitations WHERE user_id = wanted.value AND room_id = ?4 AND until_ms > ?2
      AND (withdrawn = 0 OR inviter_id = ?1)
  )) AS sent`

const STANDS_AGAIN = 'invitations.until_ms > excluded.at_ms AND invitations.inviter_id = excluded.inviter_id'

/**
 * The work is the same for an unknown id (P9). One inviter's invitation that stands again keeps its times, by which it is
 * not returned as new.
 */
const INVITE = `
  INSERT INTO invitations (user_id, room_id, inviter_id, at_ms, until_ms, shown)
  SELECT wanted.value, ?4, ?1, ?2, ?5,
    (SELECT count(*) FROM invitations AS theirs
      WHERE theirs.user_id = wanted.value AND theirs.shown = 1 AND theirs.withdrawn = 0 AND theirs.until_ms > ?2) < ${LIMITS.invitationsReceived}
    AND (SELECT count(*) FROM invitations AS mine
      WHERE mine.user_id = wanted.value AND mine.inviter_id = ?1 AND mine.until_ms > ?2) < ${LIMITS.invitationsFromOne}
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = wanted.value AND blocks.blocked_id = ?1)
  FROM json_each(?3) AS wanted WHERE true
  ON CONFLICT (user_id, room_id) DO UPDATE SET
    inviter_id = excluded.inviter_id,
    at_ms = iif(${STANDS_AGAIN}, invitations.at_ms, excluded.at_ms),
    until_ms = iif(${STANDS_AGAIN}, invitations.until_ms, excluded.until_ms),
    shown = iif(${STANDS_AGAIN}, invitations.shown,
      excluded.shown AND (invitations.shown OR invitations.until_ms <= excluded.at_ms)),
    withdrawn = 0
    WHERE invitations.until_ms <= excluded.at_ms OR invitations.withdrawn = 1
  RETURNING user_id, shown AND at_ms = ?2 AS shown`

export function invite(
  db: Connection,
  { roomId, inviterId, userIds, at, until, outbox }: NewInvitations,
): readonly UserId[] | undefined {
  const wanted = JSON.stringify(userIds)
  const counted = db.get(SENT, inviterId, at, wanted, roomId)
  if (counted && integer(counted, 'sent') > LIMITS.invitationsSent) return undefined
  const made = db.all(INVITE, inviterId, at, wanted, roomId, until)
  const shownTo = made.filter((row) => flag(row, 'shown')).map((row) => asUserId(text(row, 'user_id')))
  if (outbox) keepEvents(db, outbox(shownTo))
  return shownTo
}

export function answerInvitation(
  db: Connection,
  userId: UserId,
  roomId: RoomId,
  answer: 'accepted' | 'declined',
): boolean {
  const where = 'WHERE user_id = ? AND room_id = ? AND shown = 1 AND withdrawn = 0 RETURNING 1'
  const verb = answer === 'accepted' ? 'DELETE FROM invitations' : 'UPDATE invitations SET shown = 0'
  return db.all(`${verb} ${where}`, userId, roomId).length > 0
}

const WITHDRAW = `
  UPDATE invitations SET withdrawn = 1
  WHERE user_id = ? AND room_id = ? AND inviter_id = ? AND until_ms > ? AND withdrawn = 0 RETURNING shown`

export function withdrawInvitation(
  db: Connection,
  { userId, roomId, inviterId, nowMs }: InvitationToWithdraw,
): boolean {
  const row = db.get(WITHDRAW, userId, roomId, inviterId, nowMs)
  return row !== undefined && flag(row, 'shown')
}

/** By the index of ages, where old ones come first. */
export const FORGET_INVITATIONS = `
  DELETE FROM invitations WHERE (user_id, room_id) IN
    (SELECT user_id, room_id FROM invitations WHERE until_ms < ? ORDER BY until_ms LIMIT ?)
  RETURNING 1`

export function forgetInvitations(db: Connection, beforeMs: number): number {
  return db.all(FORGET_INVITATIONS, beforeMs, FORGET_OPS_STEP).length
}

export function block(
  db: Connection,
  userId: UserId,
  blockedId: UserId,
  at: string,
): readonly RoomId[] | undefined {
  const there = db.get('SELECT 1 FROM blocks WHERE user_id = ? AND blocked_id = ?', userId, blockedId)
  if (!there) {
    const counted = db.get('SELECT count(*) AS blocks FROM blocks WHERE user_id = ?', userId)
    if (counted && integer(counted, 'blocks') >= LIMITS.blockedUsers) return undefined
    db.run('INSERT INTO blocks (user_id, blocked_id, blocked_at) VALUES (?, ?, ?)', userId, blockedId, at)
  }
  return db
    .all(
      'UPDATE invitations SET shown = 0 WHERE user_id = ? AND inviter_id = ? AND shown = 1 RETURNING room_id',
      userId,
      blockedId,
    )
    .map((row) => asRoomId(text(row, 'room_id')))
}

export function unblock(db: Connection, userId: UserId, blockedId: UserId): void {
  db.run('DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?', userId, blockedId)
}

export function hide(
  db: Connection,
  roomId: RoomId,
  userId: UserId,
  hidden: boolean,
): { hiddenSeq: number | null } | undefined {
  const row = db.get(
    `SELECT last_seq, hidden_seq FROM room_members JOIN room_heads USING (room_id)
     WHERE room_id = ? AND user_id = ? AND removed IS NULL`,
    roomId,
    userId,
  )
  if (!row) return undefined
  const hiddenSeq = hidden ? integer(row, 'last_seq') : null
  if (row.hidden_seq !== hiddenSeq)
    db.run(
      'UPDATE room_members SET hidden_seq = ? WHERE room_id = ? AND user_id = ?',
      hiddenSeq,
      roomId,
      userId,
    )
  return { hiddenSeq }
}
