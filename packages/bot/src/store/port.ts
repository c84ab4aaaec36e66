/**
 * `cursors`: how far a room was read, by room id. `sessions`: by session key. `jobs`: what is still to be done at its time,
 * and when repeated jobs ran last. `dead-letters`: what could not be handled, by id.
 */
export type BotTable = 'cursors' | 'sessions' | 'jobs' | 'dead-letters'

/** A value is JSON; undefined deletes the record. */
export type BotWrite = { readonly table: BotTable; readonly key: string; readonly value: unknown }

export type BotRecord = { readonly key: string; readonly value: unknown }

/**
 * What a bot has to remember, and which one of its processes runs. Guarantees: `write` keeps all of its records or none,
 * and resolves when they survive the end of the process; a write of an earlier lease than the last is refused, so that a
 * process that was replaced changes nothing any more. `botStoreContract` in the repository checks one.
 */
export interface BotStore {
  /**
   * Takes or renews the lease for `ttlMs`: the number of the lease, which is a new and higher one for a new holder;
   * undefined while another holder's has not run out.
   */
  acquire(holder: string, ttlMs: number): Promise<number | undefined>
  /** Lets the next one in at once. Nothing, if it is another's. */
  release(holder: string): Promise<void>
  get(table: BotTable, key: string): Promise<unknown>
  /** In order of the keys, after this one. */
  list(table: BotTable, options: { after?: string; limit: number }): Promise<readonly BotRecord[]>
  /** Rejects with LeaseLostError when the lease is not the last one. */
  write(writes: readonly BotWrite[], lease: number): Promise<void>
  /** Keeps the `keep` records of the table that were written last. */
  trim(table: BotTable, keep: number, lease: number): Promise<void>
  close(): Promise<void>
}

/** Another process has the lease now. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  constructor(options?: { cause?: unknown }) {
    super('Another process runs this bot now', options)
  }
}
