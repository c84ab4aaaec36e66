import { DatabaseError } from 'pg'
import { StoreError, type StoreErrorCode } from '../port'

const DISK_FULL = '53100'
/** Serialization failure, deadlock: the transaction was rolled back and may simply be done again. */
const RETRY = new Set(['40001', '40P01'])
/** Statement or lock timeout, too many connections: it is there, but does not keep up. */
const BUSY = new Set(['57014', '55P03', '53300'])

/**
 * The rows are refused for what is in them, whenever they come: data exceptions, a NULL or a value that the table does
 * not take, a row or an index entry that is too large. A broken unique constraint (23505) is none of them: rows that are
 * right can meet it after a restore or a race, and are taken later.
 */
const REFUSED = /^(?:22...|23502|23514|54...)$/

/** What a connection or a statement threw, as the port's error: a lost connection is UNAVAILABLE. */
export function toStoreError(error: unknown): StoreError {
  // Postgres quotes the row that it refused, a message's text included; an error may end up in a log.
  if (error instanceof DatabaseError) {
    error.detail = undefined
    error.where = undefined
  }
  const state = sqlState(error)
  return new StoreError(codeOf(state), `Postgres: ${state ?? 'no connection'}`, { cause: error })
}

function codeOf(state: string | undefined): StoreErrorCode {
  if (state === undefined) return 'UNAVAILABLE'
  if (state === DISK_FULL) return 'STORAGE_FULL'
  if (BUSY.has(state)) return 'OVERLOADED'
  return REFUSED.test(state) ? 'INVALID_PAYLOAD' : 'UNAVAILABLE'
}

export function isRetryable(error: unknown): boolean {
  const state = error instanceof StoreError ? sqlState(error.cause) : undefined
  return state !== undefined && RETRY.has(state)
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** Tables, indexes and functions that are there already; its message names which. */
const TAKEN = new Set(['42P07', '42723', '42710'])

/** `relation "messages"`, where that was to be made and is there. */
export function tableInTheWay(error: unknown): string | undefined {
  if (!(error instanceof DatabaseError) || !TAKEN.has(error.code ?? '')) return undefined
  return error.message.replace(/ already exists.*$/s, '')
}
