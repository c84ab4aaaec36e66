/**
 * Runs all promises that are ready, and those that become ready meanwhile, until none is left; nothing in a world waits
 * for anything else. From a macrotask only: inside a promise's own callback there is no nested turn.
 *
 * `process._tickCallback` is what Node itself calls at the end of a callback, at 0.1 µs where a turn of the event loop
 * costs 10: a simulator drains after every event. Without it (another runtime) a world is driven by `nextTurn`.
 */
export const drain: (() => void) | undefined = tickCallback()

function tickCallback(): (() => void) | undefined {
  const found: unknown = Reflect.get(globalThis.process ?? {}, '_tickCallback')
  return typeof found === 'function' ? () => Reflect.apply(found, process, []) : undefined
}

/** A turn of the event loop: all ready promises have run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
