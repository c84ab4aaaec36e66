import { type FaultKnobs, seededRandom } from '@roomful/client/faults'

export type SideName = 'anna' | 'ben'

/** A fault with its beginning, in ms from the start. A reload and a restart are moments. */
export type Planned =
  | {
      readonly kind: 'knobs'
      readonly at: number
      readonly forMs: number
      readonly side: SideName
      readonly knobs: Partial<FaultKnobs>
      readonly name: string
    }
  | { readonly kind: 'reload'; readonly at: number; readonly side: SideName; readonly name: string }
  | { readonly kind: 'restart'; readonly at: number; readonly name: string }

type Recipe = {
  readonly name: string
  readonly forMs: readonly [number, number]
  knobs(random: () => number): Partial<FaultKnobs>
}

const RECIPES: readonly Recipe[] = [
  { name: 'offline', forMs: [2_000, 5_000], knobs: () => ({ network: 'offline' }) },
  { name: 'half-open', forMs: [3_000, 6_000], knobs: () => ({ network: 'half-open' }) },
  { name: 'loss', forMs: [5_000, 11_000], knobs: (random) => ({ loss: 0.06 + random() * 0.16 }) },
  { name: 'doubled', forMs: [5_000, 12_000], knobs: (random) => ({ double: 0.15 + random() * 0.4 }) },
  { name: 'reordered', forMs: [5_000, 12_000], knobs: (random) => ({ reorder: 0.15 + random() * 0.4 }) },
  {
    name: 'slow',
    forMs: [4_000, 9_000],
    knobs: (random) => ({ latencyMs: Math.round(120 + random() * 500) }),
  },
  {
    name: 'cuts',
    forMs: [6_000, 11_000],
    knobs: (random) => ({ cutEveryMs: Math.round(1_400 + random() * 1_600) }),
  },
  { name: 'disk full', forMs: [3_000, 7_000], knobs: () => ({ disk: 'full' }) },
]

const SIDES: readonly SideName[] = ['anna', 'ben']
/** The first fault comes when both have talked a little. */
const CALM_BEGINNING_MS = 2_500
const PAUSE_MS: readonly [number, number] = [700, 2_600]
const RELOAD_EVERY_MS: readonly [number, number] = [9_000, 16_000]
const RESTART_EVERY_MS: readonly [number, number] = [17_000, 28_000]

/**
 * Everything that goes wrong in `ms`, drawn from a seed: every kind of fault strikes both sides again and again, and they
 * overlap. A knob that is turned is not turned again before it is back. A side whose disk is full is not reloaded: what it
 * could not keep would be gone, as its user is warned.
 */
export function scheduleOf(seed: number, ms: number): readonly Planned[] {
  const random = seededRandom(seed)
  const between = ([from, to]: readonly [number, number]): number => Math.round(from + random() * (to - from))
  const planned: Planned[] = []
  for (const side of SIDES) {
    /** By name: until when it is turned. */
    const busy = new Map<string, number>()
    let bag: Recipe[] = []
    for (let at = CALM_BEGINNING_MS + between(PAUSE_MS); at < ms; at += between(PAUSE_MS)) {
      if (bag.length === 0) bag = [...RECIPES]
      const [recipe] = bag.splice(Math.floor(random() * bag.length), 1)
      if (recipe === undefined) continue
      const forMs = Math.min(between(recipe.forMs), ms - at)
      const knobs = recipe.knobs(random)
      // Offline and half-open turn the same knob.
      const knob = 'network' in knobs ? 'network' : recipe.name
      if ((busy.get(knob) ?? 0) > at) continue
      busy.set(knob, at + forMs)
      planned.push({ kind: 'knobs', at, forMs, side, knobs, name: recipe.name })
    }
    for (let at = between(RELOAD_EVERY_MS); at < ms - 1_000; at += between(RELOAD_EVERY_MS)) {
      while (isFull(planned, side, at)) at += 500
      if (at < ms - 1_000) planned.push({ kind: 'reload', at, side, name: 'reload' })
    }
  }
  for (let at = between(RESTART_EVERY_MS); at < ms - 3_000; at += between(RESTART_EVERY_MS))
    planned.push({ kind: 'restart', at, name: 'server killed' })
  return planned.sort((a, b) => a.at - b.at)
}

/** The disk writes again some time after it is free. */
const RECOVERS_MS = 6_000

const isFull = (planned: readonly Planned[], side: SideName, at: number): boolean =>
  planned.some(
    (one) =>
      one.kind === 'knobs' &&
      one.side === side &&
      one.knobs.disk === 'full' &&
      one.at <= at &&
      at < one.at + one.forMs + RECOVERS_MS,
  )
