import { subscribeWithSelector } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'
import type { Topic } from '../engine/notifier'
import { attempt } from '../engine/report'

/**
 * `subscribe` and `select` of a topic: a zustand store of the visible state, while it has listeners. The notifier
 * publishes to it, in its rounds, so that zustand calls listeners only when the state is whole; it makes no call if
 * `view` returns what was published before. It adds what zustand does not promise:
 *
 * - a selector or listener that throws is reported, and the others are called;
 * - each is called with the newest state, also where one before it has changed it in the same round;
 * - one that begins in the middle of a round is called from the next change on.
 */
export function createViewStore<V extends object>(
  topic: Topic,
  view: () => V,
): {
  subscribe(listener: () => void): () => void
  select<T>(selector: (state: V) => T, listener: (value: T) => void): () => void
} {
  const newStore = () => createStore(subscribeWithSelector(view))
  let store: ReturnType<typeof newStore> | null = null
  let listeners = 0
  let failed = (_error: unknown): void => {}

  const publish: NonNullable<Topic['publish']> = (report) => {
    failed = report
    attempt(() => store?.setState(view(), true), report)
  }

  const select = <T>(selector: (state: V) => T, listener: (value: T) => void): (() => void) => {
    let last = selector(view())
    store ??= newStore()
    topic.publish = publish
    listeners++
    let begunAt: V | null = store.getState()
    const newest = (published: V): T => {
      if (published === begunAt) return last
      begunAt = null
      attempt(() => {
        last = selector(view())
      }, failed)
      return last
    }
    const stop = store.subscribe(newest, (value) => attempt(() => listener(value), failed))
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      stop()
      listeners--
      if (listeners > 0) return
      store = null
      topic.publish = null
    }
  }
  return { select, subscribe: (listener) => select((state) => state, listener) }
}
