import { DatabaseError } from 'pg'
import { StoreError, type StoreErrorCode } from '../port'

const DISK_FULL = '53100'
/** Serialization failure, deadlock: the transaction was rolled back and may simply be done again. */
const RETRY = new Set(['40001', '40P01'])
/** Statement or lock timeout, too many connections: it is there, but does not keep up. */
const BUSY = new Set(['57014', '55P03', '53300'])

/** What a connection or a statement threw, as the port's error: a lost connection is UNAVAILABLE. */
export function toStoreError(error: unknown): StoreError {
  // Postgres quotes the row that it refused, a message's text included; an error may end up in a log.
  if (error instanceof DatabaseError) {
    error.detail = undefined
    error.where = undefined
  }
  const state = sqlState(error)
  const code: StoreErrorCode =
    state === DISK_FULL ? 'STORAGE_FULL' : state && BUSY.has(state) ? 'OVERLOADED' : 'UNAVAILABLE'
  return new StoreError(code, `Postgres: ${state ?? 'no connection'}`, { cause: error })
}

export function isRetryable(error: unknown): boolean {
  const state = error instanceof StoreError ? sqlState(error.cause) : undefined
  return state !== undefined && RETRY.has(state)
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}
