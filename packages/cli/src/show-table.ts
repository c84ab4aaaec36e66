import { coloursOf } from './colours'
import { type Io, write } from './io'
import { formatTable } from './table'

/**
 * Prints a table with its head. In a terminal an empty one says so, by `none`, on standard error; in a pipe nothing is
 * printed, so that its lines can be counted.
 */
export async function showTable(
  io: Io,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): Promise<void> {
  if (rows.length > 0) await write(io.stdout, formatTable([head, ...rows], coloursOf(io)))
  else await tellTerminal(io, none)
}

/** For a person who looks on, and no program: one line on standard error. */
export async function tellTerminal(io: Io, text: string): Promise<void> {
  if (io.stdout.isTTY && io.stderr.isTTY) await write(io.stderr, `${text}\n`)
}
