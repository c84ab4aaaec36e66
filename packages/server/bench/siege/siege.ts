import type { Attack } from './attacker'
import { Child } from './child'
import type { Counted } from './crowd'
import { Probe, pause } from './probe'
import type { Program } from './programs'
import type { Health } from './server'

export type Ground = {
  readonly database: string
  /**
   * Of a second server, which only the attacker uses, in turns of their own. What the others lose then they lose to the
   * machine, on which all of these processes are, and not to their server.
   */
  readonly controlDatabase?: string
  /** Devices that have the room open, and all connected ones. */
  readonly listeners: number
  readonly connections: number
}

export type Turns = {
  readonly count: number
  readonly ms: number
  /** Each of five users writes once in this many milliseconds. */
  readonly everyMs: number
}

/** What the others measured while the attacker was quiet, or was not. */
export type Seen = {
  readonly latencies: number[]
  lagP99Ms: number
  lagMaxMs: number
  rssMb: number
  cpuMs: number
  frames: number
}

export type Outcome = {
  readonly program: string
  readonly calm: Seen
  /** While the attacker had a server of their own. */
  readonly control: Seen | undefined
  readonly siege: Seen
  readonly attack: Attack
  /** Devices of the others that lost their connection. */
  readonly lost: number
  readonly exit: string | undefined
}

/** Work between two turns is over by then. */
const SETTLE_MS = 500
/** The heap that a server gets. */
const HEAP = '--max-old-space-size=512'

/** Each program of one user against one server, in turns with calm, so that other load on the machine affects both. */
export async function* besiege(
  { database, controlDatabase, listeners, connections }: Ground,
  turns: Turns,
  programs: readonly Program[],
): AsyncGenerator<Outcome> {
  const { child: server, first: url } = await Child.start<string>('server', [database], [HEAP])
  const { child: crowd } = await Child.start('crowd', [url, String(listeners), String(connections)])
  const { child: attacker } = await Child.start('attacker', [url])
  const elsewhere = controlDatabase === undefined ? [] : await attackElsewhere(controlDatabase)
  const probe = await Probe.enter(url)
  const scene: Scene = { server, crowd, attacker, elsewhere: elsewhere[0], probe, turns }
  try {
    await probe.run(turns.ms, turns.everyMs)
    for (const program of programs) {
      yield await play(scene, program)
      if (server.exit !== undefined) return
    }
  } finally {
    probe.leave()
    for (const child of [attacker, ...elsewhere, crowd, server]) await child.end()
  }
}

/** An attacker, and the server that only they have. */
async function attackElsewhere(database: string): Promise<Child[]> {
  const { child: server, first: url } = await Child.start<string>('server', [database], [HEAP])
  const { child: attacker } = await Child.start('attacker', [url])
  return [attacker, server]
}

type Scene = {
  readonly server: Child
  readonly crowd: Child
  readonly attacker: Child
  readonly elsewhere: Child | undefined
  readonly probe: Probe
  readonly turns: Turns
}

async function play(scene: Scene, { name }: Program): Promise<Outcome> {
  const { server, crowd, attacker, elsewhere, probe, turns } = scene
  const [calm, control, siege] = [nothing(), nothing(), nothing()]
  let attack: Attack = { answers: {}, closed: 0 }
  let lost = (await crowd.ask<Counted>('count')).lost
  try {
    await attacker.ask(name)
    await elsewhere?.ask(name)
    for (let turn = 0; turn < turns.count; turn++) {
      await attacker.ask('off')
      await pause(SETTLE_MS)
      await watch(scene, calm)
      if (elsewhere) {
        await elsewhere.ask('on')
        await watch(scene, control)
        await elsewhere.ask('off')
        await pause(SETTLE_MS)
      }
      await attacker.ask('on')
      await watch(scene, siege)
    }
    attack = await attacker.ask<Attack>('leave')
    await elsewhere?.ask('leave')
  } catch (error) {
    if (server.exit === undefined) throw error
  }
  lost = (await crowd.ask<Counted>('count')).lost - lost + (probe.isIn ? 0 : 1)
  return { program: name, calm, control: elsewhere && control, siege, attack, lost, exit: server.exit }
}

async function watch({ server, crowd, probe, turns }: Scene, seen: Seen): Promise<void> {
  const before = await crowd.ask<Counted>('count')
  await server.ask<Health>('reset')
  seen.latencies.push(...(await probe.run(turns.ms, turns.everyMs)))
  const health = await server.ask<Health>('health')
  const after = await crowd.ask<Counted>('count')
  seen.lagP99Ms = Math.max(seen.lagP99Ms, health.lagP99Ms)
  seen.lagMaxMs = Math.max(seen.lagMaxMs, health.lagMaxMs)
  seen.rssMb = Math.max(seen.rssMb, health.rssMb)
  seen.cpuMs += health.cpuMs
  seen.frames += after.frames - before.frames
}

const nothing = (): Seen => ({ latencies: [], lagP99Ms: 0, lagMaxMs: 0, rssMb: 0, cpuMs: 0, frames: 0 })
