import type { Log } from '../ports/log'
import type { KeptEvent, Outbox, Queue } from '../stores/outbox'
import { DAY_MS } from './back-off'
import { GIVE_UP_MS } from './deliverer'

/** Events that may wait for one endpoint: a day of a busy server, some hundred megabytes. */
const WAITING_MAX = 100_000
/** The same for endpoints that no server delivers to any more. */
const WAITING_MS = GIVE_UP_MS + DAY_MS
/** Dead letters of one endpoint. */
const DEAD_MAX = 10_000
const DEAD_MS = 30 * DAY_MS
/** Of one transaction. */
const STEP = 500

export type OutboxLimits = { readonly waiting: number; readonly dead: number }
const LIMITS: OutboxLimits = { waiting: WAITING_MAX, dead: DEAD_MAX }

/**
 * Bounds what is kept: of each endpoint the events that are too many or too old become dead letters, the oldest first,
 * and dead letters that are too many or too old are dropped. Returns what is left.
 */
export async function boundOutbox(
  { outbox, log }: { outbox: Outbox; log: Log },
  nowMs: number,
  isStopped = (): boolean => false,
  limits = LIMITS,
): Promise<readonly Queue[]> {
  for (const { endpoint } of await outbox.queues()) {
    let buried = 0
    while (!isStopped()) {
      const oldest = await outbox.oldest(endpoint, { limit: STEP })
      // Counted in each step: other servers do the same.
      const queue = (await outbox.queues()).find((one) => one.endpoint === endpoint)
      const excess = (queue?.waiting ?? 0) - limits.waiting
      const over = oldest.filter(({ at }, index) => index < excess || at < nowMs - WAITING_MS)
      if (over.length === 0) break
      await bury(outbox, over, nowMs)
      buried += over.length
    }
    if (buried > 0)
      log.error({ endpoint, events: buried }, 'webhooks became dead letters: too many wait, or for too long')
    const forget = { beforeMs: nowMs - DEAD_MS, keep: limits.dead, limit: STEP }
    let dropped = 0
    for (let step = 1; step > 0 && !isStopped(); dropped += step)
      step = await outbox.forgetDead(endpoint, forget)
    if (dropped > 0) log.error({ endpoint, events: dropped }, 'dead letters were dropped')
  }
  return outbox.queues()
}

/** A stream at a time, as they are leased. */
async function bury(outbox: Outbox, events: readonly KeptEvent[], nowMs: number): Promise<void> {
  const streams = new Map<string, KeptEvent[]>()
  for (const event of events) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event])
  for (const [stream, held] of streams) {
    const dead = held.map(({ seq }) => ({ seq, reason: 'it waited too long, or too many wait' }))
    await outbox.settle({ endpoint: held[0]?.endpoint ?? '', stream, nowMs, delivered: [], dead })
  }
}
