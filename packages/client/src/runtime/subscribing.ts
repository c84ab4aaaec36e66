import type { StoreApi } from 'zustand/vanilla'

/** `subscribe` and `select` over a store whose state is seen through `view`; no call without a change of what is seen. */
export function createSubscribing<S, V>(
  store: Pick<StoreApi<S>, 'subscribe'>,
  view: () => V,
): {
  subscribe(listener: () => void): () => void
  select<T>(selector: (state: V) => T, listener: (value: T) => void): () => void
} {
  const select = <T>(selector: (state: V) => T, listener: (value: T) => void): (() => void) => {
    let last = selector(view())
    return store.subscribe(() => {
      const value = selector(view())
      if (Object.is(value, last)) return
      last = value
      listener(value)
    })
  }
  return { select, subscribe: (listener) => select((state) => state, listener) }
}
