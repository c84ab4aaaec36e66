import type { Clock } from '../platform/clock'
import type { OutgoingMessage, TabMessage } from './messages'
import type { LockHold, TabsPort } from './port'

/** How often a tab asks whether the owner lives. Timers of a hidden owner are slowed down; answers to messages are not. */
const PING_MS = 350
/** An owner that has not answered for this long is frozen or stuck: the connection is taken from it. With one more ping and a
 * dial this stays below 2 s. */
const DEAD_MS = 1_000
/** A ping counts only when this many of this tab's ticks passed since: otherwise this tab slept. */
const DEAD_TICKS = 2
/** An owner that was hidden for this long passes the connection to a visible tab, before it gets frozen. */
const YIELD_AFTER_MS = 10_000

export type Owner = { readonly tab: string; readonly term: string }

export type Election = {
  owner(): Owner | null
  onMessage(message: TabMessage): void
  /** Releases the lock for the next tab in the queue. */
  end(): void
}

/**
 * Which tab owns the connection.
 *
 *   seeking ──lock granted──▶ owner ──stolen, or yielded──▶ following
 *      │  ▲                                                    │
 *      │  └─────────────── (the owner's end grants the lock) ──┤
 *      └──an owner answers──▶ following ──silent for 1 s: steal┴─▶ owner
 *   any ──end──▶ ended (the last one)
 *
 * A tab that seeks or follows waits in the lock queue all the time: when the owner's tab is gone the lock is granted
 * to the next within milliseconds. Only an owner that is there and does not answer needs the pings.
 */
export function createElection(options: {
  port: TabsPort
  clock: Clock
  me: string
  lockName: string
  newTerm(): string
  random(): number
  post(message: OutgoingMessage): void
  /** How many messages were delivered to the tab in this term. */
  deliveredCount(tab: string): number
  /** Called on every change of the owner, never twice for the same term. Null: not known yet. */
  onOwner(owner: Owner | null): void
}): Election {
  const { port, clock, me, lockName, post } = options
  let owner: Owner | null = null
  let hold: LockHold | null = null
  let queued = new AbortController()
  let ended = false
  let hiddenSince = port.isVisible() ? Number.POSITIVE_INFINITY : clock.now()
  let lastFollower: { tab: string; visible: boolean } | null = null
  let unanswered: { since: number; ticks: number } | null = null
  let cancelTick = (): void => {}
  let isAlone = false

  const isOwner = (): boolean => owner?.tab === me

  const setOwner = (next: Owner | null): void => {
    unanswered = null
    if (owner?.term === next?.term) return
    owner = next
    if (isOwner()) cancelTick()
    else tick()
    options.onOwner(next)
  }

  const own = (granted: LockHold): void => {
    if (ended) {
      granted.release()
      return
    }
    hold?.release()
    hold = granted
    void granted.lost.then(() => {
      if (hold !== granted || ended) return
      hold = null
      if (isOwner()) setOwner(null)
      waitForLock()
    })
    queued.abort()
    const term = options.newTerm()
    setOwner({ tab: me, term })
    if (!isAlone) post({ type: 'owner', term })
  }

  /** Where locks are forbidden nothing is shared: every tab is its own owner. */
  const alone = (): void => {
    isAlone = true
    own({ lost: new Promise(() => {}), release: () => {} })
  }

  function waitForLock(): void {
    queued.abort()
    queued = new AbortController()
    const { signal } = queued
    port.lock(lockName, 'wait', signal).then(
      (granted) => (granted && signal.aborted ? granted.release() : granted && own(granted)),
      () => (signal.aborted || ended ? undefined : alone()),
    )
  }

  const steal = (): void => {
    unanswered = null
    port.lock(lockName, 'steal').then(
      (granted) => granted && own(granted),
      // Another tab stole it in the same moment; its announcement is on its way, or the next ping finds out.
      () => {},
    )
  }

  const ping = (): void => {
    unanswered ??= { since: clock.now(), ticks: 0 }
    post({ type: 'ping', visible: port.isVisible() })
  }

  const tick = (): void => {
    cancelTick()
    if (ended || isOwner()) return
    // Jitter: the first tab to steal announces itself before the others try.
    cancelTick = clock.setTimer(PING_MS * (1 + options.random() / 5), tick)
    if (unanswered !== null) {
      unanswered = { ...unanswered, ticks: unanswered.ticks + 1 }
      if (unanswered.ticks > DEAD_TICKS && clock.now() - unanswered.since >= DEAD_MS) {
        steal()
        return
      }
    }
    ping()
  }

  /** Closes the connection at once; the other tab takes the lock. If it does not, this tab's pings get no answer. */
  const yieldTo = (tab: string): void => {
    setOwner(null)
    post({ type: 'yielded', to: tab })
  }

  const endPage = port.onPage((state) => {
    hiddenSince = state === 'visible' ? Number.POSITIVE_INFINITY : Math.min(hiddenSince, clock.now())
    if (state === 'visible' && !isOwner()) ping()
    if (state === 'frozen' && isOwner() && lastFollower !== null) yieldTo(lastFollower.tab)
  })

  waitForLock()
  tick()

  return {
    owner: () => owner,
    onMessage: (message) => {
      if (isAlone || ended) return
      switch (message.type) {
        case 'ping': {
          if (lastFollower === null || message.visible || !lastFollower.visible)
            lastFollower = { tab: message.from, visible: message.visible }
          if (owner?.tab !== me) return
          if (message.visible && clock.now() - hiddenSince >= YIELD_AFTER_MS) return yieldTo(message.from)
          post({
            type: 'owner',
            term: owner.term,
            to: message.from,
            told: options.deliveredCount(message.from),
          })
          return
        }
        case 'owner': {
          const { from: tab, term } = message
          if (!isOwner()) return setOwner({ tab, term })
          // Only one tab holds the lock: one that lost it without noticing finds out now.
          const mine = owner?.term
          void port.settled().then(() => {
            if (owner?.term === mine && mine !== undefined && hold !== null)
              post({ type: 'owner', term: mine })
          })
          return
        }
        case 'yielded':
          if (!isOwner()) steal()
          return
        default:
      }
    },
    end: () => {
      ended = true
      endPage()
      cancelTick()
      queued.abort()
      owner = null
      hold?.release()
      hold = null
    },
  }
}
