import { ignoreRejection } from './limits'

/**
 * A loop over what `run` yields that ends at once with the signal and when it is left, even during a wait: `return` of a
 * generator waits for its next `yield`, and the signal given to `run` ends what it waits for. Each loop runs anew.
 */
export function leavable<T>(
  signal: AbortSignal | undefined,
  run: (left: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      const left = new AbortController()
      const leave = (): void => left.abort()
      const source = listening(signal, left.signal, leave, run)
      return {
        next: () => ignoreRejection(source.next()),
        return: () => {
          leave()
          return source.return()
        },
      }
    },
  }
}

/** A loop that was never begun leaves no listener on the signal. */
async function* listening<T>(
  signal: AbortSignal | undefined,
  left: AbortSignal,
  leave: () => void,
  run: (left: AbortSignal) => AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  if (signal?.aborted) leave()
  if (left.aborted) return
  signal?.addEventListener('abort', leave)
  try {
    yield* run(left)
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}
