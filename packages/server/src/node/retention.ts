import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Reader, Span, Store } from '../stores/port'

/** How much of its history a room keeps; with both, a message goes that exceeds either limit. */
export type Retention = { readonly days?: number; readonly messages?: number }

const DAY_MS = 24 * 3_600_000
/** Rows of one transaction: the room's lock is held no longer than for a few large batches. */
const PURGE_STEP = 2_000
const ROOMS_PAGE = 200

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
    const target = await deps.store.read((reader) => floorFor(reader, span, rule, before))
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

async function floorFor(reader: Reader, span: Span, rule: Retention, beforeMs: number): Promise<number> {
  const byCount = rule.messages === undefined ? 1 : span.lastSeq - rule.messages + 1
  const byAge = rule.days === undefined ? 1 : await firstSince(reader, span, beforeMs)
  return Math.max(span.floorSeq, byCount, byAge)
}

/**
 * The first seq sent at or after that time, by binary search: a few look-ups in a room of any length. Times ascend with
 * the seqs, apart from the difference of the nodes' clocks.
 */
async function firstSince(
  reader: Reader,
  { roomId, floorSeq, lastSeq }: Span,
  sinceMs: number,
): Promise<number> {
  let [low, high] = [floorSeq, lastSeq + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const query = {
      roomId,
      fromSeq: middle,
      toSeq: middle,
      includeDeleted: true,
      take: 'oldest',
      limit: 1,
    } as const
    const [row] = await reader.messages(query)
    if (row && Date.parse(row.createdAt) >= sinceMs) high = middle
    else low = middle + 1
  }
  return low
}
