/** CPU time of one measurement of the machine: long enough for several turns of the scheduler. */
const PROBE_CPU_MS = 50

/** How much longer work takes than on a core without other processes: 1 on an idle machine, 3 if two others compete. */
function slowdown(): number {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  let usedMs = 0
  while (usedMs < PROBE_CPU_MS) {
    const { user, system } = process.cpuUsage(before)
    usedMs = (user + system) / 1_000
  }
  return Math.max(1, (performance.now() - startedAt) / usedMs)
}

export type Stopwatch = {
  /** Milliseconds since the start, or those measured elsewhere, as an idle machine would need them. */
  idleMs(tookMs?: number): number
}

/**
 * Measures a promised time on a machine that may be busy with other things: the time that passed, divided by how much
 * longer everything takes here. The machine is measured before and after, and the busier result counts.
 *
 * @example
 * const watch = stopwatch()
 * await tab.waitForFirstScreen()
 * expect(watch.idleMs()).toBeLessThan(4_000) // P14
 */
export function stopwatch(): Stopwatch {
  const before = slowdown()
  const startedAt = performance.now()
  return {
    idleMs: (tookMs = performance.now() - startedAt) => tookMs / Math.max(before, slowdown()),
  }
}
