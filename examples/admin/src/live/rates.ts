import type { Answers } from '@roomful/admin'

/** The totals begin with the process of the node. */
export type Sample = Answers['stats.live']

/** One moment as the page shows it. Null: there is nothing to compare with, or nothing was committed. */
export type Moment = {
  readonly nodeId: string
  readonly people: number
  readonly sockets: number
  readonly queueDepth: number
  readonly sendsPerSecond: number | null
  readonly deliveriesPerSecond: number | null
  /** Milliseconds of one commit, on average. */
  readonly commitMs: number | null
}

/** `before`: the sample that came before it, if there was one. Samples of two nodes, or of two processes, do not compare. */
export function momentOf(sample: Sample, before: Sample | undefined): Moment {
  const { nodeId, people, sockets, queueDepth } = sample
  const now = { nodeId, people, sockets, queueDepth }
  const seconds = before ? (Date.parse(sample.at) - Date.parse(before.at)) / 1000 : 0
  if (!before || before.nodeId !== nodeId || seconds <= 0)
    return { ...now, sendsPerSecond: null, deliveriesPerSecond: null, commitMs: null }
  const commits = sample.commits - before.commits
  return {
    ...now,
    sendsPerSecond: (sample.sends - before.sends) / seconds,
    deliveriesPerSecond: (sample.deliveries - before.deliveries) / seconds,
    commitMs: commits > 0 ? (sample.commitMs - before.commitMs) / commits : null,
  }
}

/** Two minutes of a poll each two seconds. */
export const MOMENTS_KEPT = 60

/** The moments that are shown: those of the node that answered last. */
export const withMoment = (moments: readonly Moment[], moment: Moment): readonly Moment[] =>
  [...moments.filter(({ nodeId }) => nodeId === moment.nodeId), moment].slice(-MOMENTS_KEPT)
