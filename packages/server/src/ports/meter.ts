import type { ServerEvent } from '@roomful/protocol'

/** What the server counts. All of it may be ignored. */
export interface Meter {
  sends(count: number): void
  /** One transaction: of how many ops, and how long it took. */
  commit(ops: number, ms: number): void
  /** Frames handed to lines. */
  deliveries(event: ServerEvent, count: number): void
  refusal(code: string): void
  /** Changes that no node told this one, and that were found in the database. */
  caughtUp(changes: number): void
  /** Begins to measure; the returned function ends it. */
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
