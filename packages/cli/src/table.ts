import type { Colours } from './colours'
import { visibleLine } from './visible'

/** Aligned columns, two spaces apart; the last one is not padded. Control characters become a mark. `colours`: of a table with a head. */
export function formatTable(rows: readonly (readonly string[])[], colours?: Pick<Colours, 'bold'>): string {
  const shown = rows.map((row) => row.map(visibleLine))
  const widths: number[] = []
  for (const row of shown) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return shown
    .map((row) =>
      row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '),
    )
    .map((line, at) => `${colours && at === 0 ? colours.bold(line) : line}\n`)
    .join('')
}
