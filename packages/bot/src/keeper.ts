import type { Clock } from '@roomful/client'
import type { OnBotError } from './bot-error'
import type { Term } from './run'
import { type BotRecord, type BotStore, type BotTable, type BotWrite, LeaseLostError } from './store/port'
import { persist } from './timing'

/**
 * The store under one lease. What fails is reported and tried again, ever more rarely, until it succeeds or the term ends: a
 * disk that is full for a moment makes a bot late, not deaf.
 */
export type Keeper = {
  commit(writes: readonly BotWrite[]): Promise<void>
  trim(table: BotTable, keep: number): Promise<void>
  get(table: BotTable, key: string): Promise<unknown>
  /** All records, a page at a time. */
  all(table: BotTable): AsyncGenerator<BotRecord>
}

const PAGE = 500

export function createKeeper(store: BotStore, clock: Clock, report: OnBotError, term: Term): Keeper {
  async function tried<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await persist(
        clock,
        term.signal,
        run,
        (error) => report(error, { source: 'store' }),
        (error) => error instanceof LeaseLostError,
      )
    } catch (error) {
      if (error instanceof LeaseLostError) term.end(error)
      throw error
    }
  }

  return {
    commit: (writes) => tried(() => store.write(writes, term.lease)),
    trim: (table, keep) => tried(() => store.trim(table, keep, term.lease)),
    get: (table, key) => tried(() => store.get(table, key)),
    async *all(table) {
      for (let after = ''; ; ) {
        const page = await tried(() => store.list(table, { after, limit: PAGE }))
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) return
        after = last.key
      }
    },
  }
}
