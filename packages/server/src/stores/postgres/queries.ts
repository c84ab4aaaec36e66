import type { MessageQuery } from '../port'
import { FROM_ROOM } from './facts'
import type { Statement, Value } from './session'

// Every query of the reader, apart from it so that a test can ask Postgres how it would run each.

const MEMBERSHIP = `
  SELECT rooms.*, room_heads.rev, room_heads.last_seq, member.room_id, member.user_id, member.name AS member_name,
    member.role, member.joined_at, member.last_read_seq, member.from_seq, member.muted_until, member.removed,
    member.rev AS member_rev`

export const MEMBERSHIPS = {
  name: 'memberships',
  text: `${MEMBERSHIP}
    FROM room_members AS member
    JOIN rooms ON rooms.id = member.room_id
    JOIN room_heads ON room_heads.room_id = member.room_id
    WHERE member.user_id = $1 AND member.removed IS NULL`,
}

export const MEMBERSHIPS_OF_ROOMS = {
  name: 'memberships-of-rooms',
  text: `${MEMBERSHIP}
    FROM unnest($2::text[]) AS wanted (id)
    JOIN rooms ON rooms.id = wanted.id
    JOIN room_heads ON room_heads.room_id = wanted.id
    LEFT JOIN room_members AS member ON member.room_id = wanted.id AND member.user_id = $1`,
}

/**
 * Stops at the cap, so that a long absence costs no more than a short one (I13). The order by seq changes no count: it
 * is what makes the planner walk the index on (room_id, seq).
 */
export const UNREAD = {
  name: 'unread',
  text: `SELECT member.room_id, (
      SELECT count(*) FROM (
        SELECT 1 FROM messages
        WHERE room_id = member.room_id AND seq > greatest(member.last_read_seq, member.from_seq - 1)
          AND sender_id <> member.user_id AND NOT deleted AND type <> 'system'
        ORDER BY seq LIMIT $3
      ) AS counted
    ) AS unread
    FROM unnest($2::text[]) AS wanted (id)
    JOIN room_members AS member ON member.room_id = wanted.id AND member.user_id = $1
    WHERE member.removed IS NULL`,
}

/** The head names the newest message, so that it is one look-up. left() counts code points. */
export const PREVIEWS = {
  name: 'previews',
  text: `SELECT messages.room_id, seq, sender_id, sender_name, type, left(content, 200) AS content, created_at, deleted
    FROM unnest($1::text[]) AS wanted (id)
    JOIN room_heads ON room_heads.room_id = wanted.id
    JOIN messages ON messages.room_id = room_heads.room_id AND messages.seq = room_heads.last_seq`,
}

export const MEMBERS = {
  name: 'members',
  text: `SELECT * FROM room_members
    WHERE room_id = $1 AND user_id > $2 AND removed IS NULL ORDER BY user_id LIMIT $3`,
}

export const MEMBERS_CHANGED = {
  name: 'members-changed',
  text: `SELECT * FROM room_members WHERE room_id = $1 AND user_id > $2 AND rev > $4 ORDER BY user_id LIMIT $3`,
}

export const ROOM_OF_MESSAGE = {
  name: 'room-of-message',
  text: 'SELECT room_id FROM messages WHERE id = $1 LIMIT 1',
}

/** strpos and not LIKE: nothing in what a user types means anything. */
export const PUBLIC_ROOMS = {
  name: 'public-rooms',
  text: `${FROM_ROOM}
    WHERE type = 'public' AND (name, id) > ($1, $2) AND strpos(name_search, $3) > 0 ORDER BY name, id LIMIT $4`,
}

export const USER = { name: 'user', text: 'SELECT name FROM users WHERE id = $1' }

export const REPORTS_OPEN = {
  name: 'reports-open',
  text: 'SELECT * FROM reports WHERE room_id = $1 AND id > $2 AND resolved_at IS NULL ORDER BY id LIMIT $3',
}
export const REPORTS_RESOLVED = {
  name: 'reports-resolved',
  text: 'SELECT * FROM reports WHERE room_id = $1 AND id > $2 AND resolved_at IS NOT NULL ORDER BY id LIMIT $3',
}

export const AUDIT = {
  name: 'audit',
  text: 'SELECT * FROM audit WHERE room_id = $1 ORDER BY id DESC LIMIT $2',
}
export const AUDIT_AFTER = {
  name: 'audit-after',
  text: 'SELECT * FROM audit WHERE room_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2',
}

const ORDER = { oldest: 'seq', newest: 'seq DESC', rev: 'rev' } as const

/** One of a few texts, by which bounds are asked for; `newest` comes in descending order. */
export function messagesQuery(query: MessageQuery): { statement: Statement; values: Value[] } {
  const bounds: [string, number | undefined][] = [
    ['seq >=', query.fromSeq],
    ['seq <=', query.toSeq],
    ['rev >', query.afterRev],
  ]
  const asked = bounds.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]))
  const terms = [
    'room_id = $1',
    ...asked.map(({ term }, index) => `${term} $${index + 3}`),
    ...(query.includeDeleted ? [] : ['NOT deleted']),
  ]
  const text = `SELECT * FROM messages WHERE ${terms.join(' AND ')} ORDER BY ${ORDER[query.take]} LIMIT $2`
  const shape = asked.map(({ term }) => term.replace(' ', '')).join(' ')
  return {
    statement: { name: `messages ${query.take} ${shape} ${query.includeDeleted}`, text },
    values: [query.roomId, query.limit, ...asked.map(({ value }) => value)],
  }
}
