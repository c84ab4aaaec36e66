import type { Clock } from '../ports/clock'

/** The tab that was asked has this long to come back with a fresh token; then another one is asked. */
const REFRESH_MS = 3_000

/**
 * Whose token the one line uses. Every tab brings one when it attaches; the owner's own is taken first. When the server
 * refuses one, one tab at a time is asked for a fresh one, whatever the number of tabs (single flight).
 */
export function createTokens(options: {
  me: string
  clock: Clock
  /** This tab is to come back with a fresh token. */
  onAsk(tab: string): void
  /** This tab is to send a fresh token on the line that is up. */
  onRefresh(tab: string): void
  /** It may be time to dial. */
  onChoice(): void
}) {
  const { me, clock } = options
  const offered = new Map<string, string>()
  let refused: string | null = null
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
    },
    forget: (tab: string): void => {
      offered.delete(tab)
    },
    refuse: (tab: string, token: string): void => {
      refused = token
      ask(tab)
    },
    /** Null: nobody has one that is worth a try; somebody has been asked. */
    choose: (): { tab: string; token: string } | null => {
      if (asked !== null) return null
      const tabs = ownFirst([...offered.keys()])
      for (const tab of tabs) {
        const token = offered.get(tab)
        if (token !== undefined && token !== refused) return { tab, token }
      }
      const [first] = tabs
      if (first === undefined) return null
      ask(first)
      options.onAsk(first)
      return null
    },
    refresh: (tabs: readonly string[]): void => refreshBy(ownFirst(tabs)),
    refreshed: (): void => cancel(),
    end: (): void => cancel(),
  }
}
