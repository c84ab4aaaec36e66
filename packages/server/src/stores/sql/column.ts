/** A row from a driver, not validated yet. */
export type Row = Readonly<Record<string, unknown>>

// The columns are ours, so a wrong type is a bug or a damaged file: it throws instead of spreading. The error has only
// the column's name, never its value, which may be a user's message.

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`column ${column} is not a text`)
  return value
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

export function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new TypeError(`column ${column} is not a safe integer`)
  }
  return value
}

/** SQLite has no booleans: 0 and 1. */
export function flag(row: Row, column: string): boolean {
  const value = row[column]
  if (value === true || value === 1) return true
  if (value === false || value === 0) return false
  throw new TypeError(`column ${column} is not a boolean`)
}

export function oneOf<const T extends string>(row: Row, column: string, words: readonly T[]): T {
  const value = text(row, column)
  const word = words.find((known) => known === value)
  if (word === undefined) throw new TypeError(`column ${column} has an unknown value`)
  return word
}

/** JSON that this server validated and wrote: the one place where it gets its type back. */
export function json<T>(row: Row, column: string): T {
  return JSON.parse(text(row, column)) as T
}
