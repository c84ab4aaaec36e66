import Database from 'libsql'
import type { LiteralDatabase } from './literal'

/** The reference document's tables. The counter is the database's own, as it advises; a commit is on the disk. */
const TABLES = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -16384;
  CREATE TABLE rooms (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL DEFAULT 'public', created_by TEXT, created_at TEXT,
    metadata TEXT DEFAULT '{}', last_seq INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE room_members (
    room_id TEXT REFERENCES rooms (id) ON DELETE CASCADE, user_id TEXT, role TEXT DEFAULT 'member', joined_at TEXT,
    last_read_seq INTEGER DEFAULT 0, PRIMARY KEY (room_id, user_id)
  ) WITHOUT ROWID;
  CREATE TABLE messages (
    id TEXT PRIMARY KEY, room_id TEXT REFERENCES rooms (id) ON DELETE CASCADE, sender_id TEXT, seq INTEGER NOT NULL,
    content TEXT NOT NULL, type TEXT DEFAULT 'text', reply_to TEXT REFERENCES messages (id), created_at TEXT,
    edited_at TEXT, deleted INTEGER DEFAULT 0, UNIQUE (room_id, seq)
  );
  CREATE INDEX idx_messages_room_seq ON messages (room_id, seq DESC);`

export function literalSqlite(path: string, roomId: string, userIds: readonly string[]): LiteralDatabase {
  const db = new Database(path)
  db.exec(TABLES)
  db.prepare('INSERT INTO rooms (id, name) VALUES (?, ?)').run(roomId, 'Bench')
  const insertMember = db.prepare('INSERT INTO room_members (room_id, user_id) VALUES (?, ?)')
  for (const userId of userIds) insertMember.run(roomId, userId)

  const member = db.prepare('SELECT 1 FROM room_members WHERE room_id = ? AND user_id = ?')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const nextSeq = db.prepare('UPDATE rooms SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq')
  const insert = db.prepare(
    `INSERT INTO messages (id, room_id, sender_id, seq, content, type, reply_to, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const commit = db.prepare('COMMIT')
  return {
    async checkMembership(room, userId) {
      return member.get(room, userId) !== undefined
    },
    async saveMessage({ id, roomId, senderId, content, type, replyTo, createdAt }) {
      begin.run()
      const row = nextSeq.get(roomId) as { last_seq: number }
      insert.run(id, roomId, senderId, row.last_seq, content, type, replyTo, createdAt)
      commit.run()
      return row.last_seq
    },
  }
}
