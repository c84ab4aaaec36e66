import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Span, Store } from '../stores/port'

/** How much of its history a room keeps; with both, a message goes that exceeds either limit. */
export type Retention = { readonly days?: number; readonly messages?: number }

const DAY_MS = 24 * 3_600_000
/** Rows of one transaction: the room's lock is held no longer than for a few large batches. */
const PURGE_STEP = 2_000
const ROOMS_PAGE = 200
/** Messages that are looked at at once. */
const ROWS_PAGE = 500

type Deps = { readonly store: Pick<Store, 'read' | 'purge'>; readonly clock: Clock; readonly log: Log }

/** Purges every room to its retention. Several nodes may do so at once: a floor only rises. Returns the count. */
export async function applyRetention(
  deps: Deps,
  rule: Retention,
  isStopped = (): boolean => false,
): Promise<number> {
  const before = deps.clock.now() - (rule.days ?? 0) * DAY_MS
  let purged = 0
  for await (const span of spansOf(deps.store)) {
    if (isStopped()) break
    const target = await floorFor(deps.store, span, rule, before)
    for (let floor = span.floorSeq; floor < target && !isStopped(); floor += PURGE_STEP)
      await deps.store.purge(span.roomId, Math.min(floor + PURGE_STEP, target))
    purged += Math.max(0, target - span.floorSeq)
  }
  if (purged > 0) deps.log.info({ messages: purged }, 'messages were purged')
  return purged
}

async function* spansOf(store: Pick<Store, 'read'>): AsyncGenerator<Span> {
  let after: Span['roomId'] | undefined
  for (;;) {
    const query = { limit: ROOMS_PAGE, ...(after === undefined ? {} : { after }) }
    const page = await store.read((reader) => reader.spans(query))
    yield* page
    after = page.at(-1)?.roomId
    if (page.length < ROOMS_PAGE || after === undefined) return
  }
}

async function floorFor(
  store: Deps['store'],
  span: Span,
  rule: Retention,
  beforeMs: number,
): Promise<number> {
  const byCount = rule.messages === undefined ? 1 : span.lastSeq - rule.messages + 1
  const byAge = rule.days === undefined ? 1 : await firstSince(store, span, beforeMs)
  return Math.max(span.floorSeq, byCount, byAge)
}

/**
 * The first seq sent at or after that time. In order, not by halving: an import puts older messages behind younger ones,
 * and what is purged is gone for good. It reads what is purged, and one row where nothing is due.
 */
async function firstSince(
  store: Deps['store'],
  { roomId, floorSeq, lastSeq }: Span,
  sinceMs: number,
): Promise<number> {
  for (let [from, limit] = [floorSeq, 1]; from <= lastSeq; limit = ROWS_PAGE) {
    const query = { roomId, fromSeq: from, includeDeleted: true, take: 'oldest', limit } as const
    // One snapshot a page: a long room would hold one for as long.
    const rows = await store.read((reader) => reader.messages(query))
    const young = rows.find(({ createdAt }) => Date.parse(createdAt) >= sinceMs)
    if (young) return young.seq
    from = (rows.at(-1)?.seq ?? lastSeq) + 1
  }
  return lastSeq + 1
}
