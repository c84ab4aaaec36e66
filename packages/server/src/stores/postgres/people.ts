import { asRoomId, asUserId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { NewInvitations } from '../port'
import { flag, integer, text } from '../sql/column'
import { FORGET_OPS_STEP } from '../sql/forget-ops-step'
import { type DatabaseClient, together } from './database-client'
import { keepEvents } from './outbox'
import { PRESENT } from './queries'

// Invitations, blocks and hidden rooms: single statements, each in its own transaction. If one depends on another, the
// caller runs one request of a user at a time; several nodes may exceed a limit by what each does at that moment.

const SENT = {
  name: 'invitations-sent',
  text: `SELECT (SELECT count(*) FROM (
      SELECT 1 FROM invitations WHERE inviter_id BETWEEN $1 AND $1 AND until_ms > $2
      ORDER BY inviter_id, until_ms LIMIT ${LIMITS.invitationsSent + 1}
    ) AS counted) + (
      SELECT count(*) FROM unnest($3::text[]) AS wanted (id) WHERE NOT EXISTS (
        SELECT 1 FROM invitations WHERE user_id = wanted.id AND room_id = $4 AND until_ms > $2
      )
    ) AS sent`,
}

/** The work is the same for an unknown id (P9). */
const INVITE = {
  name: 'invite',
  text: `INSERT INTO invitations (user_id, room_id, inviter_id, at_ms, until_ms, shown)
    SELECT wanted.id, $4, $1, $2, $5,
      (SELECT count(*) FROM (
        SELECT shown, inviter_id FROM invitations AS held WHERE held.user_id = wanted.id AND held.until_ms > $2
      ) AS theirs WHERE theirs.shown) < ${LIMITS.invitationsReceived}
      AND (SELECT count(*) FROM invitations AS mine
        WHERE mine.user_id = wanted.id AND mine.inviter_id = $1 AND mine.until_ms > $2) < ${LIMITS.invitationsFromOne}
      AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = wanted.id AND blocks.blocked_id = $1)
    FROM unnest($3::text[]) AS wanted (id)
    ON CONFLICT (user_id, room_id) DO UPDATE SET
      inviter_id = excluded.inviter_id, at_ms = excluded.at_ms, until_ms = excluded.until_ms, shown = excluded.shown
      WHERE invitations.until_ms <= excluded.at_ms
    RETURNING user_id, shown`,
}

export async function invite(
  client: DatabaseClient,
  { roomId, inviterId, userIds, at, until, outbox }: NewInvitations,
): Promise<readonly UserId[] | undefined> {
  const [counted] = await client.query(SENT, inviterId, at, userIds, roomId)
  if (counted && integer(counted, 'sent') > LIMITS.invitationsSent) return undefined
  if (outbox) await client.query('BEGIN')
  const made = await client.query(INVITE, inviterId, at, userIds, roomId, until)
  const shownTo = made.filter((row) => flag(row, 'shown')).map((row) => asUserId(text(row, 'user_id')))
  if (outbox) await together(...keepEvents(client, outbox(shownTo)), client.query('COMMIT'))
  return shownTo
}

const ACCEPT = {
  name: 'accept-invitation',
  text: 'DELETE FROM invitations WHERE user_id = $1 AND room_id = $2 AND shown RETURNING 1',
}
const DECLINE = {
  name: 'decline-invitation',
  text: 'UPDATE invitations SET shown = false WHERE user_id = $1 AND room_id = $2 AND shown RETURNING 1',
}

export async function answerInvitation(
  client: DatabaseClient,
  userId: UserId,
  roomId: RoomId,
  answer: 'accepted' | 'declined',
): Promise<boolean> {
  return (await client.query(answer === 'accepted' ? ACCEPT : DECLINE, userId, roomId)).length > 0
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
  const [held] = await client.query(BLOCKS, userId, blockedId)
  if (held && !flag(held, 'there') && integer(held, 'blocks') >= LIMITS.blockedUsers) return undefined
  const [, declined] = await together(
    client.query(BLOCK, userId, blockedId, at),
    client.query(DECLINE_ALL, userId, blockedId),
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
