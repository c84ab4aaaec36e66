import { asClientId, asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { checkHistory } from '../history/check-history'
import { unsettled } from '../world/convergence'
import type { DeviceOptions } from '../world/device'
import { Random } from '../world/random'
import { START_MS } from '../world/virtual-time'
import { World } from '../world/world'
import { misbehave } from './app/deeds'
import { HostileApp } from './app/hostile-app'
import { appWithout } from './app/profile'
import { startAgain, startMissingNode, strike } from './disasters'
import { finalRooms } from './final-rooms'
import { Ledger } from './ledger'
import { operate } from './operations'
import { Productions } from './productions'
import { drawProfile, FAULT_RATES, type Profile } from './profile'
import { drawSchedule, type Step } from './schedule'
import { describeUncaught, uncaught } from './uncaught'

/** This long after the last fault everything must be right again. */
const LIVENESS_MS = 30_000
/** How often that is checked. */
const LOOK_EVERY_MS = 1_000
/** Events of one run; more is a loop (I15). */
const EVENTS_MAX = 60_000

/** This share of devices are browsers with a second tab. */
const TAB_CHANCE = 0.15

/** Messages of a room that existed before. */
const HISTORY_LENGTH = 24

/** What is taken out of a run, to find the shortest that still fails. */
export type Without = {
  readonly kinds: ReadonlySet<string>
  readonly steps: ReadonlySet<number>
}
export const WHOLE: Without = { kinds: new Set(), steps: new Set() }

export type SeedResult = {
  readonly seed: number
  /** What was broken; empty: nothing. */
  readonly violations: readonly string[]
  readonly events: number
  readonly virtualMs: number
  /** Of a traced run: equal traces have equal hashes. */
  readonly hash: string
  readonly lines: readonly string[]
  readonly steps: readonly Step[]
  readonly profile: Profile
}

/** One day in the life of a chat system, from its seed. Synchronous: from a macrotask only. */
export function runSeed(
  seed: number,
  options: { trace?: boolean; traceLines?: number; without?: Without } = {},
): SeedResult {
  const { trace = false, without = WHOLE } = options
  const random = new Random(`seed ${seed}`)
  const profile = drawProfile(random.split('profile'))
  const all = drawSchedule(random.split('schedule'), profile)
  const steps = all.filter((step) => !without.steps.has(step.no) && !without.kinds.has(step.name))
  const world = new World({
    seed: `world ${seed}`,
    nodes: profile.nodes,
    rates: ratesWithout(profile, without),
    serverRates: { sendsPerSecond: profile.sendsPerSecond, sendsBurst: 6, eventsPerSecond: 0 },
    trace,
    traceLines: options.traceLines,
  })
  const ledger = new Ledger()
  const productions = new Productions(world, ledger)
  const app = new HostileApp({
    world,
    ledger,
    productions,
    users: profile.users,
    app: appWithout(profile.app, without.kinds),
    random: random.split('app'),
  })
  const run = { world, ledger, productions, profile, random, app }
  build(run)
  for (const step of steps)
    world.time.schedule(step.at, 'step', () => {
      const own = random.split(`step ${step.no}`)
      if (step.kind === 'operation')
        operate({ world, ledger, productions, users: profile.users, random: own }, step.name)
      else if (step.kind === 'disaster') strike(world, ledger, step.name, own)
      else misbehave({ world, ledger, random: own }, step.name)
    })
  const { violations } = world.context
  runUntil(run, START_MS + profile.lengthMs)
  // As an event, so that what it starts continues before anything else is due.
  world.time.schedule(0, 'all faults end', () => recover(run))
  if (violations.length === 0) settle(run, profile.tokenMs === undefined ? 0 : 2 * world.devices.length)
  if (violations.length === 0)
    for (const { kind, roomId, text } of checkHistory(ledger.history(world), finalRooms(world)))
      violations.push(`${kind} in ${roomId}: ${text}`)
  return {
    seed,
    violations,
    events: world.time.ran,
    virtualMs: world.time.elapsed,
    hash: world.context.trace.hash,
    lines: world.context.trace.lines,
    steps,
    profile,
  }
}

type Run = {
  readonly world: World
  readonly ledger: Ledger
  readonly productions: Productions
  readonly profile: Profile
  readonly random: Random
  readonly app: HostileApp
}

function build(run: Run): void {
  const { world, ledger, profile, random } = run
  for (const room of profile.rooms) {
    const users = profile.users.slice(0, room.members)
    void world.addRoom(room.id, room.type, users).then(() => {
      // More than one sync sends, so that some history is not loaded.
      if (random.split(room.id).chance(0.4)) fill(world, ledger, room.id, users)
    })
  }
  const shared =
    profile.withDisk && profile.sharesProfile ? profile.users.slice(0, 2).map((user) => `${user}1`) : []
  const profileDisk = world.diskFor('the profile')
  for (const user of profile.users) {
    for (let i = 1; i <= (profile.devices[user] ?? 1); i++) {
      const name = `${user}${i}`
      if (shared.includes(name)) {
        addPage(run, random.split(name), { name, user, disk: profileDisk })
        continue
      }
      const own = profile.withDisk ? { disk: world.diskFor(name) } : {}
      const hasTabs = profile.withDisk && random.split(`${name}'s tabs`).chance(TAB_CHANCE)
      if (!hasTabs) addDevice(run, random.split(name), { name, user, ...own })
      else {
        const browser = world.browserFor(name)
        for (const tab of [name, `${name}tab`])
          addDevice(run, random.split(tab), { name: tab, user, browser, ...own })
      }
    }
  }
}

const clientOf = ({ windowSize, requestTimeoutMs }: Profile) => ({ windowSize, requestTimeoutMs })

function addDevice(
  { world, profile, app }: Run,
  own: Random,
  options: Omit<DeviceOptions, 'url' | 'app'>,
): void {
  const device = world.addDevice({
    client: clientOf(profile),
    ...(profile.tokenMs === undefined ? {} : { tokenMs: profile.tokenMs }),
    ...(own.split('app').chance(profile.app.share) ? { app } : {}),
    ...options,
  })
  // Whether its clock is wrong; the tabs of one browser have one clock.
  const isWrong = own.chance(0.5)
  const [first = device] = world.tabsOf(device)
  device.setSkew(first === device ? (isWrong ? profile.skewMs : 0) : first.skewMs)
  world.time.schedule(own.range(0, 1_500), 'start', () => {
    device.start()
    for (const room of profile.rooms) if (own.chance(0.8)) device.open(room.id).catch(() => {})
  })
}

/**
 * A page in a profile that another user has a page in, too. Nothing says whose a page without a token is: its app names
 * its user, or always has a token.
 */
function addPage(run: Run, own: Random, options: Omit<DeviceOptions, 'url' | 'app' | 'client'>): void {
  const isNamed = own.split('named').chance(0.5)
  const { profile } = run
  if (isNamed) addDevice(run, own, { ...options, client: { ...clientOf(profile), userId: options.user } })
  else addDevice({ ...run, profile: { ...profile, app: { ...profile.app, share: 0 } } }, own, options)
}

function fill(world: World, ledger: Ledger, roomId: string, users: readonly string[]): void {
  const [node] = world.nodes
  if (node === undefined) return
  const ops = Array.from({ length: HISTORY_LENGTH }, (_, i) => {
    const user = users[i % users.length] ?? ''
    const clientId = `${user}-history-${i}`
    ledger.before(user, roomId, clientId, `old text ${i}`)
    const actor = { id: asUserId(user), name: user, admin: false }
    const ids = { id: asMessageId(`${roomId}-history-${i}`), clientId: asClientId(clientId) }
    const row = { content: `old text ${i}`, type: 'text', replyTo: null, ...ids }
    return { kind: 'send', actor, at: world.time.now, ...row } as const
  })
  void node.chatNode.services.pipeline.submitAll(asRoomId(roomId), ops)
}

function runUntil({ world, app, productions }: Run, until: number): void {
  const { violations } = world.context
  while (violations.length === 0 && happens(world, until)) {
    app.check()
    productions.check()
    if (world.time.ran > EVENTS_MAX)
      violations.push(`I15: more than ${EVENTS_MAX} events, the last at ${world.time.elapsed} ms`)
  }
  world.time.skipTo(until)
}

/** The next event. An error that comes out of it has passed through all of the client (I24). */
function happens(world: World, until: number): boolean {
  let hasHappened = false
  try {
    hasHappened = world.step(until)
  } catch (error) {
    uncaught.push(error)
  }
  const problem = describeUncaught()
  if (problem !== undefined) world.context.violations.push(problem)
  return hasHappened
}

/** All faults end: what is down comes up, and devices are notified that the network is back. */
function recover({ world, ledger, productions, profile: { rates }, app }: Run): void {
  world.context.trace.note(() => 'all faults end')
  const calm = Object.fromEntries(FAULT_RATES.map((name) => [name, 0]))
  world.context.rates = { ...rates, ...calm }
  app.calm()
  productions.calm()
  world.database.isDown = false
  world.bus.isCut = false
  startMissingNode(world)
  while (world.nodes.some((node) => !node.isUp)) startMissingNode(world)
  for (const device of world.devices) {
    device.isOnline = true
    if (device.disk) {
      device.disk.isFull = false
      device.disk.stalledUntil = 0
    }
    // The run waits for a chat that is closing; its app starts the next one.
    if (!device.isClosing) startAgain({ world, ledger }, device)
    device.wakeUp('online')
  }
}

function settle(run: Run, standingTimers: number): void {
  const { world } = run
  const { violations } = world.context
  const end = world.time.now + LIVENESS_MS + run.productions.settleMs
  let found: string[] = []
  for (let at = world.time.now + LOOK_EVERY_MS; at <= end; at += LOOK_EVERY_MS) {
    runUntil(run, at)
    if (violations.length > 0) return
    found = [...unsettled(world, standingTimers), ...run.productions.unsettled()]
    if (found.length === 0) return
  }
  violations.push(...found)
}

function ratesWithout(profile: Profile, { kinds }: Without): Profile['rates'] {
  const none = FAULT_RATES.filter((name) => kinds.has(name)).map((name) => [name, 0])
  return { ...profile.rates, ...Object.fromEntries(none) }
}
