import type { Random } from '../../world/random'

/** What a hostile app does at every call. */
export const APP_RATES = [
  'listener-throws',
  'listener-acts',
  'auth-throws',
  'auth-rejects',
  'auth-hangs',
  'auth-late',
  'auth-old',
  'auth-not-yet',
  'auth-nonsense',
] as const
export type AppRate = (typeof APP_RATES)[number]

/** What it does at random moments. */
export const APP_DEEDS = [
  'odd-metadata',
  'changed-metadata',
  'ignored-promises',
  'close-chat',
  'sign-out-here',
  'clock-far',
  'stream',
  'first-request',
  'abort',
  'flush',
  'odd-arguments',
] as const
export type AppDeed = (typeof APP_DEEDS)[number]

export type AppProfile = {
  /** The share of devices with a hostile app. */
  readonly share: number
  readonly rates: Readonly<Record<AppRate, number>>
  readonly deeds: number
  readonly weights: Readonly<Record<AppDeed, number>>
}

/** Most days have no hostile app, and on the others most of its kinds are off. */
export function drawApp(random: Random): AppProfile {
  const isHostile = random.chance(0.4)
  const draw = (): number => {
    const drawn = random.chance(0.4) ? random.next() : 0
    return isHostile ? drawn : 0
  }
  const rates = Object.fromEntries(APP_RATES.map((kind) => [kind, draw()]))
  const weights = Object.fromEntries(APP_DEEDS.map((kind) => [kind, draw()]))
  const deeds = random.range(0, 6)
  return {
    share: isHostile ? random.pick([0.5, 1]) : 0,
    rates: rates as Record<AppRate, number>,
    deeds: Object.values(weights).some((weight) => weight > 0) ? deeds : 0,
    weights: weights as Record<AppDeed, number>,
  }
}

export function appWithout(profile: AppProfile, kinds: ReadonlySet<string>): AppProfile {
  const without = APP_RATES.filter((kind) => kinds.has(kind)).map((kind) => [kind, 0])
  return { ...profile, rates: { ...profile.rates, ...Object.fromEntries(without) } }
}
