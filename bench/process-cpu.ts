import { readdirSync, readFileSync } from 'node:fs'

/** A tick of `/proc/PID/stat`: Linux has 100 a second for all programs, whatever its own clock. */
const TICK_MICROS = 10_000

type Stat = { readonly parent: number; readonly micros: number }

/** CPU time of a process and all below it, in microseconds. Linux only. */
export function treeCpuMicros(root: number): number {
  const all = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined
    if (stat !== undefined) all.set(Number(name), stat)
  }
  const below = (pid: number): number =>
    [...all].reduce((sum, [child, { parent }]) => (parent === pid ? sum + below(child) : sum), 0) +
    (all.get(pid)?.micros ?? 0)
  return below(root)
}

/** Of proc(5): the fields after the name, which may hold any character. */
function statOf(pid: string): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), micros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
