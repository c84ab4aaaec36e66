import { Pool, type PoolClient } from 'pg'
import type { LiteralDatabase, LiteralMessage } from './literal'

const TABLES = `
  CREATE TABLE rooms (
    id TEXT PRIMARY KEY, name VARCHAR(100) NOT NULL, type VARCHAR(20) NOT NULL DEFAULT 'public', created_by TEXT,
    created_at TIMESTAMPTZ DEFAULT now(), metadata JSONB DEFAULT '{}', last_seq BIGINT NOT NULL DEFAULT 0
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

const MEMBER = { name: 'member', text: 'SELECT 1 FROM room_members WHERE room_id = $1 AND user_id = $2' }
const NEXT = {
  name: 'next',
  text: 'UPDATE rooms SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq',
}
const COLUMNS = 'INSERT INTO messages (id, room_id, sender_id, content, type, reply_to, created_at, seq)'
const INSERT = { name: 'insert', text: `${COLUMNS} VALUES ($1, $2, $3, $4, $5, $6, $7, $8)` }
const INSERT_BY_SEQUENCE = {
  name: 'insert-by-sequence',
  text: `${COLUMNS} VALUES ($1, $2, $3, $4, $5, $6, $7, nextval('room_seq')) RETURNING seq`,
}

/**
 * Sequence numbers of a room, gap-free: its counter is a row, counted up in the transaction that writes the message.
 * `unordered`: from a database sequence, which takes no lock, so that ten connections share an fsync, and which keeps
 * none of the promises of order; for comparison.
 */
export async function literalPostgres(
  url: string,
  roomId: string,
  userIds: readonly string[],
  unordered: boolean,
): Promise<LiteralDatabase> {
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(TABLES)
  await pool.query('INSERT INTO rooms (id, name) VALUES ($1, $2)', [roomId, 'Bench'])
  await pool.query('INSERT INTO room_members (room_id, user_id) SELECT $1, unnest($2::text[])', [
    roomId,
    userIds,
  ])
  return {
    async checkMembership(room, userId) {
      const { rowCount } = await pool.query({ ...MEMBER, values: [room, userId] })
      return rowCount === 1
    },
    async saveMessage(message) {
      if (!unordered) return inTransaction(pool, (client) => save(client, message))
      const { rows } = await pool.query<{ seq: string }>({ ...INSERT_BY_SEQUENCE, values: valuesOf(message) })
      return Number(rows[0]?.seq)
    },
  }
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } finally {
    client.release()
  }
}

async function save(client: PoolClient, message: LiteralMessage): Promise<number> {
  const { rows } = await client.query<{ last_seq: string }>({ ...NEXT, values: [message.roomId] })
  const seq = Number(rows[0]?.last_seq)
  await client.query({ ...INSERT, values: [...valuesOf(message), seq] })
  return seq
}

const valuesOf = ({ id, roomId, senderId, content, type, replyTo, createdAt }: LiteralMessage): unknown[] => [
  id,
  roomId,
  senderId,
  content,
  type,
  replyTo,
  createdAt,
]
