import { useCallback, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'

/** What a hook can read: a chat, a room, or a watch of this package. */
export type Source<S> = { getState(): S; subscribe(listener: () => void): () => void }
/** Whether two values render the same. */
export type IsEqual<T> = (a: T, b: T) => boolean

/**
 * The only place that meets `useSyncExternalStore`: no hook copies state into React.
 *
 * `idle` is what the server renders and the browser hydrates: a source that has not begun. Taking the live state
 * there instead would differ between the two as soon as a cache answers before hydration is through.
 *
 * The selector may be written inline, and may build what it returns. It runs once a state, and its value keeps its
 * reference while `isEqual` says so, so that neither React nor memoised children see a change that is none. The
 * cache is written while rendering, which is safe because it is a function of what it is given.
 */
export function useStore<S, T>(
  source: Source<S>,
  idle: S,
  selector: (state: S) => T,
  isEqual: IsEqual<T> = Object.is,
): T {
  const cache = useRef<{ state: S; selector: (state: S) => T; value: T } | null>(null)
  const read = (state: S): T => {
    const last = cache.current
    if (last && last.state === state && last.selector === selector) return last.value
    const next = selector(state)
    const value = last && isEqual(last.value, next) ? last.value : next
    cache.current = { state, selector, value }
    return value
  }
  return useSyncExternalStore(
    useCallback((listener) => source.subscribe(listener), [source]),
    () => read(source.getState()),
    () => read(idle),
  )
}

/** Equal items in equal order; for selectors that build a list. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]))
}

/** Before the paint in a browser; on a server, where React 18 warns of layout effects, the one that never runs. */
export const useLayout = typeof document === 'undefined' ? useEffect : useLayoutEffect

/** For a promise whose refusal is not lost without it: it stands in the state of the room or of the chat. */
export const shownInState = () => undefined
