import type { Hub } from '../hub/hub'
import type { Pipeline } from '../pipeline/port'
import type { Meter } from '../ports/meter'

/** What one node does now. The totals begin with the process: what happens in a second is the difference of two. */
export type LiveFigures = {
  /** Another node, or this one after a restart, counts apart. */
  readonly nodeId: string
  /** Connected users. */
  readonly people: number
  readonly sockets: number
  /** Changes that wait or are being committed. */
  readonly queueDepth: number
  readonly sends: number
  /** Frames handed to sockets. */
  readonly deliveries: number
  readonly commits: number
  /** Milliseconds of all commits together. */
  readonly commitMs: number
}

export type Totals = Pick<LiveFigures, 'sends' | 'deliveries' | 'commits' | 'commitMs'>

/** The same meter, which also keeps the totals. */
export function counted(meter: Meter): { meter: Meter; totals: () => Totals } {
  const totals = { sends: 0, deliveries: 0, commits: 0, commitMs: 0 } satisfies Totals
  return {
    totals: () => ({ ...totals }),
    meter: {
      ...meter,
      sends(count) {
        totals.sends += count
        meter.sends(count)
      },
      deliveries(event, count) {
        totals.deliveries += count
        meter.deliveries(event, count)
      },
      commit(ops, ms) {
        totals.commits++
        totals.commitMs += ms
        meter.commit(ops, ms)
      },
    },
  }
}

export function figuresOf(
  { hub, pipeline }: { readonly hub: Hub; readonly pipeline: Pipeline },
  nodeId: string,
  totals: Totals,
): LiveFigures {
  const { devices } = hub
  return { nodeId, people: devices.people, sockets: devices.size, queueDepth: pipeline.depth(), ...totals }
}
