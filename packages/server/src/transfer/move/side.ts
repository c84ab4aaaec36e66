import type { MovedTable } from './tables'

/** A value as both databases have it: booleans are 0 and 1, times are texts in ISO 8601 with milliseconds, JSON is its text. */
export type MovedValue = string | number | null
/** In the order of the columns that were asked for. */
export type MovedRow = readonly MovedValue[]

export type Column = { readonly name: string; readonly kind: 'text' | 'number' | 'boolean' | 'time' | 'json' }

/** One of the two databases of a move, held so that no server writes to it meanwhile. */
export interface Side {
  readonly kind: 'sqlite' | 'postgres'
  /** Names of columns, by name; those of the other side where a time has another name here. */
  columns(table: MovedTable): Promise<readonly string[]>
  /** What each column holds; only Postgres knows. */
  kinds?(table: MovedTable): Promise<readonly Column[]>
  count(table: MovedTable): Promise<number>
  /** Up to `limit` rows by their key, after this one. */
  page(
    table: MovedTable,
    columns: readonly Column[],
    after: MovedRow | undefined,
    limit: number,
  ): Promise<readonly MovedRow[]>
  /** The key of the last row. */
  last(table: MovedTable): Promise<MovedRow | undefined>
  /** All of them, or none. */
  insert(table: MovedTable, columns: readonly Column[], rows: readonly MovedRow[]): Promise<void>
  empty(table: MovedTable): Promise<void>
  meta(key: string): Promise<string | undefined>
  /** In one transaction; null removes it. */
  setMeta(values: Readonly<Record<string, string | null>>): Promise<void>
  /** After the rows of a target: what numbers the next event. */
  continueNumbers(): Promise<void>
}

/** A value as a driver gives it. */
export function storedValue(value: unknown): MovedValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  throw new TypeError('a column holds neither a text nor a number')
}

/** The key of a row that was read with these columns. */
export function keyOf(table: MovedTable, columns: readonly Column[], row: MovedRow): MovedRow {
  return table.key.map((name) => row[columns.findIndex((column) => column.name === name)] ?? null)
}

/** Servers are connected to one of the databases. */
export class DatabaseHeldError extends Error {
  override readonly name = 'DatabaseHeldError'
  readonly code = 'DATABASE_IN_USE'
}
