/**
 * What may go wrong at random, and how often. All chances are per message, per commit or per write; all zero and one
 * latency is a calm day. They may change while the world runs.
 */
export type Rates = {
  /** One way, in ms: uniform between the two. */
  latencyMs: readonly [number, number]
  /** A frame takes up to this much longer; later ones wait behind it, as on TCP. */
  slowFrame: number
  slowFrameMs: number
  /** The server has acted; its answer never arrives. */
  dropAck: number
  /** A frame of changes, or of a growing message's text, does not arrive, although its connection stays up. */
  loseChanges: number
  /** Such a frame arrives twice. */
  doubleChanges: number
  /** Such a frame is overtaken by later ones. */
  lateChanges: number
  busLose: number
  busDouble: number
  busLate: number
  busMs: readonly [number, number]
  /** A commit is refused before it begins. */
  storeRefuse: number
  /** A commit is durable, and its caller gets UNAVAILABLE. */
  storeLoseAnswer: number
  storeSlow: number
  storeSlowMs: number
  /** A commit waits this long for its room's lock, while everything else continues. */
  lockWait: number
  lockWaitMs: number
  /** A local write fails and nothing of it is kept. */
  diskFail: number
  /** A local write is kept and reported as failed. */
  diskFailAfter: number
  diskSlow: number
  diskSlowMs: number
}

export const CALM: Rates = {
  latencyMs: [5, 40],
  slowFrame: 0,
  slowFrameMs: 0,
  dropAck: 0,
  loseChanges: 0,
  doubleChanges: 0,
  lateChanges: 0,
  busLose: 0,
  busDouble: 0,
  busLate: 0,
  busMs: [0, 5],
  storeRefuse: 0,
  storeLoseAnswer: 0,
  storeSlow: 0,
  storeSlowMs: 0,
  lockWait: 0,
  lockWaitMs: 0,
  diskFail: 0,
  diskFailAfter: 0,
  diskSlow: 0,
  diskSlowMs: 0,
}

/** One frame in flight, as a rule sees it. */
export type Frame = {
  readonly to: 'server' | 'client'
  readonly device: string
  readonly user: string
  /** The event's name; for an answer: the name of its request. */
  readonly event: string
  readonly isAck: boolean
  readonly payload: unknown
}

/**
 * What becomes of a frame.
 *
 *   late    it comes this much later, and others may overtake it
 *   hold    it waits until the function passed on is called; each call delivers it once
 *   instead it carries this payload
 *   answer  of a request: the server does not see it, and this is its answer
 */
export type Verdict =
  | 'pass'
  | 'drop'
  | 'double'
  | { readonly late: number }
  | { readonly hold: (deliver: () => void) => void }
  | { readonly instead: unknown }
  | { readonly answer: unknown }

/** Decides over each frame before chance does. Undefined: no decision. */
export type FrameRule = (frame: Frame) => Verdict | undefined
