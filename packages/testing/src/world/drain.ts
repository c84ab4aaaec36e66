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

/** As it is before a test fakes the timers: a world would stand still with them. */
const { setImmediate } = globalThis

/** A turn of the event loop: all ready promises have run. */
export const nextTurn: () => Promise<void> =
  setImmediate === undefined ? messageTurns() : () => new Promise((resolve) => setImmediate(resolve))

/** A page has no `setImmediate`, and would delay nested timeouts by 4 ms. */
function messageTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      port2.postMessage(null)
    })
}
