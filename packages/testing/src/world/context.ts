import type { FrameRule, Rates } from './faults'
import type { FileServer } from './file-server'
import type { Random } from './random'
import type { Trace } from './trace'
import type { VirtualTime } from './virtual-time'

/** A request as it arrived at the server. */
export type ServedRequest = { readonly event: string; readonly payload: unknown }

/** What all parts of one world share. */
export type WorldContext = {
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  rates: Rates
  readonly files: FileServer
  readonly rules: FrameRule[]
  /** Called with each request that a node accepts. */
  onServed?: (user: string, request: ServedRequest) => void
  /** What was broken, in order. The first violation ends the world. */
  readonly violations: string[]
}
