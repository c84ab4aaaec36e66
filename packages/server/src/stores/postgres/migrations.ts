/**
 * One string a version, run in order, all in the transaction that records them. Never change one that was released:
 * append. Every table of a room leads with `room_id` in its key, so that it can be distributed by it as it is.
 *
 * Text is compared by bytes (COLLATE "C"): pages continue where the last one ended, whatever the database's locale.
 * JSON is json and not jsonb: it is returned as it was written, with its keys in order.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);
  CREATE TABLE users (id text COLLATE "C" PRIMARY KEY, name text NOT NULL);
  CREATE TABLE revoked_sessions (sid text COLLATE "C" PRIMARY KEY, until_ms bigint NOT NULL);

  CREATE TABLE rooms (
    id text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    -- The name in lower case as JavaScript sees it: lower() depends on the locale.
    name_search text COLLATE "C" NOT NULL,
    type text NOT NULL DEFAULT 'public',
    created_by text,
    created_at timestamptz NOT NULL DEFAULT now(),
    metadata json NOT NULL DEFAULT '{}',
    settings json NOT NULL DEFAULT '{}'
  );
  CREATE INDEX rooms_public ON rooms (name, id) WHERE type = 'public';

  -- One room for the same set of people. Apart from rooms, because its key is not the room's id.
  CREATE TABLE dm_rooms (dm_key text COLLATE "C" PRIMARY KEY, room_id text NOT NULL);

  -- Both counters of a room, in a table of their own: the lock of every change (I1, I2), and the row written most.
  -- Half-empty pages leave room for the next version beside the last, which no index has to hear of.
  CREATE TABLE room_heads (
    room_id text COLLATE "C" PRIMARY KEY REFERENCES rooms (id) ON DELETE CASCADE,
    last_seq bigint NOT NULL DEFAULT 0,
    rev bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 50);

  CREATE TABLE room_members (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    role text NOT NULL DEFAULT 'member',
    joined_at timestamptz NOT NULL DEFAULT now(),
    last_read_seq bigint NOT NULL DEFAULT 0,
    from_seq bigint NOT NULL DEFAULT 1,
    -- As the moderator wrote it: a text, so that it comes back to the letter.
    muted_until text,
    -- Not null: the membership is over, and the row stays so that deltas can tell it.
    removed text,
    rev bigint NOT NULL,
    PRIMARY KEY (room_id, user_id)
  ) WITH (fillfactor = 80);
  CREATE INDEX room_members_user ON room_members (user_id, room_id) WHERE removed IS NULL;
  -- For the queries that say so, and no others: see queries.ts.
  CREATE INDEX room_members_rev ON room_members (room_id, rev) WHERE rev >= 0;
  CREATE INDEX room_members_owners ON room_members (room_id) WHERE role = 'owner' AND removed IS NULL;

  -- No foreign key to rooms: it would be checked again for every message, and the locked head proves the room.
  CREATE TABLE messages (
    room_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    rev bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    sender_id text COLLATE "C" NOT NULL,
    sender_name text NOT NULL,
    client_id text COLLATE "C",
    type text NOT NULL DEFAULT 'text',
    content text NOT NULL,
    reply_to text,
    metadata json,
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    deleted boolean NOT NULL DEFAULT false,
    reactions json,
    PRIMARY KEY (room_id, seq)
  );
  -- A delta: rows with a rev above the cursor. seq is in it so that rows outside the window are not fetched.
  CREATE INDEX messages_rev ON messages (room_id, rev, seq) WHERE rev >= 0;
  -- One message per (room, sender, clientId), for ever (I4).
  CREATE UNIQUE INDEX messages_client ON messages (room_id, sender_id, client_id) WHERE client_id IS NOT NULL;
  -- A sender's last message (slow mode), and unread sender by sender.
  CREATE INDEX messages_sender ON messages (room_id, sender_id, seq) WHERE type <> 'system';
  -- From a message to its room.
  CREATE UNIQUE INDEX messages_id ON messages (id, room_id);

  CREATE TABLE op_ids (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id text COLLATE "C" NOT NULL,
    op_id text COLLATE "C" NOT NULL,
    message_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, user_id, op_id)
  );

  CREATE TABLE reports (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    message_id text NOT NULL,
    reporter_id text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    PRIMARY KEY (room_id, id)
  );

  CREATE TABLE audit (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    actor_id text NOT NULL,
    action text NOT NULL,
    target_id text,
    reason text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, id)
  );
  `,
  `
  -- Below it a room's messages were purged.
  ALTER TABLE room_heads ADD COLUMN floor_seq bigint NOT NULL DEFAULT 1;

  -- Of a purged message what its sender's late retry is answered with: one message per clientId, for ever (I4).
  CREATE TABLE purged_sends (
    room_id text COLLATE "C" NOT NULL,
    sender_id text COLLATE "C" NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    rev bigint NOT NULL,
    id text NOT NULL,
    sender_name text NOT NULL,
    type text NOT NULL,
    reply_to text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, sender_id, client_id)
  );

  -- From a file to the messages that show it.
  CREATE INDEX messages_file ON messages ((metadata ->> 'fileId'), room_id)
    WHERE type IN ('image', 'file') AND NOT deleted;
  `,
  `
  -- From an age to the ops that have it: they are forgotten, the oldest first.
  CREATE INDEX op_ids_age ON op_ids (created_at);
  `,
  `
  -- How many are in the room now. Kept by triggers: servers of the version before, which go on during a rolling upgrade,
  -- know nothing of it. The members are locked first: most writers wait there while they hold nothing.
  LOCK TABLE room_members IN SHARE ROW EXCLUSIVE MODE;
  ALTER TABLE room_heads ADD COLUMN member_count bigint NOT NULL DEFAULT 0;
  UPDATE room_heads SET member_count = present.count FROM (
    SELECT room_id, count(*) AS count FROM room_members WHERE removed IS NULL GROUP BY room_id
  ) AS present WHERE present.room_id = room_heads.room_id;
  -- A statement at a time: a row at a time, a room that is imported with its members would update its head for each.
  CREATE FUNCTION count_members_come() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE come record;
  BEGIN
    FOR come IN SELECT room_id, count(*) AS count FROM fresh WHERE removed IS NULL GROUP BY room_id LOOP
      UPDATE room_heads SET member_count = member_count + come.count WHERE room_id = come.room_id;
    END LOOP;
    RETURN NULL;
  END $$;
  CREATE FUNCTION count_members_gone() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE gone record;
  BEGIN
    FOR gone IN SELECT room_id, count(*) AS count FROM old WHERE removed IS NULL GROUP BY room_id LOOP
      UPDATE room_heads SET member_count = member_count - gone.count WHERE room_id = gone.room_id;
    END LOOP;
    RETURN NULL;
  END $$;
  -- Of changed rows there are no more than a commit has changes. A read cursor, which moves most often, is none of them.
  CREATE FUNCTION count_member_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE room_heads SET member_count = member_count + CASE WHEN NEW.removed IS NULL THEN 1 ELSE -1 END
    WHERE room_id = NEW.room_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER room_members_come AFTER INSERT ON room_members REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_members_come();
  CREATE TRIGGER room_members_go AFTER DELETE ON room_members REFERENCING OLD TABLE AS old
    FOR EACH STATEMENT EXECUTE FUNCTION count_members_gone();
  CREATE TRIGGER room_members_change AFTER UPDATE OF removed ON room_members
    FOR EACH ROW WHEN ((NEW.removed IS NULL) <> (OLD.removed IS NULL)) EXECUTE FUNCTION count_member_change();
  `,
  `
  -- When the name was given, in ms since the epoch: an older token does not bring an older name back.
  ALTER TABLE users ADD COLUMN named_at bigint NOT NULL DEFAULT 0;
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
  -- Messages that are not deleted: a page, and unread, cost nothing for the tombstones between them. By seq + 0, which only
  -- the queries that are meant for it say: see queries.ts.
  CREATE INDEX messages_shown ON messages (room_id, (seq + 0)) WHERE NOT deleted;
  CREATE INDEX messages_shown_of ON messages (room_id, sender_id, (seq + 0)) WHERE NOT deleted AND type <> 'system';
  -- From three letters to the public rooms that have them in their name. Where the extension may not be made here, a search
  -- looks at all of them.
  DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX rooms_name_search ON rooms USING gist (name_search gist_trgm_ops)
      WHERE type >= 'public' AND type <= 'public';
  EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not to be had: a search for rooms looks at all public ones';
  END $$;
  `,
  `
  -- Rooms that were deleted: their ids are given to no room again. Their rows go step by step.
  CREATE TABLE deleted_rooms (
    room_id text COLLATE "C" PRIMARY KEY,
    deleted_by text NOT NULL,
    deleted_at_ms bigint NOT NULL,
    is_purged boolean NOT NULL DEFAULT false
  );
  CREATE INDEX deleted_rooms_unpurged ON deleted_rooms (room_id) WHERE NOT is_purged;
  CREATE INDEX dm_rooms_room ON dm_rooms (room_id);
  `,
  `
  -- Users all of whose sessions were ended: tokens that were issued up to then are refused.
  CREATE TABLE ended_sessions (user_id text COLLATE "C" PRIMARY KEY, at_ms bigint NOT NULL, until_ms bigint NOT NULL);
  `,
  `
  -- Another put the member there. Who was there before this was known counts as come by themselves.
  ALTER TABLE room_members ADD COLUMN added boolean NOT NULL DEFAULT false;
  -- The newest message when the member hid the room.
  ALTER TABLE room_members ADD COLUMN hidden_seq bigint;

  -- Of users and not of rooms: an ephemeral room is in no table, and there need be no such user either.
  CREATE TABLE invitations (
    user_id text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    inviter_id text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL,
    until_ms bigint NOT NULL,
    -- False: it was declined, or was never shown. It counts for its inviter all the same, who must not learn of it.
    shown boolean NOT NULL,
    PRIMARY KEY (user_id, room_id)
  );
  CREATE INDEX invitations_sent ON invitations (inviter_id, until_ms);
  CREATE INDEX invitations_age ON invitations (until_ms);

  CREATE TABLE blocks (
    user_id text COLLATE "C" NOT NULL,
    blocked_id text COLLATE "C" NOT NULL,
    blocked_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
  );
  `,
  `
  -- Who pinned the message, and when. By seq + 0, which only the queries that are meant for it say: see queries.ts.
  ALTER TABLE messages ADD COLUMN pinned json;
  CREATE INDEX messages_pinned ON messages (room_id, (seq + 0)) WHERE pinned IS NOT NULL;
  `,
  `
  -- Events that wait until the endpoint has taken them, one row an endpoint. seq: the order in which they were written.
  CREATE TABLE outbox_events (
    seq bigint GENERATED BY DEFAULT AS IDENTITY,
    endpoint text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    type text NOT NULL,
    at_ms bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (endpoint, stream, seq)
  );
  CREATE INDEX outbox_events_oldest ON outbox_events (endpoint, seq);

  -- Streams that have such events, and when each is tried. lease: who is delivering it, until next_at_ms.
  CREATE TABLE outbox_streams (
    endpoint text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    waiting bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at_ms bigint NOT NULL,
    lease text,
    PRIMARY KEY (endpoint, stream)
  );
  CREATE INDEX outbox_streams_due ON outbox_streams (endpoint, next_at_ms);

  -- Events that nobody tries to deliver any more.
  CREATE TABLE outbox_dead (
    seq bigint PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    type text NOT NULL,
    at_ms bigint NOT NULL,
    body text NOT NULL,
    dead_at_ms bigint NOT NULL,
    reason text NOT NULL
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
  ALTER TABLE rooms ADD COLUMN kind text;
  `,
  `
  -- Of a message that was written piece by piece, how it goes on. A write of more text leaves this column as it is.
  ALTER TABLE messages ADD COLUMN stream json;
  CREATE INDEX messages_growing ON messages (room_id, (seq + 0))
    WHERE stream ->> 'state' = 'streaming' OR stream ->> 'closing' = 'true';
  `,
  `
  -- Address of the user's picture; null: none. Member rows have a copy, like that of the name.
  ALTER TABLE users ADD COLUMN avatar_url text;
  ALTER TABLE room_members ADD COLUMN avatar_url text;
  `,
  `
  -- True: its inviter withdrew it. Apart from "shown": a decline has to outlast it.
  ALTER TABLE invitations ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
  `,
  `
  -- From a file and a room to the newer messages that show it: seq is in it so that older ones cost no look-up. Dropped
  -- first: a lock that grew could meet a commit that holds the weaker one. Servers of the version before use either.
  DROP INDEX messages_file;
  CREATE INDEX messages_file ON messages ((metadata ->> 'fileId'), room_id, seq)
    WHERE type IN ('image', 'file') AND NOT deleted;
  `,
]
