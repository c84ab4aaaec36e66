import type { Faults } from './audit'
import type { Picture } from './picture-log'
import type { SideName } from './schedule'
import type { Totals } from './side'

export type Phase = 'ready' | 'demo' | 'settling' | 'settled'

export type Score = Faults & {
  readonly sent: number
  readonly acked: number
  /** Not yet on the disk when their client ended, so never promised. */
  readonly unkept: number
  readonly onServer: number
}

export type Verdict = {
  readonly server: string
  readonly anna: string
  readonly ben: string
  readonly isEqual: boolean
}

/** All that the page shows, but the rooms themselves. */
export type LabState = {
  readonly phase: Phase
  /** Ms since the start. */
  readonly now: number
  readonly score: Score
  readonly totals: Readonly<Record<SideName, Totals>>
  readonly isServerUp: boolean
  readonly canRestart: boolean
  readonly restarts: number
  readonly reloads: number
  readonly isRobotOn: boolean
  /** Messages a second, of each side. */
  readonly pace: number
  /** Of the demo: how much of it is left. */
  readonly leftMs: number
  readonly picture: Picture
  readonly verdict: Verdict | null
}

export type LabOptions = {
  readonly seed: number
  readonly seconds: number
  /** Messages a second, of each side. */
  readonly pace: number
  /** The robot ends here, over both sides. */
  readonly messages: number
}
