import type { Clock } from '@roomful/client'
import type { OnBotError } from './bot-error'
import type { Term } from './run'
import { type BotStore, LeaseLostError } from './store/port'
import { eitherEnds, newEnding, sleep } from './timing'

export type Leadership = {
  readonly store: BotStore
  readonly clock: Clock
  readonly report: OnBotError
  /** Of this process. */
  readonly holder: string
  readonly leaseMs: number
  readonly closing: AbortSignal
  /** Ends everything at once, with its reason. */
  readonly ending: AbortSignal
}

/**
 * Runs `lead` while this process has the lease.
 *
 *   waiting ──acquired──▶ leading ──lost, or not renewed in time──▶ waiting
 *   any ──closing──▶ over, and the lease is released
 *
 * One whose lease has run out without its notice (it was asleep) is refused by the store, and what it sends late has the
 * clientId that the new leader's message has.
 */
export async function takeTurns(parts: Leadership, lead: (term: Term) => Promise<void>): Promise<void> {
  const { store, closing, ending, report, holder } = parts
  try {
    while (!closing.aborted) {
      const lease = await acquired(parts)
      if (lease === undefined) return
      const over = newEnding()
      const end = (reason: unknown): void => over.abort(reason)
      const stop = (): void => end(ending.reason)
      if (ending.aborted) stop()
      ending.addEventListener('abort', stop)
      const release = keepLease(parts, over.signal, end)
      try {
        await lead({ lease, closing, signal: over.signal, ends: eitherEnds(closing, over.signal), end })
      } catch (error) {
        if (closing.aborted && !over.signal.aborted) return
        if (!(over.signal.reason instanceof LeaseLostError))
          throw over.signal.aborted ? over.signal.reason : error
      } finally {
        release()
        ending.removeEventListener('abort', stop)
      }
      if (over.signal.reason instanceof LeaseLostError) report(over.signal.reason, { source: 'lease' })
      else if (over.signal.aborted && !closing.aborted) throw over.signal.reason
    }
  } finally {
    await store.release(holder).catch((error) => report(error, { source: 'lease' }))
  }
}

/** Waits for its turn; undefined: the bot is stopped. */
async function acquired({
  store,
  clock,
  report,
  holder,
  leaseMs,
  closing,
  ending,
}: Leadership): Promise<number | undefined> {
  const stopped = eitherEnds(closing, ending)
  while (!stopped.aborted) {
    try {
      const lease = await store.acquire(holder, leaseMs)
      if (lease !== undefined) return lease
    } catch (error) {
      report(error, { source: 'lease' })
    }
    await sleep(clock, leaseMs / 3, stopped).catch(() => {})
  }
  if (ending.aborted) throw ending.reason
  return undefined
}

/** Renews it three times in its time, and ends the term when that runs out. Returns what ends the renewing. */
function keepLease(
  { store, clock, report, holder, leaseMs }: Leadership,
  over: AbortSignal,
  end: (reason: unknown) => void,
): () => void {
  let cancelRenewal = (): void => {}
  let cancelEnd = (): void => {}
  let isReleased = false

  /** A store that does not answer keeps nobody: the lease is over for the others too. */
  const held = (): void => {
    cancelEnd()
    cancelEnd = clock.setTimer(leaseMs, () => end(new LeaseLostError()))
  }
  const renew = async (): Promise<void> => {
    try {
      const lease = await store.acquire(holder, leaseMs)
      if (isReleased || over.aborted) return
      if (lease === undefined) return end(new LeaseLostError())
      held()
    } catch (error) {
      report(error, { source: 'lease' })
    }
    next()
  }
  const next = (): void => {
    if (isReleased || over.aborted) return
    cancelRenewal = clock.setTimer(leaseMs / 3, () => void renew())
  }
  held()
  next()
  return () => {
    isReleased = true
    cancelRenewal()
    cancelEnd()
  }
}
