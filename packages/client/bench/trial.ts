/** One thing that is measured, at one size, in a process of its own. */
export type Trial = {
  /** How many operations one `run` does. */
  readonly count: number
  /** Measured. */
  run(): Promise<void> | void
  /** Between two rounds, not measured: it prepares the next one. */
  between?(): Promise<void> | void
  /** What has to hold of the last round, beside its time. Throws where it does not. */
  check?(): void
}

/** Sets a trial up. `size` is what varies: messages held, rooms, entries that wait. */
export type TrialMaker = (size: number) => Promise<Trial>

/** What the compiler must not leave out. */
export const sink: { value: unknown } = { value: undefined }

/** All that follows from the last call and is neither a timer nor the network. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
