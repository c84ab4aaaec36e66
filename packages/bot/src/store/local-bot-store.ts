import {
  type LocalPath,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
  memoryStore,
} from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { type BotStore, type BotTable, LeaseLostError } from './port'

/** A record as it is stored: its number in the order of writing, and its value. */
type Stored = readonly [order: number, value: unknown]

const at = (table: BotTable, key: string): LocalPath => ['chunks', table, key]
const LEASES: LocalPath = ['meta', 'leases']

/**
 * A bot's store on any store of the client. One process at a time has it open, which is its lease: where the store locks
 * (`fileStore`) another process is refused until that one has ended, however it did.
 */
export function localBotStore(store: LocalStore, name = 'bot', now: () => number = Date.now): BotStore {
  let space: LocalSpace | undefined
  let held: { readonly holder: string; readonly until: number; readonly number: number } | undefined
  let order = 0

  async function open(): Promise<LocalSpace | undefined> {
    try {
      return await store.open([name])
    } catch (error) {
      if (error instanceof LocalStoreError && error.reason === 'blocked') return undefined
      throw error
    }
  }

  const opened = async (): Promise<LocalSpace> => {
    space ??= await open()
    if (space === undefined) throw new LeaseLostError()
    return space
  }

  async function records(table: BotTable, key?: string): Promise<(readonly [key: string, stored: Stored])[]> {
    const found = await (await opened()).load([key === undefined ? ['chunks', table] : at(table, key)])
    return found.flatMap(([path, value]) => (isStored(value) ? [[String(path[2]), value] as const] : []))
  }

  async function save(batch: Parameters<LocalSpace['save']>[0]): Promise<void> {
    try {
      await (await opened()).save(batch)
    } catch (error) {
      if (!(error instanceof LocalStoreError) || error.reason !== 'lost') throw error
      await leave()
      throw new LeaseLostError({ cause: error })
    }
  }

  async function leave(): Promise<void> {
    const left = space
    space = undefined
    held = undefined
    await left?.close().catch(() => {})
  }

  const check = (lease: number): void => {
    if (held?.number !== lease) throw new LeaseLostError()
  }

  return {
    async acquire(holder, ttlMs) {
      if (held && held.holder !== holder && held.until > now()) return undefined
      if (held?.holder === holder) {
        held = { ...held, until: now() + ttlMs }
        return held.number
      }
      space ??= await open()
      if (space === undefined) return undefined
      const [last] = await space.load([LEASES])
      const number = (typeof last?.[1] === 'number' ? last[1] : 0) + 1
      await save({ put: [[LEASES, number]] })
      const tables: BotTable[] = ['cursors', 'sessions', 'jobs', 'dead-letters']
      for (const table of tables) for (const [, [one]] of await records(table)) order = Math.max(order, one)
      held = { holder, until: now() + ttlMs, number }
      return number
    },
    async release(holder) {
      if (held?.holder === holder) await leave()
    },
    async get(table, key) {
      const [found] = await records(table, key)
      return found?.[1][1]
    },
    async list(table, { after = '', limit }) {
      const found = (await records(table)).filter(([key]) => key > after)
      return found
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, [, value]]) => ({ key, value }))
    },
    async write(writes, lease) {
      check(lease)
      const put = writes.filter(({ value }) => value !== undefined)
      await save({
        remove: writes.filter(({ value }) => value === undefined).map(({ table, key }) => at(table, key)),
        put: put.map(({ table, key, value }) => [at(table, key), [++order, value]]),
      })
    },
    async trim(table, keep, lease) {
      check(lease)
      const found = (await records(table)).sort(([, [a]], [, [b]]) => b - a)
      const remove = found.slice(keep).map(([key]) => at(table, key))
      if (remove.length > 0) await save({ remove })
    },
    close: leave,
  }
}

const isStored = (value: unknown): value is Stored =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number'

/** Forgets everything when the process ends: for tests, and for bots that only need messages sent while they run. */
export const memoryBotStore = (): BotStore => localBotStore(memoryStore())

/**
 * A folder, which is created if it is missing. What a bot has written survives kill -9. One process at a time uses it: a
 * second one waits until the first has ended, and then continues in its place.
 *
 * @example
 * createBot({ url, auth: token, store: fileBotStore('./data/bot') })
 */
export const fileBotStore = (folder: string): BotStore => localBotStore(fileStore(folder))
