import { lazy, type ReactElement, Suspense } from 'react'
import { chaosQueryOf } from './chaos-query'

/** Loaded only at its address: the chat pays nothing for it. */
const ChaosPage = lazy(async () => ({ default: (await import('./chaos-page')).ChaosPage }))

export const isChaosAddress = (): boolean => window.location.pathname.endsWith('/chaos')

const query = chaosQueryOf(window.location.search, Math.random())

export function ChaosRoute(): ReactElement {
  return (
    <Suspense>
      <ChaosPage query={query} />
    </Suspense>
  )
}
