/**
 * Runs calls one after the other, in the order in which they came; a failed one does not hold up the next. Local
 * stores queue with it, so that a crash leaves a prefix of the writes.
 */
export function serialQueue(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const result = last.then(call)
    // The caller has `result` and its error; the chain only needs its end.
    last = result.catch(() => undefined)
    return result
  }
}
