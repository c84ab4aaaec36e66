import type { DeadLetter, KeptEvent, Queue } from '../outbox'
import { integer, type Row, text } from './column'

export const keptEventFrom = (row: Row): KeptEvent => ({
  seq: integer(row, 'seq'),
  endpoint: text(row, 'endpoint'),
  stream: text(row, 'stream'),
  id: text(row, 'id'),
  type: text(row, 'type'),
  at: integer(row, 'at_ms'),
  body: text(row, 'body'),
})

export const deadLetterFrom = (row: Row): DeadLetter => ({
  ...keptEventFrom(row),
  deadAt: integer(row, 'dead_at_ms'),
  reason: text(row, 'reason'),
})

/** `oldest` has one row for each endpoint that waits. */
export function queuesFrom(rows: {
  waiting: readonly Row[]
  dead: readonly Row[]
  oldest: readonly Row[]
}): readonly Queue[] {
  const by = (found: readonly Row[], column: string): ReadonlyMap<string, number> =>
    new Map(found.map((row) => [text(row, 'endpoint'), integer(row, column)]))
  const [waiting, dead, oldest] = [
    by(rows.waiting, 'waiting'),
    by(rows.dead, 'dead'),
    by(rows.oldest, 'at_ms'),
  ]
  return [...new Set([...waiting.keys(), ...dead.keys()])].sort().map((endpoint) => ({
    endpoint,
    waiting: waiting.get(endpoint) ?? 0,
    dead: dead.get(endpoint) ?? 0,
    oldestAt: oldest.get(endpoint),
  }))
}
