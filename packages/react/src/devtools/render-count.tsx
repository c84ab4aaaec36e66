import { Profiler, type ReactElement, type ReactNode, useSyncExternalStore } from 'react'

const MOST_COUNTED = 100
let counts: ReadonlyMap<string, number> = new Map()
const listeners = new Set<() => void>()
let isDue = false

const count = (id: string): void => {
  if (!counts.has(id) && counts.size >= MOST_COUNTED) return
  counts = new Map(counts).set(id, (counts.get(id) ?? 0) + 1)
  if (isDue) return
  isDue = true
  // Not in the middle of a commit, which this is called in.
  setTimeout(() => {
    isDue = false
    for (const listener of [...listeners]) listener()
  }, 250)
}

/**
 * Counts how often what is in it renders; the panel shows the counts. Renders nothing itself. React leaves its profiler out
 * of production builds: there it counts nothing.
 *
 * @example
 * const Counted = () => <RenderCount id="messages"><Messages /></RenderCount>
 */
export function RenderCount({ id, children }: { id: string; children?: ReactNode }): ReactElement {
  return (
    <Profiler id={id} onRender={count}>
      {children}
    </Profiler>
  )
}

export function useRenderCounts(): ReadonlyMap<string, number> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => counts,
    () => counts,
  )
}
