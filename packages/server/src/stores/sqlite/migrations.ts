/**
 * One string a version, run in order, each in the transaction that records it. Never change one that was released:
 * append. Every table of a room leads with `room_id`, as on Postgres, where it can then be distributed by it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE revoked_sessions (sid TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE rooms (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in lower case as JavaScript sees it: SQLite folds only ASCII.
    name_search TEXT NOT NULL,
    type TEXT NOT NULL,
    created_by TEXT,
    created_at TEXT NOT NULL,
    metadata TEXT NOT NULL,
    settings TEXT NOT NULL
  );
  CREATE INDEX rooms_public ON rooms (name, id) WHERE type = 'public';

  -- One room for the same set of people. Apart from rooms, because its key is not the room's id.
  CREATE TABLE dm_rooms (dm_key TEXT PRIMARY KEY, room_id TEXT NOT NULL) WITHOUT ROWID;

  -- Both counters of a room: the row that every change of it goes through (I1, I2).
  CREATE TABLE room_heads (
    room_id TEXT PRIMARY KEY REFERENCES rooms (id) ON DELETE CASCADE,
    last_seq INTEGER NOT NULL,
    rev INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE room_members (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    joined_at TEXT NOT NULL,
    last_read_seq INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    muted_until TEXT,
    -- Not null: the membership is over, and the row stays so that deltas can tell it.
    removed TEXT,
    rev INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
  ) WITHOUT ROWID;
  CREATE INDEX room_members_user ON room_members (user_id, room_id) WHERE removed IS NULL;
  CREATE INDEX room_members_rev ON room_members (room_id, rev);
  CREATE INDEX room_members_owners ON room_members (room_id) WHERE role = 'owner' AND removed IS NULL;

  CREATE TABLE messages (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    id TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    client_id TEXT,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    reply_to TEXT,
    metadata TEXT,
    created_at TEXT NOT NULL,
    edited_at TEXT,
    deleted INTEGER NOT NULL,
    reactions TEXT
  );
  CREATE UNIQUE INDEX messages_seq ON messages (room_id, seq);
  -- A delta: rows with a rev above the cursor. seq is in it so that rows outside the window cost no look-up.
  CREATE INDEX messages_rev ON messages (room_id, rev, seq);
  -- One message per (room, sender, clientId), for ever (I4).
  CREATE UNIQUE INDEX messages_client ON messages (room_id, sender_id, client_id) WHERE client_id IS NOT NULL;
  -- A sender's last message (slow mode), and unread sender by sender.
  CREATE INDEX messages_sender ON messages (room_id, sender_id, seq) WHERE type <> 'system';
  -- From a message to its room.
  CREATE UNIQUE INDEX messages_id ON messages (id, room_id);

  CREATE TABLE op_ids (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    op_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id, op_id)
  ) WITHOUT ROWID;

  CREATE TABLE reports (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reporter_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    resolved_at TEXT,
    resolved_by TEXT,
    resolution TEXT,
    PRIMARY KEY (room_id, id)
  ) WITHOUT ROWID;

  CREATE TABLE audit (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target_id TEXT,
    reason TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (room_id, id)
  ) WITHOUT ROWID;
  `,
  `
  -- Below it a room's messages were purged.
  ALTER TABLE room_heads ADD COLUMN floor_seq INTEGER NOT NULL DEFAULT 1;

  -- Of a purged message what its sender's late retry is answered with: one message per clientId, for ever (I4).
  CREATE TABLE purged_sends (
    room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sender_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    type TEXT NOT NULL,
    reply_to TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (room_id, sender_id, client_id)
  ) WITHOUT ROWID;

  -- From a file to the messages that show it.
  CREATE INDEX messages_file ON messages (json_extract(metadata, '$.fileId'), room_id)
    WHERE type IN ('image', 'file') AND deleted = 0;
  `,
  `
  -- From an age to the ops that have it: they are forgotten, the oldest first.
  CREATE INDEX op_ids_age ON op_ids (created_at_ms);
  `,
  `
  -- How many are in the room now. Kept by triggers, so that no way of writing a member can forget it.
  ALTER TABLE room_heads ADD COLUMN member_count INTEGER NOT NULL DEFAULT 0;
  UPDATE room_heads SET member_count = (
    SELECT count(*) FROM room_members WHERE room_members.room_id = room_heads.room_id AND removed IS NULL
  );
  CREATE TRIGGER room_members_come AFTER INSERT ON room_members WHEN NEW.removed IS NULL BEGIN
    UPDATE room_heads SET member_count = member_count + 1 WHERE room_id = NEW.room_id;
  END;
  CREATE TRIGGER room_members_change AFTER UPDATE OF removed ON room_members
  WHEN (NEW.removed IS NULL) <> (OLD.removed IS NULL) BEGIN
    UPDATE room_heads SET member_count = member_count + CASE WHEN NEW.removed IS NULL THEN 1 ELSE -1 END
    WHERE room_id = NEW.room_id;
  END;
  CREATE TRIGGER room_members_go AFTER DELETE ON room_members WHEN OLD.removed IS NULL BEGIN
    UPDATE room_heads SET member_count = member_count - 1 WHERE room_id = OLD.room_id;
  END;
  `,
  `
  -- When the name was given, in ms since the epoch: an older token does not bring an older name back.
  ALTER TABLE users ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- A sender's last edit (slow mode).
  CREATE INDEX messages_edited ON messages (room_id, sender_id, edited_at) WHERE edited_at IS NOT NULL;
  `,
  `
  -- From who reported to what is still open: one of a user and message, and not too many in all.
  CREATE INDEX reports_open_of ON reports (room_id, reporter_id, id) WHERE resolved_at IS NULL;
  `,
  `
  -- Messages that are not deleted: a page, and unread, cost nothing for the tombstones between them.
  CREATE INDEX messages_shown ON messages (room_id, seq) WHERE deleted = 0;
  DROP INDEX messages_sender;
  CREATE INDEX messages_sender ON messages (room_id, sender_id, deleted, seq) WHERE type <> 'system';

  -- From three letters to the public rooms that have them in their name. By a number of its own: the rowid of a table
  -- without one may change with each VACUUM.
  CREATE TABLE room_names (no INTEGER PRIMARY KEY, room_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
  CREATE VIRTUAL TABLE room_search USING fts5(
    name, content='room_names', content_rowid='no', tokenize='trigram case_sensitive 1', detail=full
  );
  INSERT INTO room_names (room_id, name) SELECT id, name_search FROM rooms WHERE type = 'public';
  INSERT INTO room_search (room_search) VALUES ('rebuild');
  CREATE TRIGGER room_names_come AFTER INSERT ON rooms WHEN NEW.type = 'public' BEGIN
    INSERT INTO room_names (room_id, name) VALUES (NEW.id, NEW.name_search);
  END;
  CREATE TRIGGER room_names_change AFTER UPDATE OF name_search ON rooms WHEN NEW.name_search <> OLD.name_search BEGIN
    UPDATE room_names SET name = NEW.name_search WHERE room_id = NEW.id;
  END;
  CREATE TRIGGER room_names_go AFTER DELETE ON rooms BEGIN
    DELETE FROM room_names WHERE room_id = OLD.id;
  END;
  CREATE TRIGGER room_search_come AFTER INSERT ON room_names BEGIN
    INSERT INTO room_search (rowid, name) VALUES (NEW.no, NEW.name);
  END;
  CREATE TRIGGER room_search_change AFTER UPDATE OF name ON room_names BEGIN
    INSERT INTO room_search (room_search, rowid, name) VALUES ('delete', OLD.no, OLD.name);
    INSERT INTO room_search (rowid, name) VALUES (NEW.no, NEW.name);
  END;
  CREATE TRIGGER room_search_go AFTER DELETE ON room_names BEGIN
    INSERT INTO room_search (room_search, rowid, name) VALUES ('delete', OLD.no, OLD.name);
  END;
  `,
  `
  -- Rooms that were deleted: their ids are given to no room again. Their rows go step by step.
  CREATE TABLE deleted_rooms (
    room_id TEXT PRIMARY KEY,
    deleted_by TEXT NOT NULL,
    deleted_at_ms INTEGER NOT NULL,
    is_purged INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX deleted_rooms_unpurged ON deleted_rooms (room_id) WHERE is_purged = 0;
  CREATE INDEX dm_rooms_room ON dm_rooms (room_id);
  `,
  `
  -- Users all of whose sessions were ended: tokens that were issued up to then are refused.
  CREATE TABLE ended_sessions (user_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  -- Another put the member there. Who was there before this was known counts as come by themselves.
  ALTER TABLE room_members ADD COLUMN added INTEGER NOT NULL DEFAULT 0;
  -- The newest message when the member hid the room.
  ALTER TABLE room_members ADD COLUMN hidden_seq INTEGER;

  -- Of users and not of rooms: an ephemeral room is in no table, and there need be no such user either.
  CREATE TABLE invitations (
    user_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    inviter_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    -- 0: it was declined, or was never shown. It counts for its inviter all the same, who must not learn of it.
    shown INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
  ) WITHOUT ROWID;
  CREATE INDEX invitations_sent ON invitations (inviter_id, until_ms);
  CREATE INDEX invitations_age ON invitations (until_ms);

  CREATE TABLE blocks (
    user_id TEXT NOT NULL,
    blocked_id TEXT NOT NULL,
    blocked_at TEXT NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
  ) WITHOUT ROWID;
  `,
  `
  -- JSON: who pinned the message, and when.
  ALTER TABLE messages ADD COLUMN pinned TEXT;
  CREATE INDEX messages_pinned ON messages (room_id, seq) WHERE pinned IS NOT NULL;
  `,
  `
  -- Events that wait until the endpoint has taken them, one row an endpoint. seq: the order in which they were written.
  CREATE TABLE outbox_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    stream TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX outbox_events_stream ON outbox_events (endpoint, stream, seq);
  CREATE INDEX outbox_events_oldest ON outbox_events (endpoint, seq);

  -- Streams that have such events, and when each is tried. lease: who is delivering it, until next_at_ms.
  CREATE TABLE outbox_streams (
    endpoint TEXT NOT NULL,
    stream TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL,
    lease TEXT,
    PRIMARY KEY (endpoint, stream)
  ) WITHOUT ROWID;
  CREATE INDEX outbox_streams_due ON outbox_streams (endpoint, next_at_ms);

  -- Events that nobody tries to deliver any more.
  CREATE TABLE outbox_dead (
    seq INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    stream TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    dead_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE INDEX outbox_dead_endpoint ON outbox_dead (endpoint, seq);
  CREATE INDEX outbox_dead_age ON outbox_dead (endpoint, dead_at_ms);
  CREATE INDEX outbox_dead_id ON outbox_dead (endpoint, id);
  `,
  `
  -- From a user to the rooms in which they were: what is theirs is exported, or made nameless, there too.
  CREATE INDEX room_members_left ON room_members (user_id, room_id) WHERE removed IS NOT NULL;
  `,
  `
  -- The app's own kind of a room; null: of none.
  ALTER TABLE rooms ADD COLUMN kind TEXT;
  `,
  `
  -- JSON: of a message that was written piece by piece, how it goes on.
  ALTER TABLE messages ADD COLUMN stream TEXT;
  CREATE INDEX messages_growing ON messages (room_id, seq)
    WHERE stream ->> 'state' = 'streaming' OR stream ->> 'closing' = 1;
  `,
  `
  -- Address of the user's picture; null: none. Member rows have a copy, like that of the name.
  ALTER TABLE users ADD COLUMN avatar_url TEXT;
  ALTER TABLE room_members ADD COLUMN avatar_url TEXT;
  `,
  `
  -- 1: its inviter withdrew it. Apart from "shown": a decline has to outlast it.
  ALTER TABLE invitations ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- From a file and a room to the newer messages that show it: seq is in it so that older ones cost no look-up.
  DROP INDEX messages_file;
  CREATE INDEX messages_file ON messages (json_extract(metadata, '$.fileId'), room_id, seq)
    WHERE type IN ('image', 'file') AND deleted = 0;
  `,
]
