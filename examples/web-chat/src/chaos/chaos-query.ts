import type { ChaosQuery } from './chaos-page'

const LIMITS = {
  seed: { least: 0, most: 2 ** 31 - 1 },
  seconds: { least: 5, most: 3_600, usual: 60 },
  pace: { least: 1, most: 40, usual: 4 },
  messages: { least: 2, most: 20_000, usual: 20_000 },
} as const

/** What the address asks for. Without a seed one is drawn: `random` is uniform in [0, 1). */
export function chaosQueryOf(search: string, random: number): ChaosQuery {
  const asked = new URLSearchParams(search)
  const read = (name: keyof typeof LIMITS, usual: number): number => {
    const value = Number(asked.get(name) ?? Number.NaN)
    const { least, most } = LIMITS[name]
    return Number.isFinite(value) ? Math.min(most, Math.max(least, Math.trunc(value))) : usual
  }
  return {
    seed: read('seed', 1 + Math.floor(random * 9_999)),
    seconds: read('seconds', LIMITS.seconds.usual),
    pace: read('pace', LIMITS.pace.usual),
    messages: read('messages', LIMITS.messages.usual),
    startsDemo: asked.has('demo'),
  }
}

/** The address of the same page with another seed. */
export const hrefOfSeed = (seed: number): string => `?seed=${seed}`
