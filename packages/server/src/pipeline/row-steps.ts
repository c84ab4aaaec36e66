/** Rows of the first step. Of the longest ones, up to 32 KB each, they take some 2 ms. */
const FIRST_ROWS = 8
/** Of any other step: a millisecond or two of reading and decoding. */
const STEP_ROWS = 100
const STEP_BYTES = 50_000

/**
 * Rows to read next for a page that may hold `bytes`, and has `rows` of `size` bytes in all: about as many as still fit,
 * no more than are read already, and no more than a few milliseconds take. A page of the longest messages holds 30;
 * reading all of its 500 places at once would keep the event loop for longer than writing the reply.
 */
export function rowsToRead(rows: number, size: number, bytes: number): number {
  if (rows === 0 || size === 0) return FIRST_ROWS
  const fitting = Math.ceil((Math.min(bytes - size, STEP_BYTES) * rows) / size)
  return Math.max(1, Math.min(STEP_ROWS, rows, fitting))
}
