import { StoreError } from '@roomful/server/engine'
import type { WorldContext } from './context'
import type { Random } from './random'

/** Calls to something outside the node's process: they are slow, refused, or their answers are lost. */
export type FaultyCalls = {
  /** Throws while it cannot be reached. */
  check(): void
  read<T>(run: () => Promise<T>): Promise<T>
  /**
   * One writing call: before it, at its place in the order of all, and after it. `waitsForLock`: others may be first.
   */
  write<T>(run: () => Promise<T>, waitsForLock?: boolean): Promise<T>
}

/**
 * As one node makes them. `isUp`: whether that node still lives; what it requested before it died may still be done.
 * `isAway`: whether the callee is down, or has been replaced by now.
 */
export function faultyCalls(
  context: WorldContext,
  random: Random,
  { isAway, isUp }: { isAway: () => boolean; isUp: () => boolean },
): FaultyCalls {
  const pause = (
    chance = context.rates.storeSlow,
    most = context.rates.storeSlowMs,
  ): Promise<void> | undefined => {
    if (!random.chance(chance)) return undefined
    const ms = Math.ceil(random.next() * most)
    return new Promise((resolve) => void context.time.schedule(ms, 'database', resolve))
  }
  const check = (): void => {
    if (isAway() || !isUp()) throw new StoreError('UNAVAILABLE', 'no connection')
  }
  return {
    check,
    async read(run) {
      check()
      const before = pause()
      if (before) await before
      check()
      const found = await run()
      const after = pause()
      if (after) await after
      check()
      return found
    },
    async write(run, waitsForLock = false) {
      const lock = waitsForLock ? pause(context.rates.lockWait, context.rates.lockWaitMs) : undefined
      check()
      if (lock) {
        await lock
        // The node reads and checks the rules once it has the lock: a dead node does nothing more.
        if (!isUp()) throw new StoreError('UNAVAILABLE', 'no connection')
      }
      const before = pause()
      if (before) await before
      if (isAway()) throw new StoreError('UNAVAILABLE', 'the connection was lost')
      if (random.chance(context.rates.storeRefuse)) throw new StoreError('UNAVAILABLE', 'refused')
      const result = await run()
      const after = pause()
      if (after) await after
      if (random.chance(context.rates.storeLoseAnswer))
        throw new StoreError('UNAVAILABLE', 'the answer was lost')
      check()
      return result
    },
  }
}
