import type { Clock } from '../platform/clock'
import type { DownReason } from '../transport/port'

/** The tab that was asked has this long to come back with a fresh token; then another one is asked. */
const REFRESH_MS = 3_000

/**
 * Whose token the one connection uses. Every tab offers one when it attaches; the owner's own is taken first. When the
 * server refuses one, one tab at a time is asked for a fresh one, however many tabs there are (single flight).
 */
export function createTokens(options: {
  me: string
  clock: Clock
  /** This tab is to come back with a fresh token, for this reason. */
  onAsk(tab: string, reason: DownReason): void
  /** This tab is to send a fresh token on the connection that is up. */
  onRefresh(tab: string): void
  /** It may be time to dial. */
  onChoice(): void
}) {
  const { me, clock } = options
  const offered = new Map<string, string>()
  /** `notified`: the tabs that know of it. One that comes back with the very same token wants it to be tried again. */
  let refused: {
    readonly token: string
    readonly reason: DownReason
    readonly notified: Set<string>
  } | null = null
  let asked: { readonly tab: string; readonly until: number } | null = null
  let cancel = (): void => {}

  const wait = (ms: number, fn: () => void): void => {
    cancel()
    cancel = clock.setTimer(ms, fn)
  }

  const ask = (tab: string): void => {
    asked = { tab, until: clock.now() + REFRESH_MS }
    wait(REFRESH_MS, () => {
      asked = null
      options.onChoice()
    })
  }

  const ownFirst = (tabs: readonly string[]): readonly string[] =>
    tabs.includes(me) ? [me, ...tabs.filter((tab) => tab !== me)] : tabs

  /** One after the other, until one has done it. */
  const refreshBy = ([tab, ...others]: readonly string[]): void => {
    if (tab === undefined) return
    options.onRefresh(tab)
    wait(REFRESH_MS, () => refreshBy(others))
  }

  return {
    offer: (tab: string, token: string): void => {
      offered.set(tab, token)
      if (asked?.tab === tab) asked = null
      if (refused?.token === token && refused.notified.has(tab)) refused = null
    },
    forget: (tab: string): void => {
      offered.delete(tab)
    },
    refuse: (tab: string, token: string, reason: DownReason): void => {
      refused = { token, reason, notified: new Set([tab]) }
      ask(tab)
    },
    /** Null: no tab has one that is worth a try; one has been asked. */
    choose: (): { tab: string; token: string } | null => {
      if (asked !== null) return null
      const tabs = ownFirst([...offered.keys()])
      for (const tab of tabs) {
        const token = offered.get(tab)
        if (token !== undefined && token !== refused?.token) return { tab, token }
      }
      const [first] = tabs
      if (first === undefined || refused === null) return null
      ask(first)
      refused.notified.add(first)
      options.onAsk(first, refused.reason)
      return null
    },
    refresh: (tabs: readonly string[]): void => refreshBy(ownFirst(tabs)),
    refreshed: (): void => cancel(),
    end: (): void => cancel(),
  }
}
