import { Pool } from 'pg'
import type { LiteralDatabase } from './literal'

const TABLES = `
  CREATE TABLE rooms (
    id TEXT PRIMARY KEY, name VARCHAR(100) NOT NULL, type VARCHAR(20) NOT NULL DEFAULT 'public', created_by TEXT,
    created_at TIMESTAMPTZ DEFAULT now(), metadata JSONB DEFAULT '{}'
  );
  CREATE TABLE room_members (
    room_id TEXT REFERENCES rooms (id) ON DELETE CASCADE, user_id TEXT, role VARCHAR(20) DEFAULT 'member',
    joined_at TIMESTAMPTZ DEFAULT now(), last_read_seq BIGINT DEFAULT 0, PRIMARY KEY (room_id, user_id)
  );
  CREATE TABLE messages (
    id TEXT PRIMARY KEY, room_id TEXT REFERENCES rooms (id) ON DELETE CASCADE, sender_id TEXT, seq BIGINT NOT NULL,
    content TEXT NOT NULL, type VARCHAR(20) DEFAULT 'text', reply_to TEXT REFERENCES messages (id),
    created_at TIMESTAMPTZ DEFAULT now(), edited_at TIMESTAMPTZ, deleted BOOLEAN DEFAULT false, UNIQUE (room_id, seq)
  );
  CREATE INDEX idx_messages_room_seq ON messages (room_id, seq DESC);
  CREATE SEQUENCE room_seq;`

/**
 * The numbers come from a database sequence, one of the two ways that the reference document names: it takes no lock,
 * so that the ten connections commit side by side and share an fsync. A counter in the room's row would be slower.
 */
export async function literalPostgres(
  url: string,
  roomId: string,
  userIds: readonly string[],
): Promise<LiteralDatabase> {
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(TABLES)
  await pool.query('INSERT INTO rooms (id, name) VALUES ($1, $2)', [roomId, 'Bench'])
  await pool.query('INSERT INTO room_members (room_id, user_id) SELECT $1, unnest($2::text[])', [roomId, userIds])
  return {
    async checkMembership(room, userId) {
      const text = 'SELECT 1 FROM room_members WHERE room_id = $1 AND user_id = $2'
      const { rowCount } = await pool.query({ name: 'member', text, values: [room, userId] })
      return rowCount === 1
    },
    async saveMessage({ id, roomId, senderId, content, type, replyTo, createdAt }) {
      const text = `INSERT INTO messages (id, room_id, sender_id, seq, content, type, reply_to, created_at)
        VALUES ($1, $2, $3, nextval('room_seq'), $4, $5, $6, $7) RETURNING seq`
      const values = [id, roomId, senderId, content, type, replyTo, createdAt]
      const { rows } = await pool.query<{ seq: string }>({ name: 'insert', text, values })
      return Number(rows[0]?.seq)
    },
  }
}
