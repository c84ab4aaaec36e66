/** One measured trial, at one size, in a separate process. */
export type Trial = {
  /** How many operations one `run` does. */
  readonly count: number
  /** Measured. */
  run(): Promise<void> | void
  /** Between two rounds, not measured: it prepares the next one. */
  between?(): Promise<void> | void
  /** The conditions on the last round, besides its time. Throws if one fails. */
  check?(): void
}

/** Sets a trial up. `size` is what varies: messages held, rooms, waiting entries. */
export type TrialMaker = (size: number) => Promise<Trial>

/** What the compiler must not optimize away. */
export const sink: { value: unknown } = { value: undefined }

/** Everything that follows from the last call and is neither a timer nor the network. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
