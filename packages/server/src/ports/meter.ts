import type { ServerEvent } from '@roomful/protocol'

/** The server's metrics. An implementation may ignore all of it. */
export interface Meter {
  sends(count: number): void
  /** One transaction: its number of ops and its duration. */
  commit(ops: number, ms: number): void
  /** Frames sent to connections. */
  deliveries(event: ServerEvent, count: number): void
  refusal(code: string): void
  /** Changes that this node missed and found in the database. */
  caughtUp(changes: number): void
  /** Starts a measurement; the returned function ends it. */
  timeFanOut(): () => void
  timeRequest(event: string): () => void
}

const nothing = (): void => {}

export const noMeter: Meter = {
  sends: nothing,
  commit: nothing,
  deliveries: nothing,
  refusal: nothing,
  caughtUp: nothing,
  timeFanOut: () => nothing,
  timeRequest: () => nothing,
}
