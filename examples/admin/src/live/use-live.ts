import type { AdminError } from '@roomful/admin'
import { useEffect, useState } from 'react'
import { asFailure, useApi } from '../api/api'
import { type Moment, momentOf, type Sample, withMoment } from './rates'

const POLL_MS = 2_000

export type Live = {
  readonly moments: readonly Moment[]
  /** Of the newest poll: the moments are older then. */
  readonly failure: AdminError | undefined
}

/** Polls the live figures while the view is shown and the tab is in front, one request at a time. */
export function useLive(): Live {
  const api = useApi()
  const [live, setLive] = useState<Live>({ moments: [], failure: undefined })
  useEffect(() => {
    const abort = new AbortController()
    const { signal } = abort
    let before: Sample | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const poll = async (): Promise<void> => {
      try {
        const sample = document.hidden ? undefined : await api.stats.live({}, { signal })
        if (signal.aborted) return
        if (sample) {
          const moment = momentOf(sample, before)
          before = sample
          setLive(({ moments }) => ({ moments: withMoment(moments, moment), failure: undefined }))
        }
      } catch (error) {
        if (signal.aborted) return
        setLive(({ moments }) => ({ moments, failure: asFailure(error) }))
      }
      timer = setTimeout(poll, POLL_MS)
    }
    void poll()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [api])
  return live
}
