/** Rows of the first step. The longest ones, 8,000 characters each, fit into any reply. */
const FIRST_ROWS = 20
/** Rows of any other step. */
const STEP_ROWS = 100

/**
 * Rows to read next for a page that may hold `characters`, and has `rows` of `size` characters in all: about as many as
 * still fit, and no more than are read already. A page of the longest messages holds 30; reading all of its 500 places
 * at once would keep the event loop for longer than writing the reply.
 */
export function rowsToRead(rows: number, size: number, characters: number): number {
  if (rows === 0 || size === 0) return FIRST_ROWS
  const fitting = Math.ceil(((characters - size) * rows) / size)
  return Math.max(1, Math.min(STEP_ROWS, rows, fitting))
}
