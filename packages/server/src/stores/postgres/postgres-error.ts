import { DatabaseError } from 'pg'
import { StoreError, type StoreErrorCode } from '../port'

const DISK_FULL = '53100'
/** Serialization failure, deadlock: the transaction was rolled back and can be retried. */
const RETRY = new Set(['40001', '40P01'])
/** Statement or lock timeout, too many connections: the database is up, but overloaded. */
const BUSY = new Set(['57014', '55P03', '53300'])

/**
 * The rows are always refused for their content: data exceptions, a NULL or a value that the table does not accept, a
 * row or an index entry that is too large. A broken unique constraint (23505) is not among them: valid rows can meet it
 * after a restore or a race, and are accepted later.
 */
const REFUSED = /^(?:22...|23502|23514|54...)$/

/** The error of a connection or a statement, as the port's error: a lost connection is UNAVAILABLE. */
export function toStoreError(error: unknown): StoreError {
  // Postgres quotes the refused row, including a message's text; an error may end up in a log.
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

/** A unique index of the catalog, a schema, a table: another session has created the same since this one looked. */
const CREATED = new Set(['23505', '42P06', '42P07'])

export function isCreatedMeanwhile(error: unknown): boolean {
  const state = error instanceof StoreError ? sqlState(error.cause) : undefined
  return state !== undefined && CREATED.has(state)
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** Tables, indexes and functions that exist already; the message names them. */
const TAKEN = new Set(['42P07', '42723', '42710'])

/** `relation "messages"`, if that was to be made and exists. */
export function tableInTheWay(error: unknown): string | undefined {
  if (!(error instanceof DatabaseError) || !TAKEN.has(error.code ?? '')) return undefined
  return error.message.replace(/ already exists.*$/s, '')
}
