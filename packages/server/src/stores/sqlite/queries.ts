import type { MessageQuery } from '../port'
import { UNREAD_SCAN_ROWS } from '../sql/unread-scan'
import type { Value } from './connection'
import { SELECT_ROOM } from './facts'

// Every query of the reader, in a separate file so that a test can ask SQLite for each one's plan. CROSS JOIN fixes the
// order of the loops: the list of rooms is short, and each step from there is one look-up in an index.

const MEMBERSHIP = `
  SELECT rooms.*, room_heads.rev, room_heads.last_seq, room_heads.floor_seq, room_heads.member_count,
    member.room_id, member.user_id, member.name AS member_name, member.avatar_url, member.role, member.joined_at, member.last_read_seq, member.from_seq, member.muted_until, member.removed,
    member.rev AS member_rev, member.added, member.hidden_seq`

export const ROOMS_OF = `${MEMBERSHIP}
  FROM room_members AS member INDEXED BY room_members_user
  CROSS JOIN rooms ON rooms.id = member.room_id
  CROSS JOIN room_heads ON room_heads.room_id = member.room_id
  WHERE member.user_id = ? AND member.removed IS NULL AND member.room_id > ?
  ORDER BY member.room_id LIMIT ?`

export const MEMBERSHIPS_OF_ROOMS = `${MEMBERSHIP}
  FROM json_each(?) AS wanted
  CROSS JOIN rooms ON rooms.id = wanted.value
  CROSS JOIN room_heads ON room_heads.room_id = rooms.id
  LEFT JOIN room_members AS member ON member.room_id = rooms.id AND member.user_id = ?`

/**
 * Unread (I13), counted up to a cap and at a cost that does not grow with the absence: among the first rows past the
 * cursor (seqs have no holes, so these are at most UNREAD_SCAN_ROWS), or, if nearly all of those are the user's own (a
 * bot's, an import's), sender by sender of the others. MATERIALIZED, or SQLite would count twice.
 */
const unreadBy = (lag: string, columns: string): string => `
  WITH lag AS MATERIALIZED (${lag}
  ), near AS MATERIALIZED (
    SELECT lag.*, (
      SELECT count(*) FROM (
        SELECT 1 FROM messages INDEXED BY messages_shown
        WHERE room_id = lag.room_id AND seq > lag.cursor AND seq <= lag.cursor + ${UNREAD_SCAN_ROWS}
          AND sender_id <> lag.user_id AND deleted = 0 AND type <> 'system'
        LIMIT ?1
      )
    ) AS unread
    FROM lag
  )
  SELECT ${columns}, CASE WHEN unread >= ?1 OR last_seq <= cursor + ${UNREAD_SCAN_ROWS} THEN unread ELSE (
    SELECT count(*) FROM (
      SELECT 1 FROM room_members AS other
      CROSS JOIN messages INDEXED BY messages_sender
        ON messages.room_id = other.room_id AND messages.sender_id = other.user_id AND messages.seq > near.cursor
          AND messages.deleted = 0 AND messages.type <> 'system'
      WHERE other.room_id = near.room_id AND other.user_id <> near.user_id
      LIMIT ?1
    )
  ) END AS counted
  FROM near`

export const UNREAD = unreadBy(
  `
    SELECT member.room_id, member.user_id, head.last_seq,
      max(member.last_read_seq, member.from_seq - 1) AS cursor
    FROM json_each(?2) AS wanted
    CROSS JOIN room_members AS member ON member.room_id = wanted.value AND member.user_id = ?3
    CROSS JOIN room_heads AS head ON head.room_id = member.room_id
    WHERE member.removed IS NULL`,
  'room_id',
)

/** For pairs of a room and a user: the member and their unread. */
export const STANDINGS = unreadBy(
  `
    SELECT member.*, head.last_seq, max(member.last_read_seq, member.from_seq - 1) AS cursor
    FROM json_each(?2) AS wanted
    CROSS JOIN room_members AS member
      ON member.room_id = json_extract(wanted.value, '$.roomId')
      AND member.user_id = json_extract(wanted.value, '$.userId')
    CROSS JOIN room_heads AS head ON head.room_id = member.room_id
    WHERE member.removed IS NULL`,
  'near.*',
)

export const HEADS = `
  SELECT room_heads.* FROM json_each(?) AS wanted CROSS JOIN room_heads ON room_heads.room_id = wanted.value`

/** The head names the newest message, so this is one look-up. 200 code points: substr counts those. */
export const PREVIEWS = `
  SELECT messages.room_id, seq, sender_id, sender_name, messages.type, substr(content, 1, 200) AS content,
    created_at, deleted
  FROM json_each(?) AS wanted
  CROSS JOIN room_heads ON room_heads.room_id = wanted.value
  CROSS JOIN messages ON messages.room_id = room_heads.room_id AND messages.seq = room_heads.last_seq`

export const MEMBERS = `
  SELECT * FROM room_members WHERE room_id = ? AND user_id > ? AND removed IS NULL ORDER BY user_id LIMIT ?`

export const MEMBERS_CHANGED = `
  SELECT * FROM room_members WHERE room_id = ? AND rev > ? AND +user_id > ? ORDER BY +user_id LIMIT ?`

export const MEMBERS_AMONG = `
  SELECT * FROM room_members WHERE room_id = ? AND user_id IN (SELECT value FROM json_each(?))`

export const WHO_IS_IN = `
  SELECT member.room_id, member.user_id, member.added FROM json_each(?1) AS wanted
  CROSS JOIN room_members AS member INDEXED BY room_members_user
    ON member.user_id = wanted.value AND member.removed IS NULL
  WHERE member.room_id IN (SELECT value FROM json_each(?2))`

export const ROOM_OF_MESSAGE = `SELECT room_id FROM messages WHERE id = ? LIMIT 1`

export const SEQ_OF_MESSAGE = `SELECT seq FROM messages WHERE id = ? AND room_id = ?`

export const PUBLIC_ROOMS = `${SELECT_ROOM}
  WHERE type = 'public' AND (name, id) > (?, ?) ORDER BY name, id LIMIT ?`

/** The number of public rooms with this in their name, counted up to a bound. */
export const ROOMS_FOUND = `
  SELECT count(*) AS found FROM (SELECT 1 FROM room_search WHERE room_search MATCH ? LIMIT ?)`

/** If they are few: all of them, ordered by name. instr and not LIKE: a user's text has no special characters. */
export const FOUND_ROOMS = `${SELECT_ROOM}
  WHERE rooms.id IN (
    SELECT room_id FROM room_search CROSS JOIN room_names ON room_names.no = room_search.rowid
    WHERE room_search MATCH ?1
  ) AND type = 'public' AND (rooms.name, rooms.id) > (?2, ?3) AND instr(name_search, ?4) > 0
  ORDER BY +rooms.name, +rooms.id LIMIT ?5`

/** If they are many, or the text is too short for an index: names in order, in steps. */
export const ROOM_NAMES = `
  SELECT name, id FROM rooms WHERE type = 'public' AND (name, id) > (?, ?) ORDER BY name, id LIMIT ?`
export const ROOMS_BY_ID = `${SELECT_ROOM} WHERE rooms.id IN (SELECT value FROM json_each(?)) ORDER BY +name, +rooms.id`

export const SPANS = `
  SELECT room_id, floor_seq, last_seq FROM room_heads
  WHERE room_id > ? AND floor_seq <= last_seq ORDER BY room_id LIMIT ?`

const SHOWS_FILE = `json_extract(metadata, '$.fileId') = ?1 AND type IN ('image', 'file') AND deleted = 0`
export const FILE_SHOWN = `SELECT 1 FROM messages WHERE ${SHOWS_FILE} LIMIT 1`
/**
 * One leap: from a room on, the user's next one (`mine`), and from there the next one with a message that shows the file
 * (`shown`). If both are the same, the user may read it. A deleted room has no head: in it the user may read nothing.
 */
export const FILE_SHOWN_TO = `
  SELECT mine.room_id AS mine, (
    SELECT room_id FROM messages INDEXED BY messages_file
    WHERE ${SHOWS_FILE} AND (room_id, seq) >= (mine.room_id, mine.first) ORDER BY room_id, seq LIMIT 1
  ) AS shown
  FROM (
    SELECT room_id, CASE WHEN EXISTS (SELECT 1 FROM room_heads WHERE room_id = member.room_id)
      THEN from_seq ELSE ${Number.MAX_SAFE_INTEGER} END AS first
    FROM room_members AS member INDEXED BY room_members_user
    WHERE user_id = ?2 AND removed IS NULL AND room_id >= ?3 ORDER BY room_id LIMIT 1
  ) AS mine`

export const MISNAMED = `
  SELECT room_id FROM room_members
  WHERE user_id = ? AND removed IS NULL AND (name <> ? OR avatar_url IS NOT ?) ORDER BY room_id LIMIT ?`

export const DM = `SELECT room_id FROM dm_rooms WHERE dm_key = ?`

export const USERS = `SELECT id, name, avatar_url FROM users WHERE id > ? ORDER BY id LIMIT ?`

export const ROOMS = `${SELECT_ROOM.replace(' JOIN ', ' CROSS JOIN ')} WHERE rooms.id > ? ORDER BY rooms.id LIMIT ?`

export const LEFT_ROOMS = `
  SELECT room_id FROM room_members INDEXED BY room_members_left
  CROSS JOIN room_heads USING (room_id)
  WHERE user_id = ? AND removed IS NOT NULL AND room_id > ? ORDER BY room_id LIMIT ?`

export const COUNT_MESSAGES = `
  SELECT count(*) AS counted FROM room_heads CROSS JOIN messages INDEXED BY messages_shown USING (room_id)
  WHERE room_id = ? AND seq BETWEEN ? AND ? AND deleted = 0`

export const COUNT_UNREAD = `
  SELECT count(*) AS counted FROM room_heads CROSS JOIN messages INDEXED BY messages_shown USING (room_id)
  WHERE room_id = ?2 AND seq BETWEEN ?3 AND ?4 AND sender_id <> ?1 AND deleted = 0 AND type <> 'system'`

export const USER = `SELECT id, name, avatar_url FROM users WHERE id = ?`

/** Room by room of the asking user: the number of the others' rooms costs nothing, and so reveals nothing (P9). */
export const ACQUAINTANCES = `
  SELECT wanted.value AS user_id FROM json_each(?2) AS wanted WHERE EXISTS (
    SELECT 1 FROM room_members AS mine INDEXED BY room_members_user
    CROSS JOIN room_members AS theirs ON theirs.room_id = mine.room_id AND theirs.user_id = wanted.value
    WHERE mine.user_id = ?1 AND mine.removed IS NULL AND mine.added = 0 AND theirs.removed IS NULL AND theirs.added = 0
  )`

export const BLOCKERS = `
  SELECT blocks.user_id FROM json_each(?2) AS wanted
  CROSS JOIN blocks ON blocks.user_id = wanted.value AND blocks.blocked_id = ?1`

export const BLOCKED = `SELECT * FROM blocks WHERE user_id = ? AND blocked_id > ? ORDER BY blocked_id LIMIT ?`

export const INVITATIONS = `
  SELECT * FROM invitations WHERE user_id = ? AND shown = 1 AND withdrawn = 0 AND until_ms > ?
  ORDER BY at_ms DESC, room_id LIMIT ?`
export const INVITATION = `
  SELECT * FROM invitations WHERE user_id = ? AND room_id = ? AND shown = 1 AND withdrawn = 0 AND until_ms > ?`
export const SENT_INVITATIONS = `
  SELECT * FROM invitations WHERE inviter_id = ? AND until_ms > ? AND withdrawn = 0
  ORDER BY at_ms DESC, room_id, user_id LIMIT ?`

export const REPORTS_OPEN = `
  SELECT * FROM reports WHERE room_id = ? AND id > ? AND resolved_at IS NULL ORDER BY id LIMIT ?`
export const REPORTS_RESOLVED = `
  SELECT * FROM reports WHERE room_id = ? AND id > ? AND resolved_at IS NOT NULL ORDER BY id LIMIT ?`

/** By an index of open reports: without statistics SQLite would scan the whole room. */
export const REPORTS_OF = `
  SELECT * FROM reports INDEXED BY reports_open_of
  WHERE room_id = ? AND reporter_id = ? AND resolved_at IS NULL ORDER BY id LIMIT ?`

/** Reads no more rows of each user than are asked for. */
export const IN_ROOMS = `
  SELECT value AS user_id FROM json_each(?) WHERE ? <= (
    SELECT count(*) FROM (SELECT 1 FROM room_members WHERE user_id = value AND removed IS NULL LIMIT ?)
  )`

export const REPORTED_ROOMS = `
  SELECT room_id, count(*) AS open FROM reports INDEXED BY reports_open_of
  WHERE resolved_at IS NULL AND room_id > ? GROUP BY room_id ORDER BY room_id LIMIT ?`

export const DELETED_AMONG = `
  SELECT deleted_rooms.room_id FROM json_each(?) AS wanted
  CROSS JOIN deleted_rooms ON deleted_rooms.room_id = wanted.value`

export const AUDIT = `SELECT * FROM audit WHERE room_id = ? ORDER BY id DESC LIMIT ?`
export const AUDIT_AFTER = `SELECT * FROM audit WHERE room_id = ? AND id < ? ORDER BY id DESC LIMIT ?`

export const PINS = `
  SELECT * FROM messages INDEXED BY messages_pinned WHERE room_id = ? AND pinned IS NOT NULL ORDER BY seq`

// The predicate of the index, word for word: else SQLite does not take it.
export const GROWING = `
  SELECT * FROM messages INDEXED BY messages_growing
  WHERE (stream ->> 'state' = 'streaming' OR stream ->> 'closing' = 1) AND (room_id, seq) > (?, ?)
  ORDER BY room_id, seq LIMIT ?`

const ORDER = { oldest: 'seq', newest: 'seq DESC', rev: 'rev' } as const

/** One of a few texts, depending on the given bounds; `newest` is in descending order. */
export function messagesQuery(query: MessageQuery): { text: string; values: Value[] } {
  const byRev = query.take === 'rev' && query.isNarrow !== true
  // A plus excludes a term from the choice of index: without statistics SQLite would choose the wrong one.
  const seq = byRev ? '+seq' : 'seq'
  const rev = byRev ? 'rev' : '+rev'
  const bounds: [string, number | undefined][] = [
    [`${seq} >= ?`, query.fromSeq],
    [`${seq} <= ?`, query.toSeq],
    [`${rev} > ?`, query.afterRev],
  ]
  const asked = bounds.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]))
  const terms = [
    'room_id = ?',
    ...asked.map(({ term }) => term),
    ...(query.includeDeleted ? [] : ['deleted = 0']),
  ]
  const shown = query.includeDeleted || query.take === 'rev' ? '' : 'INDEXED BY messages_shown'
  const order = query.take === 'rev' && !byRev ? '+rev' : ORDER[query.take]
  return {
    text: `SELECT * FROM messages ${shown} WHERE ${terms.join(' AND ')} ORDER BY ${order} LIMIT ?`,
    values: [query.roomId, ...asked.map(({ value }) => value), query.limit],
  }
}
