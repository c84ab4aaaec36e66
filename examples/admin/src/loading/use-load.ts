import type { AdminError } from '@roomful/admin'
import { useCallback, useEffect, useState } from 'react'
import { asFailure } from '../api/api'

/**
 *   loading ──answer──► ready      another `load`, or `reload`: loading again, with the old value until the new one came
 *      └────refusal──► failed
 */
export type Loaded<Value> =
  | { readonly status: 'loading'; readonly value?: Value }
  | { readonly status: 'ready'; readonly value: Value }
  | { readonly status: 'failed'; readonly failure: AdminError; readonly value?: Value }

export type Load<Value> = (signal: AbortSignal) => Promise<Value>

/** Loads while the view is shown; leaving it aborts the request. `load` from `useCallback`: another one loads again. */
export function useLoad<Value>(load: Load<Value>): Loaded<Value> & { readonly reload: () => void } {
  const [attempt, setAttempt] = useState(0)
  const [loaded, setLoaded] = useState<Loaded<Value>>({ status: 'loading' })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another request
  useEffect(() => {
    const abort = new AbortController()
    setLoaded(({ value }) => ({ status: 'loading', ...(value === undefined ? {} : { value }) }))
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setLoaded({ status: 'ready', value })
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setLoaded({ status: 'failed', failure: asFailure(error) })
      },
    )
    return () => abort.abort()
  }, [load, attempt])
  const reload = useCallback(() => setAttempt((before) => before + 1), [])
  return { ...loaded, reload }
}
