import type { MemberView } from '@roomful/client'
import { useEffect, useState } from 'react'
import { nextMuteEnd } from './may-steer'

/** A timer can be a little early. */
const LATE_MS = 50
/** The longest timer of a browser: 24 days. */
const LONGEST_MS = 2 ** 31 - 1

/** The time (ms since the epoch), read again whenever a mute of these members ends: one timer for all. */
export function useMuteClock(members: readonly MemberView[]): number {
  const [now, setNow] = useState(() => Date.now())
  const next = nextMuteEnd(members, now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the longest timer may end before the mute, and goes on then
  useEffect(() => {
    if (next === null) return
    const wait = Math.min(Math.max(0, next - Date.now()) + LATE_MS, LONGEST_MS)
    const timer = setTimeout(() => setNow(Date.now()), wait)
    return () => clearTimeout(timer)
  }, [next, now])
  return now
}
