import type { Topic } from './notifier'

/** `subscribe` and `select` of a topic whose state is seen through `view`; no call without a change of what is seen. */
export function createSubscribing<V>(
  { listeners }: Topic,
  view: () => V,
): {
  subscribe(listener: () => void): () => void
  select<T>(selector: (state: V) => T, listener: (value: T) => void): () => void
} {
  const select = <T>(selector: (state: V) => T, listener: (value: T) => void): (() => void) => {
    let last = selector(view())
    const check = () => {
      const value = selector(view())
      if (Object.is(value, last)) return
      last = value
      return listener(value)
    }
    listeners.add(check)
    return () => void listeners.delete(check)
  }
  return { select, subscribe: (listener) => select((state) => state, listener) }
}
