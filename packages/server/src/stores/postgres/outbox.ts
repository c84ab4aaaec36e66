import type { OutboxEvent } from '../../core/ops'
import type { Claim, ClaimedStream, Outbox, Queue, Settlement } from '../outbox'
import { integer, type Row, text } from '../sql/column'
import { deadLetterFrom, keptEventFrom, queuesFrom } from '../sql/outbox-rows'
import { type DatabaseClient, together } from './database-client'

// A stream's row is the lock: writers lock it when they add an event, and so does a settlement before it looks whether
// any is left. Claims skip rows that are locked.

const COLUMNS = 'endpoint, stream, id, type, at_ms, body'

/** `ordinality` keeps the order of the events; the streams are locked in one order, so that no two writers deadlock. */
const KEEP = {
  name: 'outbox-keep',
  text: `WITH kept AS (
      INSERT INTO outbox_events (${COLUMNS})
      SELECT ${COLUMNS} FROM ROWS FROM (
        json_to_recordset($1) AS (endpoint text, stream text, id text, type text, at_ms bigint, body text)
      ) WITH ORDINALITY AS fresh (${COLUMNS}, place) ORDER BY place
      RETURNING endpoint, stream
    )
    INSERT INTO outbox_streams AS held (endpoint, stream, waiting, next_at_ms)
    SELECT endpoint, stream, count(*), 0 FROM kept GROUP BY endpoint, stream ORDER BY endpoint, stream
    ON CONFLICT (endpoint, stream) DO UPDATE SET waiting = held.waiting + excluded.waiting`,
}

/** Sends the statements without waiting; none for no events. */
export function keepEvents(
  client: DatabaseClient,
  events: readonly OutboxEvent[],
): readonly Promise<readonly Row[]>[] {
  if (events.length === 0) return []
  const rows = events.map(({ at, ...rest }) => ({ ...rest, at_ms: at }))
  return [client.query(KEEP, JSON.stringify(rows))]
}

const CLAIM = {
  name: 'outbox-claim',
  text: `WITH due AS (
      SELECT stream FROM outbox_streams WHERE endpoint = $1 AND next_at_ms <= $2
      ORDER BY endpoint, next_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox_streams AS held SET next_at_ms = $4, lease = $5 FROM due
    WHERE held.endpoint = $1 AND held.stream = due.stream
    RETURNING held.stream, held.attempts`,
}
const FIRST = {
  name: 'outbox-first',
  text: `SELECT found.* FROM unnest($2::text[]) AS key (stream) CROSS JOIN LATERAL (
      SELECT * FROM outbox_events WHERE endpoint = $1 AND stream BETWEEN key.stream AND key.stream
      ORDER BY endpoint, stream, seq LIMIT $3
    ) AS found`,
}

/** Events that are committed in between may be among them: they are the last of their stream. */
export async function claim(client: DatabaseClient, asked: Claim): Promise<readonly ClaimedStream[]> {
  const { endpoint, nowMs, streams, untilMs, lease } = asked
  const claimed = await client.query(CLAIM, endpoint, nowMs, streams, untilMs, lease)
  if (claimed.length === 0) return []
  const names = claimed.map((row) => text(row, 'stream'))
  const events = (await client.query(FIRST, endpoint, names, asked.events))
    .map(keptEventFrom)
    .sort((a, b) => a.seq - b.seq)
  return claimed.map((row) => {
    const stream = text(row, 'stream')
    return {
      stream,
      attempts: integer(row, 'attempts'),
      events: events.filter((event) => event.stream === stream),
    }
  })
}

const LOCK = {
  name: 'outbox-lock',
  text: 'SELECT 1 FROM outbox_streams WHERE endpoint = $1 AND stream = $2 FOR UPDATE',
}
const REMOVE = {
  name: 'outbox-remove',
  text: `WITH gone AS (
      DELETE FROM outbox_events WHERE endpoint = $1 AND stream = $2 AND seq = ANY (($3::text[])::bigint[])
      RETURNING seq, ${COLUMNS}
    ), buried AS (
      INSERT INTO outbox_dead (seq, ${COLUMNS}, dead_at_ms, reason)
      SELECT gone.seq, ${COLUMNS}, $4, dead.reason
      FROM gone JOIN unnest(($5::text[])::bigint[], $6::text[]) AS dead (seq, reason) ON dead.seq = gone.seq
    )
    UPDATE outbox_streams SET waiting = waiting - (SELECT count(*) FROM gone)
    WHERE endpoint = $1 AND stream = $2`,
}
const END_LEASE = {
  name: 'outbox-end-lease',
  text: `UPDATE outbox_streams SET lease = NULL, attempts = $4, next_at_ms = $5
    WHERE endpoint = $1 AND stream = $2 AND lease = $3`,
}
const END_STREAM = {
  name: 'outbox-end-stream',
  text: 'DELETE FROM outbox_streams WHERE endpoint = $1 AND stream = $2 AND waiting <= 0',
}

/** One round trip. */
export async function settle(client: DatabaseClient, settlement: Settlement): Promise<void> {
  const { endpoint, stream, lease, nowMs, delivered, dead, retry } = settlement
  const deadSeqs = dead.map(({ seq }) => String(seq))
  const gone = [...delivered.map(String), ...deadSeqs]
  const reasons = dead.map(({ reason }) => reason)
  await together(
    client.query('BEGIN'),
    client.query(LOCK, endpoint, stream),
    client.query(REMOVE, endpoint, stream, gone, nowMs, deadSeqs, reasons),
    client.query(END_LEASE, endpoint, stream, lease ?? '', retry?.attempts ?? 0, retry?.atMs ?? nowMs),
    client.query(END_STREAM, endpoint, stream),
    client.query('COMMIT'),
  )
}

const OLDEST = {
  name: 'outbox-oldest',
  text: 'SELECT * FROM outbox_events WHERE endpoint = $1 ORDER BY endpoint, seq LIMIT $2',
}
const DEAD = {
  name: 'outbox-dead',
  text: 'SELECT * FROM outbox_dead WHERE endpoint = $1 AND seq > $2 ORDER BY endpoint, seq LIMIT $3',
}
const again = (name: string, which: string) => ({
  name,
  text: `WITH back AS (
      DELETE FROM outbox_dead USING (
        SELECT seq AS old FROM outbox_dead WHERE endpoint = $1 ${which} LIMIT $3 FOR UPDATE SKIP LOCKED
      ) AS chosen WHERE seq = chosen.old RETURNING seq, ${COLUMNS}
    ), kept AS (
      INSERT INTO outbox_events (seq, ${COLUMNS}) SELECT seq, endpoint, stream, id, type, $2, body FROM back
      RETURNING endpoint, stream
    ), waiting AS (
      INSERT INTO outbox_streams AS held (endpoint, stream, waiting, next_at_ms)
      SELECT endpoint, stream, count(*), 0 FROM kept GROUP BY endpoint, stream ORDER BY endpoint, stream
      ON CONFLICT (endpoint, stream) DO UPDATE SET waiting = held.waiting + excluded.waiting
    )
    SELECT 1 FROM kept`,
})
const REPLAY = again('outbox-replay', 'ORDER BY endpoint, seq')
const REPLAY_IDS = again('outbox-replay-ids', 'AND id = ANY ($4::text[])')

const WAKE = {
  name: 'outbox-wake',
  text: `UPDATE outbox_streams SET attempts = 0, next_at_ms = least(next_at_ms, $2) FROM (
      SELECT stream FROM outbox_streams WHERE endpoint = $1 AND lease IS NULL
      ORDER BY endpoint, stream FOR UPDATE SKIP LOCKED
    ) AS resting
    WHERE outbox_streams.endpoint = $1 AND outbox_streams.stream = resting.stream`,
}
const FORGET_AGED = {
  name: 'outbox-forget-aged',
  text: `DELETE FROM outbox_dead USING (
      SELECT seq AS old FROM outbox_dead WHERE endpoint = $1 AND dead_at_ms < $2
      ORDER BY endpoint, dead_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED
    ) AS chosen WHERE seq = chosen.old RETURNING 1`,
}
const FORGET_BEYOND = {
  name: 'outbox-forget-beyond',
  text: `DELETE FROM outbox_dead USING (
      SELECT seq AS old FROM outbox_dead WHERE endpoint = $1 AND seq <= (
        SELECT seq FROM outbox_dead WHERE endpoint = $1 ORDER BY endpoint DESC, seq DESC LIMIT 1 OFFSET $2
      ) ORDER BY endpoint, seq LIMIT $3 FOR UPDATE SKIP LOCKED
    ) AS chosen WHERE seq = chosen.old RETURNING 1`,
}
const WAITING = {
  name: 'outbox-waiting',
  text: 'SELECT endpoint, sum(waiting)::bigint AS waiting FROM outbox_streams GROUP BY endpoint',
}
const DEAD_COUNT = {
  name: 'outbox-dead-count',
  text: 'SELECT endpoint, count(*) AS dead FROM outbox_dead GROUP BY endpoint',
}
const OLDEST_AT = {
  name: 'outbox-oldest-at',
  text: `SELECT found.* FROM unnest($1::text[]) AS key (endpoint) CROSS JOIN LATERAL (
      SELECT endpoint, at_ms FROM outbox_events WHERE endpoint = key.endpoint ORDER BY endpoint, seq LIMIT 1
    ) AS found`,
}

async function queues(client: DatabaseClient): Promise<readonly Queue[]> {
  const [waiting, dead] = await together(client.query(WAITING), client.query(DEAD_COUNT))
  const oldest = await client.query(
    OLDEST_AT,
    waiting.map((row) => text(row, 'endpoint')),
  )
  return queuesFrom({ waiting, dead, oldest })
}

/** `lend`: a connection for the time of the work. */
export function postgresOutbox(
  lend: <T>(work: (client: DatabaseClient) => Promise<T>) => Promise<T>,
): Outbox {
  return {
    add: (events) =>
      lend(async (client) => {
        await together(...keepEvents(client, events))
      }),
    claim: (asked) => lend((client) => claim(client, asked)),
    settle: (settlement) => lend((client) => settle(client, settlement)),
    oldest: (endpoint, { limit }) =>
      lend(async (client) => (await client.query(OLDEST, endpoint, limit)).map(keptEventFrom)),
    dead: (endpoint, { after = 0, limit }) =>
      lend(async (client) => (await client.query(DEAD, endpoint, after, limit)).map(deadLetterFrom)),
    replay: (endpoint, { nowMs, limit, ids }) =>
      lend(async (client) => {
        const back =
          ids === undefined
            ? client.query(REPLAY, endpoint, nowMs, limit)
            : client.query(REPLAY_IDS, endpoint, nowMs, limit, ids)
        return (await back).length
      }),
    wake: (endpoint, nowMs) =>
      lend(async (client) => {
        await client.query(WAKE, endpoint, nowMs)
      }),
    forgetDead: (endpoint, { beforeMs, keep, limit }) =>
      lend(async (client) => {
        const aged = (await client.query(FORGET_AGED, endpoint, beforeMs, limit)).length
        if (aged >= limit) return aged
        return aged + (await client.query(FORGET_BEYOND, endpoint, keep, limit - aged)).length
      }),
    queues: () => lend(queues),
  }
}
