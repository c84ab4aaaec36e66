import { APP_DEEDS, APP_RATES } from './app/profile'
import { DISASTERS, FAULT_RATES } from './profile'
import { runSeed, type SeedResult, type Without } from './run-seed'

/** The budget of a search: some seconds. In events, so that it ends at the same place on a busy machine. */
const TRIES_MAX = 400
const EVENTS_MAX = 400_000
const LAST_LINES = 40
const KINDS = [...FAULT_RATES, ...DISASTERS, ...APP_RATES, ...APP_DEEDS]

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

/**
 * Finds a short schedule that fails in the same way: first without kinds of faults, then without ever smaller groups of
 * steps.
 */
export function shrink(seed: number): Shrunk {
  const whole = runSeed(seed)
  const wanted = kindOf(whole)
  let without: Without = { kinds: new Set(), steps: new Set() }
  let [tries, events] = [0, 0]
  const stillFails = (candidate: Without): boolean => {
    if (tries >= TRIES_MAX || events >= EVENTS_MAX) return false
    tries++
    const result = runSeed(seed, { without: candidate })
    events += result.events
    return kindOf(result) === wanted
  }
  for (const kind of KINDS) {
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
    kinds: KINDS.filter((kind) => !without.kinds.has(kind)),
    steps: last.steps.map(({ at, name }) => `${(at / 1_000).toFixed(3)} ${name}`),
    tries,
    lines: last.lines.slice(-LAST_LINES),
  }
}

/** Which promise was broken: the words up to the first colon. */
const kindOf = ({ violations: [first] }: SeedResult): string | undefined => first?.split(':')[0]
