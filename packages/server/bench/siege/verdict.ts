import type { Outcome, Seen } from './siege'

/** In one run the others' p99 may be up to half as much again as without the attacker (P12). */
const WORSE = 1.5
/** Below this a difference comes from the machine, not from the attacker. */
const NOISE_MS = 10
/** No delivery waits longer for the event loop, except for one in a hundred. */
const LAG_P99_MS = 50
/** With a heap of 512 MB (P11). */
const RSS_MB = 900

export const at = (values: readonly number[], part: number): number => {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN
}

/** The promises that do not hold; empty: all do. */
export function brokenPromises({ calm, siege, lost, exit }: Outcome): string[] {
  if (exit !== undefined) return [`P10: ${exit}`]
  const [before, during] = [at(calm.latencies, 0.99), at(siege.latencies, 0.99)]
  const isSlow = !(during <= Math.max(before * WORSE, before + NOISE_MS))
  const isStalled = siege.lagP99Ms > Math.max(LAG_P99_MS, calm.lagP99Ms * WORSE)
  return [
    ...(lost > 0 ? [`P10: ${lost} others lost their line`] : []),
    ...(siege.rssMb > RSS_MB ? [`P11: ${siege.rssMb.toFixed(0)} MB`] : []),
    ...(isSlow ? [`P12: others' p99 ${before.toFixed(0)} → ${during.toFixed(0)} ms`] : []),
    ...(isStalled ? [`P12: event loop lag p99 ${siege.lagP99Ms.toFixed(0)} ms`] : []),
  ]
}

const COLUMNS = [
  '',
  'p50 ms',
  'p99 ms',
  'lag p99',
  'lag max',
  'CPU %',
  'MB',
  'frames/s',
  'answered, refused, closed',
]
const WIDTHS = [34, 14, 20, 12, 12, 12, 6, 16]

export const heading = (): string => line(COLUMNS)

/** `calm → under siege` in each column; the others' p99 with that of the control turns in brackets. */
export function rowOf({ program, calm, control, siege, attack }: Outcome, seconds: number): string {
  const both = (pick: (seen: Seen) => number): string =>
    `${pick(calm).toFixed(0)} → ${pick(siege).toFixed(0)}`
  const { ok = 0, ...refused } = attack.answers
  const codes = Object.entries(refused).map(([code, count]) => `${code} ${count}`)
  return line([
    program,
    both(({ latencies }) => at(latencies, 0.5)),
    `${both(({ latencies }) => at(latencies, 0.99))}${control ? ` (${at(control.latencies, 0.99).toFixed(0)})` : ''}`,
    both(({ lagP99Ms }) => lagP99Ms),
    both(({ lagMaxMs }) => lagMaxMs),
    both(({ cpuMs }) => cpuMs / seconds / 10),
    siege.rssMb.toFixed(0),
    both(({ frames }) => frames / seconds),
    [`ok ${ok}`, ...codes, ...(attack.closed > 0 ? [`closed ${attack.closed}`] : [])].join(', '),
  ])
}

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, i) =>
      WIDTHS[i] === undefined
        ? `  ${cell}`
        : i === 0
          ? cell.padEnd(WIDTHS[0] ?? 0)
          : cell.padStart(WIDTHS[i] ?? 0),
    )
    .join('')
