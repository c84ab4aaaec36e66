import type { OutboxEvent } from '../../core/ops'
import type { Claim, ClaimedStream, Outbox, Queue, Settlement } from '../outbox'
import { integer, type Row, text } from '../sql/column'
import { deadLetterFrom, keptEventFrom, queuesFrom } from '../sql/outbox-rows'
import type { Connection } from './connection'

const KEEP_EVENT =
  'INSERT INTO outbox_events (endpoint, stream, id, type, at_ms, body) VALUES (?, ?, ?, ?, ?, ?)'
const KEEP_STREAM = `
  INSERT INTO outbox_streams (endpoint, stream, waiting, next_at_ms) VALUES (?, ?, 1, 0)
  ON CONFLICT (endpoint, stream) DO UPDATE SET waiting = waiting + 1`

/** In a transaction of the writer. */
export function keepEvents(db: Connection, events: readonly OutboxEvent[]): void {
  for (const { endpoint, stream, id, type, at, body } of events) {
    db.run(KEEP_EVENT, endpoint, stream, id, type, at, body)
    db.run(KEEP_STREAM, endpoint, stream)
  }
}

const DUE = `
  SELECT stream, attempts FROM outbox_streams WHERE endpoint = ? AND next_at_ms <= ? ORDER BY next_at_ms LIMIT ?`
const LEASE = 'UPDATE outbox_streams SET next_at_ms = ?, lease = ? WHERE endpoint = ? AND stream = ?'
const FIRST = 'SELECT * FROM outbox_events WHERE endpoint = ? AND stream = ? ORDER BY seq LIMIT ?'

export function claim(db: Connection, asked: Claim): readonly ClaimedStream[] {
  const { endpoint, nowMs, lease, untilMs } = asked
  return db.all(DUE, endpoint, nowMs, asked.streams).map((row) => {
    const stream = text(row, 'stream')
    db.run(LEASE, untilMs, lease, endpoint, stream)
    const events = db.all(FIRST, endpoint, stream, asked.events).map(keptEventFrom)
    return { stream, attempts: integer(row, 'attempts'), events }
  })
}

const BURY = `
  INSERT INTO outbox_dead (seq, endpoint, stream, id, type, at_ms, body, dead_at_ms, reason)
  SELECT seq, endpoint, stream, id, type, at_ms, body, ?, ? FROM outbox_events
  WHERE endpoint = ? AND stream = ? AND seq = ?`
const REMOVE = `
  DELETE FROM outbox_events
  WHERE endpoint = ? AND stream = ? AND seq IN (SELECT value FROM json_each(?)) RETURNING 1`
const COUNT_DOWN = `
  UPDATE outbox_streams SET waiting = waiting - ? WHERE endpoint = ? AND stream = ? RETURNING waiting`
const END_STREAM = 'DELETE FROM outbox_streams WHERE endpoint = ? AND stream = ?'
const END_LEASE = `
  UPDATE outbox_streams SET lease = NULL, attempts = ?, next_at_ms = ?
  WHERE endpoint = ? AND stream = ? AND lease = ?`

export function settle(db: Connection, settlement: Settlement): void {
  const { endpoint, stream, lease, nowMs, delivered, dead, retry } = settlement
  for (const { seq, reason } of dead) db.run(BURY, nowMs, reason, endpoint, stream, seq)
  const gone = JSON.stringify([...delivered, ...dead.map(({ seq }) => seq)])
  const removed = db.all(REMOVE, endpoint, stream, gone).length
  const left = db.get(COUNT_DOWN, removed, endpoint, stream)
  if (!left) return
  if (integer(left, 'waiting') <= 0) db.run(END_STREAM, endpoint, stream)
  else if (lease !== undefined)
    db.run(END_LEASE, retry?.attempts ?? 0, retry?.atMs ?? nowMs, endpoint, stream, lease)
}

const OLDEST = 'SELECT * FROM outbox_events WHERE endpoint = ? ORDER BY seq LIMIT ?'
const DEAD = 'SELECT * FROM outbox_dead WHERE endpoint = ? AND seq > ? ORDER BY seq LIMIT ?'
const DEAD_WITH_ID = `
  SELECT * FROM outbox_dead WHERE endpoint = ? AND id IN (SELECT value FROM json_each(?)) LIMIT ?`
const FORGET_ONE = 'DELETE FROM outbox_dead WHERE seq = ?'
const KEEP_AGAIN =
  'INSERT INTO outbox_events (seq, endpoint, stream, id, type, at_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)'

export function replay(
  db: Connection,
  endpoint: string,
  { nowMs, limit, ids }: Parameters<Outbox['replay']>[1],
): number {
  const letters =
    ids === undefined
      ? db.all(DEAD, endpoint, 0, limit)
      : db.all(DEAD_WITH_ID, endpoint, JSON.stringify(ids), limit)
  for (const { seq, stream, id, type, body } of letters.map(deadLetterFrom)) {
    db.run(FORGET_ONE, seq)
    db.run(KEEP_AGAIN, seq, endpoint, stream, id, type, nowMs, body)
    db.run(KEEP_STREAM, endpoint, stream)
  }
  return letters.length
}

const WAKE = `
  UPDATE outbox_streams SET attempts = 0, next_at_ms = min(next_at_ms, ?) WHERE endpoint = ? AND lease IS NULL`
const FORGET_AGED = `
  DELETE FROM outbox_dead WHERE seq IN
    (SELECT seq FROM outbox_dead WHERE endpoint = ? AND dead_at_ms < ? ORDER BY dead_at_ms LIMIT ?) RETURNING 1`
/** The newest one that is not kept: it and all before it go. */
const FIRST_BEYOND = 'SELECT seq FROM outbox_dead WHERE endpoint = ? ORDER BY seq DESC LIMIT 1 OFFSET ?'
const FORGET_BEYOND = `
  DELETE FROM outbox_dead WHERE seq IN
    (SELECT seq FROM outbox_dead WHERE endpoint = ? AND seq <= ? ORDER BY seq LIMIT ?) RETURNING 1`

export function forgetDead(
  db: Connection,
  endpoint: string,
  { beforeMs, keep, limit }: Parameters<Outbox['forgetDead']>[1],
): number {
  const aged = db.all(FORGET_AGED, endpoint, beforeMs, limit).length
  const beyond = aged < limit ? db.get(FIRST_BEYOND, endpoint, keep) : undefined
  return beyond ? aged + db.all(FORGET_BEYOND, endpoint, integer(beyond, 'seq'), limit - aged).length : aged
}

const WAITING = 'SELECT endpoint, sum(waiting) AS waiting FROM outbox_streams GROUP BY endpoint'
const DEAD_COUNT = 'SELECT endpoint, count(*) AS dead FROM outbox_dead GROUP BY endpoint'
const OLDEST_AT = 'SELECT endpoint, at_ms FROM outbox_events WHERE endpoint = ? ORDER BY seq LIMIT 1'

export function queues(db: Connection): readonly Queue[] {
  const waiting = db.all(WAITING)
  const oldest = waiting.flatMap((row): readonly Row[] => db.all(OLDEST_AT, text(row, 'endpoint')))
  return queuesFrom({ waiting, dead: db.all(DEAD_COUNT), oldest })
}

export type OutboxConnections = {
  readonly write: <T>(work: (db: Connection) => T) => Promise<T>
  readonly read: <T>(work: (db: Connection) => T) => Promise<T>
}

export function sqliteOutbox({ write, read }: OutboxConnections): Outbox {
  return {
    add: (events) => write((db) => keepEvents(db, events)),
    claim: (asked) => write((db) => claim(db, asked)),
    settle: (settlement) => write((db) => settle(db, settlement)),
    oldest: (endpoint, { limit }) => read((db) => db.all(OLDEST, endpoint, limit).map(keptEventFrom)),
    dead: (endpoint, { after = 0, limit }) =>
      read((db) => db.all(DEAD, endpoint, after, limit).map(deadLetterFrom)),
    replay: (endpoint, query) => write((db) => replay(db, endpoint, query)),
    wake: (endpoint, nowMs) => write((db) => db.run(WAKE, nowMs, endpoint)),
    forgetDead: (endpoint, query) => write((db) => forgetDead(db, endpoint, query)),
    queues: () => read(queues),
  }
}
