import { useSyncExternalStore } from 'react'

/** Below it there is one pane at a time; the same figure is in layout.css. */
const TWO_PANES = '(min-width: 46rem)'

/** Whether the list and a room fit beside each other. */
export function useTwoPanes(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(TWO_PANES).matches)
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(TWO_PANES)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
