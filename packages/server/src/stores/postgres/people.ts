import { asRoomId, asUserId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { InvitationToWithdraw, NewInvitations } from '../port'
import { flag, integer, text } from '../sql/column'
import { FORGET_OPS_STEP } from '../sql/forget-ops-step'
import { type DatabaseClient, together } from './database-client'
import { keepEvents } from './outbox'
import { PRESENT } from './queries'

// Invitations, blocks and hidden rooms. What counts and then writes locks the users whose limits it counts, so that they
// hold whichever nodes write; the rest are single statements, each in its own transaction.

/**
 * Locks these users until the end of the transaction: a statement behind it sees what the one before has written. In the
 * order of their keys, or two could wait for each other. The same for an id without an account (P9).
 */
const LOCK_PEOPLE = {
  name: 'lock-people',
  text: `SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended('roomful people ' || current_schema() || ' ' || id, 0) AS key
      FROM unnest($1::text[]) AS people (id) ORDER BY key
    ) AS keys`,
}

const SENT = {
  name: 'invitations-sent',
  text: `SELECT (SELECT count(*) FROM (
      SELECT 1 FROM invitations WHERE inviter_id BETWEEN $1 AND $1 AND until_ms > $2
      ORDER BY inviter_id, until_ms LIMIT ${LIMITS.invitationsSent + 1}
    ) AS counted) + (
      SELECT count(*) FROM unnest($3::text[]) AS wanted (id) WHERE NOT EXISTS (
        SELECT 1 FROM invitations WHERE user_id = wanted.id AND room_id = $4 AND until_ms > $2
          AND (NOT withdrawn OR inviter_id = $1)
      )
    ) AS sent`,
}

const STANDS_AGAIN = 'invitations.until_ms > excluded.at_ms AND invitations.inviter_id = excluded.inviter_id'

/**
 * The work is the same for an unknown id (P9). One inviter's invitation that stands again keeps its times, by which it is
 * not returned as new.
 */
const INVITE = {
  name: 'invite',
  text: `INSERT INTO invitations (user_id, room_id, inviter_id, at_ms, until_ms, shown)
    SELECT wanted.id, $4, $1, $2, $5,
      (SELECT count(*) FROM (
        SELECT shown, withdrawn FROM invitations AS held WHERE held.user_id = wanted.id AND held.until_ms > $2
      ) AS theirs WHERE theirs.shown AND NOT theirs.withdrawn) < ${LIMITS.invitationsReceived}
      AND (SELECT count(*) FROM invitations AS mine
        WHERE mine.user_id = wanted.id AND mine.inviter_id = $1 AND mine.until_ms > $2) < ${LIMITS.invitationsFromOne}
      AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = wanted.id AND blocks.blocked_id = $1)
    FROM unnest($3::text[]) AS wanted (id)
    ON CONFLICT (user_id, room_id) DO UPDATE SET
      inviter_id = excluded.inviter_id,
      at_ms = CASE WHEN ${STANDS_AGAIN} THEN invitations.at_ms ELSE excluded.at_ms END,
      until_ms = CASE WHEN ${STANDS_AGAIN} THEN invitations.until_ms ELSE excluded.until_ms END,
      shown = CASE WHEN ${STANDS_AGAIN} THEN invitations.shown
        ELSE excluded.shown AND (invitations.shown OR invitations.until_ms <= excluded.at_ms) END,
      withdrawn = false
      WHERE invitations.until_ms <= excluded.at_ms OR invitations.withdrawn
    RETURNING user_id, shown AND at_ms = $2 AS shown`,
}

export async function invite(
  client: DatabaseClient,
  { roomId, inviterId, userIds, at, until, outbox }: NewInvitations,
): Promise<readonly UserId[] | undefined> {
  const [, , [counted]] = await together(
    client.query('BEGIN'),
    client.query(LOCK_PEOPLE, [inviterId, ...userIds]),
    client.query(SENT, inviterId, at, userIds, roomId),
  )
  if (counted && integer(counted, 'sent') > LIMITS.invitationsSent) {
    await client.query('ROLLBACK')
    return undefined
  }
  const made = await client.query(INVITE, inviterId, at, userIds, roomId, until)
  const shownTo = made.filter((row) => flag(row, 'shown')).map((row) => asUserId(text(row, 'user_id')))
  await together(...keepEvents(client, outbox?.(shownTo) ?? []), client.query('COMMIT'))
  return shownTo
}

const ACCEPT = {
  name: 'accept-invitation',
  text: 'DELETE FROM invitations WHERE user_id = $1 AND room_id = $2 AND shown AND NOT withdrawn RETURNING 1',
}
const DECLINE = {
  name: 'decline-invitation',
  text: `UPDATE invitations SET shown = false
    WHERE user_id = $1 AND room_id = $2 AND shown AND NOT withdrawn RETURNING 1`,
}

export async function answerInvitation(
  client: DatabaseClient,
  userId: UserId,
  roomId: RoomId,
  answer: 'accepted' | 'declined',
): Promise<boolean> {
  return (await client.query(answer === 'accepted' ? ACCEPT : DECLINE, userId, roomId)).length > 0
}

const WITHDRAW = {
  name: 'withdraw-invitation',
  text: `UPDATE invitations SET withdrawn = true
    WHERE user_id = $1 AND room_id = $2 AND inviter_id = $3 AND until_ms > $4 AND NOT withdrawn RETURNING shown`,
}

export async function withdrawInvitation(
  client: DatabaseClient,
  { userId, roomId, inviterId, nowMs }: InvitationToWithdraw,
): Promise<boolean> {
  const [row] = await client.query(WITHDRAW, userId, roomId, inviterId, nowMs)
  return row !== undefined && flag(row, 'shown')
}

/** By the index of ages, where old ones come first. Two nodes at once each take what the other leaves. */
export const FORGET_INVITATIONS = {
  name: 'forget-invitations',
  text: `DELETE FROM invitations USING (
      SELECT user_id, room_id FROM invitations WHERE until_ms < $1 ORDER BY until_ms LIMIT $2
      FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE invitations.user_id = old.user_id AND invitations.room_id = old.room_id
    RETURNING 1`,
}

export async function forgetInvitations(client: DatabaseClient, beforeMs: number): Promise<number> {
  return (await client.query(FORGET_INVITATIONS, beforeMs, FORGET_OPS_STEP)).length
}

const BLOCKS = {
  name: 'blocks',
  text: `SELECT count(*) AS blocks, coalesce(bool_or(blocked_id = $2), false) AS there FROM (
      SELECT blocked_id FROM blocks WHERE user_id BETWEEN $1 AND $1 ORDER BY user_id, blocked_id
    ) AS held`,
}
const BLOCK = {
  name: 'block',
  text: 'INSERT INTO blocks (user_id, blocked_id, blocked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
}
const DECLINE_ALL = {
  name: 'decline-invitations',
  text: 'UPDATE invitations SET shown = false WHERE user_id = $1 AND inviter_id = $2 AND shown RETURNING room_id',
}

export async function block(
  client: DatabaseClient,
  userId: UserId,
  blockedId: UserId,
  at: string,
): Promise<readonly RoomId[] | undefined> {
  const [, , [held]] = await together(
    client.query('BEGIN'),
    client.query(LOCK_PEOPLE, [userId]),
    client.query(BLOCKS, userId, blockedId),
  )
  if (held && !flag(held, 'there') && integer(held, 'blocks') >= LIMITS.blockedUsers) {
    await client.query('ROLLBACK')
    return undefined
  }
  const [, declined] = await together(
    client.query(BLOCK, userId, blockedId, at),
    client.query(DECLINE_ALL, userId, blockedId),
    client.query('COMMIT'),
  )
  return declined.map((row) => asRoomId(text(row, 'room_id')))
}

const UNBLOCK = { name: 'unblock', text: 'DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2' }

export async function unblock(client: DatabaseClient, userId: UserId, blockedId: UserId): Promise<void> {
  await client.query(UNBLOCK, userId, blockedId)
}

const HIDE = {
  name: 'hide-room',
  text: `UPDATE room_members AS member SET hidden_seq = CASE WHEN $3 THEN head.last_seq END
    FROM room_heads AS head
    WHERE head.room_id = $1 AND member.room_id = $1 AND member.user_id = $2 AND ${PRESENT}
    RETURNING member.hidden_seq`,
}

export async function hide(
  client: DatabaseClient,
  roomId: RoomId,
  userId: UserId,
  hidden: boolean,
): Promise<{ hiddenSeq: number | null } | undefined> {
  const [row] = await client.query(HIDE, roomId, userId, hidden)
  return row && { hiddenSeq: row.hidden_seq === null ? null : integer(row, 'hidden_seq') }
}
