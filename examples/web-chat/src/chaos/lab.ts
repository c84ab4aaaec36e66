import type { FaultKnobs } from '@roomful/client/faults'
import { auditSends, auditShown } from './audit'
import type { Guests } from './guests'
import { type KnobFault, offOf } from './knob-faults'
import type { LabOptions, LabState, Score } from './lab-state'
import { begun, ended, happened, healed, NO_PICTURE, type Picture, sampled } from './picture-log'
import { createRobot } from './robot'
import { type Planned, type SideName, scheduleOf } from './schedule'
import { canRestartServer, killServer } from './server-switch'
import { createServerTruth } from './server-truth'
import { settle } from './settle'
import { createSide, type Side } from './side'

const TICK_MS = 100
const AUDIT_EVERY_MS = 500
const NO_SCORE: Score = { sent: 0, acked: 0, unkept: 0, onServer: 0, lost: 0, doubled: 0, outOfOrder: 0 }

export type Lab = {
  readonly sides: Readonly<Record<SideName, Side>>
  readonly options: LabOptions
  getState(): LabState
  subscribe(listener: () => void): () => void
  turn(side: SideName, fault: KnobFault, isOn: boolean): void
  reload(side: SideName): void
  killServer(): void
  setRobot(isOn: boolean, pace?: number): void
  /** Everything goes wrong, as drawn from the seed, and then it settles by itself. */
  demo(): void
  settle(): void
  close(): void
}

/** As the browser says it when the network of the device is back: clients need not wait for their next try. */
const networkIsBack = (): void => void window.dispatchEvent(new Event('online'))

/** Two clients, what goes wrong with them, and the count of what that did. */
export function createLab({ anna, ben, observer, roomId }: Guests, options: LabOptions): Lab {
  const sides = {
    anna: createSide('anna', anna, roomId, options.seed * 2),
    ben: createSide('ben', ben, roomId, options.seed * 2 + 1),
  }
  const both = [sides.anna, sides.ben] as const
  const truth = createServerTruth(observer, roomId)
  const robot = createRobot(both, options.seed)
  const listeners = new Set<() => void>()
  const start = performance.now()
  const now = (): number => Math.round(performance.now() - start)
  let [last, auditedAt, demoFrom] = [now(), 0, 0]
  let plan: Planned[] = []
  let backs: { at: number; run: () => void }[] = []
  let auditing = Promise.resolve()
  let audits = 0
  let state: LabState = {
    ...{
      phase: 'ready',
      now: 0,
      score: NO_SCORE,
      isServerUp: true,
      canRestart: false,
      restarts: 0,
      reloads: 0,
    },
    totals: { anna: sides.anna.counts(), ben: sides.ben.counts() },
    ...{ isRobotOn: false, pace: options.pace, leftMs: 0, picture: NO_PICTURE, verdict: null },
  }

  const change = (part: Partial<LabState>): void => {
    state = { ...state, ...part }
    for (const listener of [...listeners]) listener()
  }
  const draw = (picture: (before: Picture) => Picture): void => change({ picture: picture(state.picture) })

  const setKnobs = (side: SideName, name: string, knobs: Partial<FaultKnobs>, isOn: boolean): void => {
    // Offline and half-open are one knob: the other one is over.
    if ('network' in knobs)
      for (const other of ['offline', 'half-open'])
        if (other !== name) draw((picture) => ended(picture, side, now(), other))
    sides[side].set(isOn ? knobs : offOf(knobs))
    if (!isOn && 'network' in knobs) networkIsBack()
    draw((picture) => (isOn ? begun(picture, side, name, now()) : ended(picture, side, now(), name)))
  }
  const reload = (side: SideName): void => {
    sides[side].reload()
    draw((picture) => happened(picture, side, 'reload', now()))
    change({ reloads: state.reloads + 1 })
  }
  const restart = (): void => {
    if (!state.canRestart) return
    void killServer()
    draw((picture) => begun(picture, 'server', 'killed', now()))
    change({ restarts: state.restarts + 1, isServerUp: false })
  }

  const apply = (planned: Planned): void => {
    if (planned.kind === 'reload') {
      // A client that cannot keep what is unsent says so, and nobody reloads it then.
      const { storage } = sides[planned.side].life().chat.getState()
      if (storage.status === 'ok') reload(planned.side)
      else backs.push({ at: now() + AUDIT_EVERY_MS, run: () => state.phase === 'demo' && apply(planned) })
    } else if (planned.kind === 'restart') restart()
    else {
      const { side, name, knobs, forMs } = planned
      setKnobs(side, name, knobs, true)
      backs.push({ at: now() + forMs, run: () => setKnobs(side, name, knobs, false) })
    }
  }

  /** One at a time. */
  const audit = (isEnd: boolean): Promise<void> => {
    auditing = auditing.then(() => auditNow(isEnd)).finally(() => audits--)
    audits++
    return auditing
  }
  const auditNow = async (isEnd: boolean): Promise<void> => {
    for (const side of both) side.noteAcks()
    // Before the reading: what is confirmed by now must be in it.
    const sent = both.map((side) => side.sends())
    const isServerUp = await truth.readOn()
    const rows = truth.rows()
    const found = both.map((side, at) => {
      const server = auditSends(sent[at] ?? [], rows, side.guest.userId, isEnd)
      const shown = auditShown(side.shown())
      return {
        ...server,
        doubled: server.doubled + shown.doubled,
        outOfOrder: server.outOfOrder + shown.outOfOrder,
      }
    })
    const sum = (of: (one: (typeof found)[number]) => number): number =>
      found.reduce((all, one) => all + of(one), 0)
    const sends = sent.flat()
    const { score, totals } = state
    const nextTotals = { anna: sides.anna.counts(), ben: sides.ben.counts() }
    if (isServerUp && !state.isServerUp) draw((picture) => ended(picture, 'server', now()))
    for (const { name } of both) noteHealing(name, totals[name], nextTotals[name])
    draw((picture) => sampled(picture, { at: now(), rows: rows.length }))
    change({
      isServerUp,
      totals: nextTotals,
      score: {
        sent: sends.length,
        acked: sends.filter(({ isAcked }) => isAcked).length,
        unkept: isEnd ? sends.filter(({ isAcked, isKept }) => !isAcked && !isKept).length : score.unkept,
        onServer: rows.length,
        // Once wrong is wrong, even if it is made good.
        lost: isServerUp
          ? Math.max(
              score.lost,
              sum(({ lost }) => lost),
            )
          : score.lost,
        doubled: Math.max(
          score.doubled,
          sum(({ doubled }) => doubled),
        ),
        outOfOrder: Math.max(
          score.outOfOrder,
          sum(({ outOfOrder }) => outOfOrder),
        ),
      },
    })
  }

  /** While it settles, the rows are read by that. */
  const noteGrowth = (): void => {
    const { length } = truth.rows()
    draw((picture) => sampled(picture, { at: now(), rows: Math.max(length, state.score.onServer) }))
    change({ score: { ...state.score, onServer: Math.max(length, state.score.onServer) } })
  }

  const noteHealing = (lane: SideName, before: LabState['totals'][SideName], after: typeof before): void => {
    if (after.gapsHealed === before.gapsHealed && after.lastHealMs === before.lastHealMs) return
    draw((picture) => healed(picture, { lane, at: now(), tookMs: Math.round(after.lastHealMs) }))
  }

  const toTheEnd = async (): Promise<void> => {
    plan = []
    for (const side of both) side.calm()
    for (const { run } of backs) run()
    backs = []
    for (const { name } of both) draw((picture) => ended(picture, name, now()))
    networkIsBack()
    change({ phase: 'settling', isRobotOn: false, leftMs: 0, verdict: null })
    const verdict = await settle([sides.anna, sides.ben], truth)
    await audit(true)
    change({ phase: 'settled', verdict })
  }

  const tick = (): void => {
    const at = now()
    if (state.isRobotOn) robot.pass(at - last, state.pace, options.messages / 2)
    last = at
    const due = backs.filter((back) => back.at <= at)
    backs = backs.filter((back) => back.at > at)
    for (const { run } of due) run()
    while ((plan[0]?.at ?? Number.POSITIVE_INFINITY) <= at - demoFrom) {
      const [next] = plan.splice(0, 1)
      if (next) apply(next)
    }
    const leftMs = state.phase === 'demo' ? Math.max(0, demoFrom + options.seconds * 1_000 - at) : 0
    change({ now: at, leftMs })
    if (state.phase === 'demo' && leftMs === 0) void toTheEnd()
    if (at - auditedAt < AUDIT_EVERY_MS) return
    auditedAt = at
    if (state.phase === 'settling') noteGrowth()
    else if (audits === 0) void audit(false)
  }
  const timer = setInterval(tick, TICK_MS)
  void canRestartServer().then((canRestart) => change({ canRestart }))

  return {
    sides,
    options,
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    turn: (side, fault, isOn) => setKnobs(side, fault.name, fault.on, isOn),
    reload,
    killServer: restart,
    setRobot: (isRobotOn, pace = state.pace) => change({ isRobotOn, pace, verdict: null, phase: awake() }),
    demo: () => {
      demoFrom = now()
      plan = [...scheduleOf(options.seed, options.seconds * 1_000)]
      change({ phase: 'demo', isRobotOn: true, verdict: null })
    },
    settle: () => {
      if (state.phase !== 'settling') void toTheEnd()
    },
    close: () => {
      clearInterval(timer)
      for (const side of both) side.close().catch(() => undefined)
      observer.close().catch(() => undefined)
    },
  }

  function awake(): LabState['phase'] {
    return state.phase === 'settled' ? 'ready' : state.phase
  }
}
