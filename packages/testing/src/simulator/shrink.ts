import { DISASTERS, FAULT_RATES } from './profile'
import { runSeed, type SeedResult, type Without } from './run-seed'

/** Runs that a search may cost: some seconds. */
const TRIES_MAX = 400
const LAST_LINES = 40

export type Shrunk = {
  readonly seed: number
  readonly violations: readonly string[]
  /** Kinds of faults that the failure needs. */
  readonly kinds: readonly string[]
  /** Steps that it needs: when, and what. */
  readonly steps: readonly string[]
  readonly tries: number
  readonly lines: readonly string[]
}

/** Finds a short schedule that fails in the same way: first without kinds of faults, then without ever smaller groups of steps. */
export function shrink(seed: number): Shrunk {
  const whole = runSeed(seed)
  const wanted = kindOf(whole)
  let without: Without = { kinds: new Set(), steps: new Set() }
  let tries = 0
  const stillFails = (candidate: Without): boolean => {
    if (tries >= TRIES_MAX) return false
    tries++
    return kindOf(runSeed(seed, { without: candidate })) === wanted
  }
  for (const kind of [...FAULT_RATES, ...DISASTERS]) {
    const candidate = { ...without, kinds: new Set([...without.kinds, kind]) }
    if (stillFails(candidate)) without = candidate
  }
  const all = whole.steps.map(({ no }) => no)
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let i = 0; i < all.length; i += size) {
      const group = all.slice(i, i + size).filter((no) => !without.steps.has(no))
      const candidate = { ...without, steps: new Set([...without.steps, ...group]) }
      if (group.length > 0 && stillFails(candidate)) without = candidate
    }
  }
  const last = runSeed(seed, { without, trace: true, traceLines: LAST_LINES })
  return {
    seed,
    violations: last.violations,
    kinds: [...FAULT_RATES, ...DISASTERS].filter((kind) => !without.kinds.has(kind)),
    steps: last.steps.map(({ at, name }) => `${(at / 1_000).toFixed(3)} ${name}`),
    tries,
    lines: last.lines.slice(-LAST_LINES),
  }
}

/** Which promise was broken: the words up to the first colon. */
const kindOf = ({ violations: [first] }: SeedResult): string | undefined => first?.split(':')[0]
