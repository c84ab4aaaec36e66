import { type ReactElement, useEffect, useState } from 'react'
import { ChaosStage } from './chaos-stage'
import { inviteGuests } from './guests'
import { createLab, type Lab } from './lab'
import type { LabOptions } from './lab-state'
import '../styles/chaos.css'
import '../styles/chaos-stage.css'

/** `?seed=`, `seconds`, `pace`, `messages`; with `demo` it begins by itself. */
export type ChaosQuery = LabOptions & { readonly startsDemo: boolean }

/** The page at `/chaos`: two whole clients side by side, and everything that can go wrong between them. */
export function ChaosPage({ query }: { query: ChaosQuery }): ReactElement {
  const [lab, setLab] = useState<Lab | null>(null)
  const [error, setError] = useState<string | null>(null)

  useEffect(() => {
    let isOver = false
    let made: Lab | null = null
    inviteGuests(query.seed).then(
      (guests) => {
        if (isOver) return void guests.observer.close()
        made = createLab(guests, query)
        setLab(made)
        if (query.startsDemo) made.demo()
      },
      (reason: unknown) =>
        setError(reason instanceof Error ? reason.message : 'The guests could not come in.'),
    )
    return () => {
      isOver = true
      made?.close()
    }
  }, [query])

  if (lab) return <ChaosStage lab={lab} />
  return (
    <main className="chaos-wait" data-phase={error ? 'failed' : 'starting'}>
      <h1>Chaos</h1>
      {error ? <p role="alert">{error}</p> : <p className="muted">Anna and Ben are coming in…</p>}
      <p>
        <a href="./">Back to the chat</a>
      </p>
    </main>
  )
}
