/** One thing to be measured with so many messages held. `run` does `count` of it, starting from the same state each time. */
export type Trial = { readonly run: (count: number) => void }
export type Case = { readonly name: string; readonly count: number; readonly trial: (held: number) => Trial }
export type Result = { readonly name: string; readonly micros: readonly number[] }

/**
 * Microseconds each, the median of many rounds. The sizes take turns within a round, so that whatever else the machine
 * does meets all of them alike: the ratio between sizes is what counts.
 */
export function measure({ name, count, trial }: Case, sizes: readonly number[], rounds: number): Result {
  const trials = sizes.map(trial)
  const samples = sizes.map((): number[] => [])
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++)
    for (const [i, { run }] of trials.entries()) {
      const start = performance.now()
      run(count)
      // The first rounds warm the compiler up.
      if (round >= 0) samples[i]?.push(((performance.now() - start) * 1_000) / count)
    }
  return { name, micros: samples.map(median) }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
