import type { MessageQuery } from '../port'
import { UNREAD_SCAN_ROWS } from '../sql/unread-scan'
import type { Statement, Value } from './database-client'
import { FROM_ROOM } from './facts'

// Every query of the reader, in a separate file so that a test can ask Postgres for each one's plan. Each is written so
// that one index and no other can answer it, whatever the planner assumes:
// - LATERAL with a limit fixes the order of the loops: the list first, then one look-up for each.
// - ORDER BY, where only one index has that order, and sorting is off. A column with an equality has no order, so
//   where the order is needed equality is written as BETWEEN.
// - An index with a condition (`rev >= 0`, which always holds) is used only by a query that repeats it.

const MEMBERSHIP = `
  SELECT room.*, member.room_id, member.user_id, member.name AS member_name, member.avatar_url, member.role, member.joined_at,
    member.last_read_seq, member.from_seq, member.muted_until, member.removed, member.rev AS member_rev, member.added,
    member.hidden_seq`

export const ROOMS_OF = {
  name: 'rooms-of',
  text: `${MEMBERSHIP}
    FROM (
      SELECT * FROM room_members
      WHERE user_id BETWEEN $1 AND $1 AND removed IS NULL AND room_id > $2 ORDER BY user_id, room_id LIMIT $3
    ) AS member
    CROSS JOIN LATERAL (${FROM_ROOM} WHERE rooms.id = member.room_id LIMIT 1) AS room`,
}

export const MEMBERSHIPS_OF_ROOMS = {
  name: 'memberships-of-rooms',
  text: `${MEMBERSHIP}
    FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (${FROM_ROOM} WHERE rooms.id = wanted.id LIMIT 1) AS room
    LEFT JOIN LATERAL (
      SELECT * FROM room_members WHERE room_id = wanted.id AND user_id = $1 LIMIT 1
    ) AS member ON true`,
}

export const HEADS = {
  name: 'heads',
  text: `SELECT head.* FROM unnest($1::text[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM room_heads WHERE room_id = wanted.id LIMIT 1) AS head`,
}

/**
 * `removed IS NULL`, written so that the index with that condition, which is by user and would be scanned, is not used.
 */
export const PRESENT = `coalesce(removed, '') = ''`

/**
 * Unread (I13), counted up to a cap and at a cost that does not grow with the absence: among the first rows past the
 * cursor (seqs have no holes, so these are at most UNREAD_SCAN_ROWS), or, if nearly all of those are the user's own (a
 * bot's, an import's), sender by sender of the others.
 */
const unreadBy = (lag: string, columns: string): string => `WITH near AS MATERIALIZED (
      SELECT lag.*, (
        SELECT count(*) FROM (
          SELECT 1 FROM messages
          WHERE room_id = lag.room_id AND seq > lag.cursor AND seq <= lag.cursor + ${UNREAD_SCAN_ROWS}
            AND sender_id <> lag.user_id AND NOT deleted AND type <> 'system'
          ORDER BY seq LIMIT $1
        ) AS counted
      ) AS unread
      FROM ${lag}
    )
    SELECT ${columns}, CASE WHEN unread >= $1 OR last_seq <= cursor + ${UNREAD_SCAN_ROWS} THEN unread ELSE (
      SELECT count(*) FROM (
        SELECT 1 FROM (
          SELECT user_id FROM room_members
          WHERE room_id = near.room_id AND user_id <> near.user_id ORDER BY user_id OFFSET 0
        ) AS other
        CROSS JOIN LATERAL (
          SELECT 1 FROM messages
          WHERE room_id = near.room_id AND sender_id BETWEEN other.user_id AND other.user_id AND seq + 0 > near.cursor
            AND NOT deleted AND type <> 'system'
          ORDER BY sender_id, seq + 0 LIMIT $1
        ) AS found
        LIMIT $1
      ) AS counted
    ) END AS counted
    FROM near CROSS JOIN LATERAL (SELECT last_seq FROM room_heads WHERE room_id = near.room_id LIMIT 1) AS head`

export const UNREAD = {
  name: 'unread',
  text: unreadBy(
    `unnest($2::text[]) AS wanted (id)
      CROSS JOIN LATERAL (
        SELECT room_id, user_id, greatest(last_read_seq, from_seq - 1) AS cursor FROM room_members
        WHERE room_id = wanted.id AND user_id = $3 AND ${PRESENT} LIMIT 1
      ) AS lag`,
    'near.room_id',
  ),
}

/** For pairs of a room and a user: the member and their unread. */
export const STANDINGS = {
  name: 'standings',
  text: unreadBy(
    `unnest($2::text[], $3::text[]) AS wanted (id, user_id)
      CROSS JOIN LATERAL (
        SELECT *, greatest(last_read_seq, from_seq - 1) AS cursor FROM room_members
        WHERE room_id = wanted.id AND user_id = wanted.user_id AND ${PRESENT} LIMIT 1
      ) AS lag`,
    'near.*',
  ),
}

/** left() counts code points. */
export const PREVIEWS = {
  name: 'previews',
  text: `SELECT newest.* FROM unnest($1::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT room_id, seq, sender_id, sender_name, type, left(content, 200) AS content, created_at, deleted
      FROM messages WHERE room_id = wanted.id ORDER BY seq DESC LIMIT 1
    ) AS newest`,
}

export const MEMBERS = {
  name: 'members',
  text: `SELECT * FROM room_members
    WHERE room_id = $1 AND user_id > $2 AND ${PRESENT} ORDER BY user_id LIMIT $3`,
}

export const MEMBERS_CHANGED = {
  name: 'members-changed',
  text: `SELECT * FROM (
      SELECT * FROM room_members WHERE room_id = $1 AND user_id > $2 AND rev > $4 AND rev >= 0 ORDER BY rev OFFSET 0
    ) AS changed ORDER BY user_id LIMIT $3`,
}

export const MEMBERS_AMONG = {
  name: 'members-among',
  text: `SELECT found.* FROM unnest($2::text[]) AS wanted (user_id)
    CROSS JOIN LATERAL (
      SELECT * FROM room_members WHERE room_id = $1 AND user_id = wanted.user_id LIMIT 1
    ) AS found`,
}

export const WHO_IS_IN = {
  name: 'who-is-in',
  text: `SELECT member.room_id, member.user_id, member.added FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT room_id, user_id, added FROM room_members
      WHERE user_id = wanted.id AND room_id = ANY ($1::text[]) AND removed IS NULL OFFSET 0
    ) AS member`,
}

export const ROOM_OF_MESSAGE = {
  name: 'room-of-message',
  text: 'SELECT room_id FROM messages WHERE id = $1 LIMIT 1',
}

export const SEQ_OF_MESSAGE = {
  name: 'seq-of-message',
  text: 'SELECT seq FROM messages WHERE id = $1 AND room_id = $2 ORDER BY id, room_id LIMIT 1',
}

/** strpos and not LIKE: a user's text has no special characters. */
export const PUBLIC_ROOMS = {
  name: 'public-rooms',
  text: `${FROM_ROOM}
    WHERE type = 'public' AND (name, id) > ($1, $2) AND strpos(name_search, $3) > 0 ORDER BY name, id LIMIT $4`,
}

/** Some of the public rooms with this in their name. The type is written as only one index has it. */
export const ROOMS_FOUND = {
  name: 'rooms-found',
  text: `SELECT id FROM rooms WHERE type >= 'public' AND type <= 'public' AND name_search LIKE $1 LIMIT $2`,
}
/** If they are few: all of them, ordered by name. */
export const FOUND_ROOMS = {
  name: 'found-rooms',
  text: `SELECT room.* FROM unnest($1::text[]) AS found (id)
    CROSS JOIN LATERAL (${FROM_ROOM} WHERE rooms.id = found.id LIMIT 1) AS room
    WHERE (room.name, room.id) > ($2, $3) AND strpos(room.name_search, $4) > 0 ORDER BY room.name, room.id LIMIT $5`,
}

export const SPANS = {
  name: 'spans',
  text: `SELECT room_id, floor_seq, last_seq FROM room_heads
    WHERE room_id > $1 AND floor_seq <= last_seq ORDER BY room_id LIMIT $2`,
}

const SHOWS_FILE = `metadata ->> 'fileId' <= $1 AND type IN ('image', 'file') AND NOT deleted`
export const FILE_SHOWN = {
  name: 'file-shown',
  text: `SELECT 1 FROM messages WHERE metadata ->> 'fileId' >= $1 AND ${SHOWS_FILE}
    ORDER BY metadata ->> 'fileId' LIMIT 1`,
}
/**
 * Some leaps, each from a room on: the user's next one (`mine`), and from there the next one with a message that shows
 * the file (`shown`). If both are the same, the user may read it. A deleted room has no head: in it the user may read
 * nothing. Rows and not columns are compared: only so the index is entered at the place.
 */
export const FILE_SHOWN_TO = {
  name: 'file-shown-to',
  text: `WITH RECURSIVE leaps (room_id, is_mine, taken) AS (
      SELECT $3::text COLLATE "C", false, 0
      UNION ALL
      SELECT shown.room_id, shown.room_id = mine.room_id, taken + 1 FROM leaps
      CROSS JOIN LATERAL (
        SELECT room_id, CASE WHEN EXISTS (SELECT 1 FROM room_heads WHERE room_id = member.room_id)
          THEN from_seq ELSE ${Number.MAX_SAFE_INTEGER} END AS first
        FROM room_members AS member
        WHERE (user_id, room_id) >= ($2, leaps.room_id) AND user_id <= $2 AND removed IS NULL
        ORDER BY user_id, room_id LIMIT 1
      ) AS mine
      CROSS JOIN LATERAL (
        SELECT room_id FROM messages
        WHERE (metadata ->> 'fileId', room_id, seq) >= ($1, mine.room_id, mine.first) AND ${SHOWS_FILE}
        ORDER BY metadata ->> 'fileId', room_id, seq LIMIT 1
      ) AS shown
      WHERE NOT is_mine AND taken < $4
    )
    SELECT max(room_id) AS place, bool_or(is_mine) AS is_shown, max(taken) AS taken FROM leaps`,
}

export const MISNAMED = {
  name: 'misnamed',
  text: `SELECT room_id FROM room_members
    WHERE user_id BETWEEN $1 AND $1 AND removed IS NULL AND (name <> $2 OR avatar_url IS DISTINCT FROM $3)
    ORDER BY user_id, room_id LIMIT $4`,
}

export const DM = { name: 'select-dm', text: 'SELECT room_id FROM dm_rooms WHERE dm_key = $1' }

export const USERS = {
  name: 'users',
  text: 'SELECT id, name, avatar_url FROM users WHERE id > $1 ORDER BY id LIMIT $2',
}

export const ROOMS = {
  name: 'rooms',
  text: `SELECT room.* FROM (
      SELECT room_id FROM room_heads WHERE room_id > $1 ORDER BY room_id LIMIT $2
    ) AS head
    CROSS JOIN LATERAL (${FROM_ROOM} WHERE rooms.id = head.room_id LIMIT 1) AS room`,
}

export const LEFT_ROOMS = {
  name: 'left-rooms',
  text: `SELECT member.room_id FROM (
      SELECT room_id FROM room_members
      WHERE user_id BETWEEN $1 AND $1 AND removed IS NOT NULL AND room_id > $2 ORDER BY user_id, room_id LIMIT $3
    ) AS member
    CROSS JOIN LATERAL (SELECT 1 FROM room_heads WHERE room_id = member.room_id LIMIT 1) AS head`,
}

const counted = (name: string, condition: string) => ({
  name,
  text: `SELECT count(*) AS counted FROM (SELECT room_id FROM room_heads WHERE room_id = $1) AS head
    CROSS JOIN LATERAL (
      SELECT 1 FROM messages
      WHERE room_id = head.room_id AND seq >= $2 AND seq <= $3 AND NOT deleted ${condition} ORDER BY seq LIMIT $3
    ) AS shown`,
})

export const COUNT_MESSAGES = counted('count-messages', '')

export const COUNT_UNREAD = counted('count-unread', "AND sender_id <> $4 AND type <> 'system'")

export const USER = { name: 'user', text: 'SELECT id, name, avatar_url FROM users WHERE id = $1' }

export const REPORTED_ROOMS = {
  name: 'reported-rooms',
  text: `SELECT room_id, count(*) AS open FROM reports
    WHERE resolved_at IS NULL AND room_id > $1 GROUP BY room_id ORDER BY room_id LIMIT $2`,
}
export const DELETED_AMONG = {
  name: 'deleted-among',
  text: `SELECT gone.room_id FROM unnest($1::text[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT room_id FROM deleted_rooms WHERE room_id = wanted.id LIMIT 1) AS gone`,
}
/** Room by room of the asking user: the number of the others' rooms costs nothing, and so reveals nothing (P9). */
export const ACQUAINTANCES = {
  name: 'acquaintances',
  text: `SELECT wanted.id AS user_id FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT 1 FROM (
        SELECT room_id FROM room_members
        WHERE user_id BETWEEN $1 AND $1 AND removed IS NULL AND NOT added ORDER BY user_id, room_id OFFSET 0
      ) AS mine
      CROSS JOIN LATERAL (
        SELECT 1 FROM room_members
        WHERE room_id = mine.room_id AND user_id = wanted.id AND ${PRESENT} AND NOT added LIMIT 1
      ) AS theirs
      LIMIT 1
    ) AS shared`,
}

export const BLOCKERS = {
  name: 'blockers',
  text: `SELECT wanted.id AS user_id FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT 1 FROM blocks WHERE user_id = wanted.id AND blocked_id = $1 LIMIT 1) AS block`,
}

export const BLOCKED = {
  name: 'blocked',
  text: 'SELECT * FROM blocks WHERE user_id = $1 AND blocked_id > $2 ORDER BY blocked_id LIMIT $3',
}

export const INVITATIONS = {
  name: 'invitations',
  text: `SELECT * FROM (
      SELECT * FROM invitations WHERE user_id BETWEEN $1 AND $1 AND shown AND NOT withdrawn AND until_ms > $2
      ORDER BY user_id, room_id OFFSET 0
    ) AS waiting ORDER BY at_ms DESC, room_id LIMIT $3`,
}
export const INVITATION = {
  name: 'invitation',
  text: `SELECT * FROM invitations
    WHERE user_id = $1 AND room_id = $2 AND shown AND NOT withdrawn AND until_ms > $3`,
}
export const SENT_INVITATIONS = {
  name: 'sent-invitations',
  text: `SELECT * FROM (
      SELECT * FROM invitations WHERE inviter_id BETWEEN $1 AND $1 AND until_ms > $2 AND NOT withdrawn
      ORDER BY inviter_id, until_ms OFFSET 0
    ) AS sent ORDER BY at_ms DESC, room_id, user_id LIMIT $3`,
}

export const REPORTS_OPEN = {
  name: 'reports-open',
  text: 'SELECT * FROM reports WHERE room_id = $1 AND id > $2 AND resolved_at IS NULL ORDER BY id LIMIT $3',
}
export const REPORTS_RESOLVED = {
  name: 'reports-resolved',
  text: 'SELECT * FROM reports WHERE room_id = $1 AND id > $2 AND resolved_at IS NOT NULL ORDER BY id LIMIT $3',
}

/** By an index of open reports. */
export const REPORTS_OF = {
  name: 'reports-of',
  text: `SELECT * FROM reports WHERE room_id = $1 AND reporter_id = $2 AND resolved_at IS NULL
    ORDER BY id LIMIT $3`,
}
/** Reads no more rows of each user than are asked for. */
export const IN_ROOMS = {
  name: 'in-rooms',
  text: `SELECT asked.user_id FROM unnest($1::text[]) AS asked (user_id)
    WHERE $2::int <= (SELECT count(*) FROM (
      SELECT 1 FROM room_members AS member WHERE member.user_id = asked.user_id AND member.removed IS NULL
      LIMIT $2::int
    ) AS seen)`,
}

export const AUDIT = {
  name: 'audit',
  text: 'SELECT * FROM audit WHERE room_id = $1 ORDER BY id DESC LIMIT $2',
}
export const AUDIT_AFTER = {
  name: 'audit-after',
  text: 'SELECT * FROM audit WHERE room_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2',
}

export const PINS = {
  name: 'pins',
  text: 'SELECT * FROM messages WHERE room_id = $1 AND pinned IS NOT NULL ORDER BY seq + 0',
}

export const GROWING = {
  name: 'growing',
  text: `SELECT * FROM messages
    WHERE (stream ->> 'state' = 'streaming' OR stream ->> 'closing' = 'true') AND (room_id, seq + 0) > ($1, $2)
    ORDER BY room_id, seq + 0 LIMIT $3`,
}

const ORDER = { oldest: 'seq', newest: 'seq DESC', rev: 'rev' } as const

/** One of a few texts, depending on the given bounds; `newest` is in descending order. */
export function messagesQuery(query: MessageQuery): { statement: Statement; values: Value[] } {
  const { take, includeDeleted, isNarrow = false } = query
  const seq = includeDeleted || take === 'rev' ? 'seq' : 'seq + 0'
  const bounds: [string, number | undefined][] = [
    [`${seq} >=`, query.fromSeq],
    [`${seq} <=`, query.toSeq],
    ['rev >', query.afterRev],
  ]
  const asked = bounds.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]))
  const terms = [
    'room_id = $1',
    ...asked.map(({ term }, index) => `${term} $${index + 3}`),
    ...(includeDeleted ? [] : ['NOT deleted']),
    ...(take === 'rev' && !isNarrow ? ['rev >= 0'] : []),
  ]
  const rows = `SELECT * FROM messages WHERE ${terms.join(' AND ')}`
  const text =
    take === 'rev' && isNarrow
      ? `SELECT * FROM (${rows} ORDER BY seq OFFSET 0) AS held ORDER BY rev LIMIT $2`
      : `${rows} ORDER BY ${ORDER[take].replace('seq', seq)} LIMIT $2`
  const shape = asked.map(({ term }) => term.replaceAll(' ', '')).join(' ')
  return {
    statement: { name: `messages ${take}${isNarrow ? ' narrow' : ''} ${shape} ${includeDeleted}`, text },
    values: [query.roomId, query.limit, ...asked.map(({ value }) => value)],
  }
}
