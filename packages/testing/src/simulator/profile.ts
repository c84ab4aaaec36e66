import type { Rates } from '../world/faults'
import type { Random } from '../world/random'
import { type AppProfile, drawApp } from './app/profile'

/** Faults that strike the world at moments, besides those that strike by rate. */
export const DISASTERS = [
  'cut',
  'cut-behind-requests',
  'half-open',
  'one-way',
  'stall',
  'offline',
  'node-crash',
  'node-stop',
  'database-down',
  'restore',
  'bus-cut',
  'kill',
  'reload',
  'sleep',
  'clock-jump',
  'disk-full',
  'disk-stall',
  'disk-close',
  'sign-out',
] as const
export type Disaster = (typeof DISASTERS)[number]

/** The kinds of faults; each can be taken out of a run to find the shortest one that fails. */
export const FAULT_RATES = [
  'slowFrame',
  'dropAck',
  'loseChanges',
  'doubleChanges',
  'lateChanges',
  'busLose',
  'busDouble',
  'busLate',
  'storeRefuse',
  'storeLoseAnswer',
  'storeSlow',
  'lockWait',
  'diskFail',
  'diskFailAfter',
  'diskSlow',
] as const satisfies readonly (keyof Rates)[]

export type Profile = {
  readonly users: readonly string[]
  /** Devices of each user. */
  readonly devices: Readonly<Record<string, number>>
  readonly rooms: readonly {
    readonly id: string
    readonly type: 'public' | 'private'
    readonly members: number
  }[]
  readonly nodes: number
  /** Length of the first phase, in virtual ms. */
  readonly lengthMs: number
  readonly operations: number
  readonly disasters: number
  readonly disasterWeights: Readonly<Record<Disaster, number>>
  readonly rates: Rates
  /** Sends a second that a server accepts from one user; 0: all. */
  readonly sendsPerSecond: number
  readonly windowSize: number
  readonly requestTimeoutMs: number
  readonly tokenMs: number | undefined
  readonly withDisk: boolean
  /** The first devices of the first two users are two pages of one browser profile, each on its own: one disk. */
  readonly sharesProfile: boolean
  readonly skewMs: number
  readonly app: AppProfile
}

/** Drawn anew for each seed: some days are calm, some are hell, and each has its own troubles. */
export function drawProfile(random: Random): Profile {
  // From a separate source: days without a hostile app are what they were before hostile apps existed.
  const app = drawApp(random.split('app'))
  const sharesProfile = random.split('one profile').chance(0.15)
  const userCount = random.range(2, 3)
  const users = ['ann', 'bob', 'cat'].slice(0, userCount)
  const mood = random.pick([0, 0.2, 0.5, 1, 1, 2])
  /** Most kinds of trouble are off on most days, so that each also occurs alone. */
  const rate = (most: number): number => (random.chance(0.35) ? random.next() * most * mood : 0)
  const nodes = random.weighted({ 1: 6, 2: 3, 3: 1 })
  const fast = random.range(1, 20)
  return {
    users,
    devices: Object.fromEntries(users.map((user) => [user, random.chance(0.25) ? 2 : 1])),
    rooms: drawRooms(random, userCount),
    nodes: Number(nodes),
    lengthMs: random.range(5_000, 30_000),
    operations: random.range(8, 50),
    disasters: mood === 0 ? 0 : random.int(Math.ceil(10 * mood)),
    disasterWeights: drawWeights(random),
    rates: {
      latencyMs: [fast, fast + random.range(0, random.chance(0.2) ? 400 : 60)],
      slowFrame: rate(0.1),
      slowFrameMs: random.range(100, 4_000),
      dropAck: rate(0.1),
      loseChanges: rate(0.1),
      doubleChanges: rate(0.2),
      lateChanges: rate(0.2),
      busLose: rate(0.2),
      busDouble: rate(0.3),
      busLate: rate(0.3),
      busMs: [0, random.pick([1, 5, 50, 300])],
      storeRefuse: rate(0.1),
      storeLoseAnswer: rate(0.1),
      storeSlow: rate(0.9),
      storeSlowMs: random.pick([5, 50, 500, 2_000]),
      lockWait: rate(0.6),
      lockWaitMs: random.pick([500, 1_500, 4_000]),
      diskFail: rate(0.15),
      diskFailAfter: rate(0.15),
      diskSlow: rate(0.6),
      diskSlowMs: random.pick([20, 200, 2_000]),
    },
    sendsPerSecond: random.chance(0.15) ? random.range(3, 6) : 0,
    windowSize: random.pick([2_000, 2_000, 30, 12]),
    requestTimeoutMs: random.pick([10_000, 3_000, 800]),
    tokenMs: random.chance(0.1) ? random.range(5_000, 20_000) : undefined,
    withDisk: random.chance(0.7),
    sharesProfile,
    skewMs: random.chance(0.3) ? random.range(-600_000, 600_000) : 0,
    app,
  }
}

function drawRooms(random: Random, userCount: number): Profile['rooms'] {
  const rooms: Profile['rooms'][number][] = [{ id: 'general', type: 'public', members: userCount }]
  if (random.chance(0.5)) rooms.push({ id: 'side', type: 'public', members: random.range(1, userCount) })
  if (random.chance(0.3)) rooms.push({ id: 'secret', type: 'private', members: random.range(1, userCount) })
  return rooms
}

function drawWeights(random: Random): Record<Disaster, number> {
  const common: Partial<Record<Disaster, number>> = {
    cut: 4,
    'cut-behind-requests': 4,
    'half-open': 2,
    reload: 3,
    kill: 2,
    // Rare, because it undoes what the checks of a run rest on.
    restore: 0.5,
  }
  const weights = DISASTERS.map((name): [Disaster, number] => [
    name,
    random.chance(0.6) ? (common[name] ?? 1) * random.next() : 0,
  ])
  const drawn = Object.fromEntries(weights) as Record<Disaster, number>
  return { ...drawn, cut: drawn.cut + 0.01 }
}
