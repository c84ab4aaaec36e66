import type { ChatStore } from '../engine/chat-store'
import type { Clock } from '../platform/clock'
import type { Ids } from '../platform/ids'
import type { Room } from '../room'
import type { LocalCopy } from '../storage/local-copy'
import type { TransportEvent, TransportFactory } from '../transport/port'
import { type ConnectionHub, createConnectionHub } from './connection-hub'
import { createElection, type Election, type Owner } from './election'
import { type OutgoingMessage, readMessage, type TabMessage } from './messages'
import { createMirroredRooms } from './mirrored-rooms'
import type { LockHold, TabsPort } from './port'
import { connectionScope, userScope } from './scope'
import { type SharedCopy, shareCopy } from './shared-copy'
import { createSharedTransport } from './shared-transport'
import { createTabUpdates } from './tab-updates'
import { adoptEntries, startWritingRooms, stopWritingRooms } from './take-over'

export { browserTabs } from './browser-tabs'

export type TabsOptions = {
  readonly port: TabsPort
  readonly url: string
  readonly openTransport: TransportFactory
  readonly store: ChatStore
  readonly clock: Clock
  readonly ids: Ids
  room(id: string): Room
  onEvent(event: TransportEvent): void
  /** Places in the outbox after this one. */
  onOrder(order: number): void
}

/** What could not be read from the disk is read again after this, and then ever more rarely. */
const READ_FIRST_MS = 1_000
const READ_MOST_MS = 30_000

const tabLock = (tab: string): string => `roomful:tab:${tab}`

/**
 * One connection and one disk for all tabs of a user. Each tab runs its whole client; the tabs share the
 * connection (the hub at the owner, a relay elsewhere) and divide the writing (see the shared copy).
 */
export function createTabs(options: TabsOptions) {
  const { port, url, store, clock, ids } = options
  const me = ids.clientId()
  const held: LockHold[] = []
  /** Locks that this tab waits for: those of other tabs, while it is the owner. */
  let watching = new AbortController()
  const watched = new Set<string>()
  /** How many messages were delivered to each tab in this term. */
  const deliveredCounts = new Map<string, number>()
  let scope: string | null = null
  let token: string | null = null
  /** Whose space is open on disk, and the user that the server has confirmed. */
  let known: string | null = null
  let confirmed: string | null = null
  let election: Election | null = null
  let channel: ReturnType<TabsPort['channel']> | null = null
  /** Joins all tabs of the open local copy, also those whose tokens do not name the same user. */
  let copy: ReturnType<TabsPort['channel']> | null = null
  let hub: ConnectionHub | null = null
  let shared: SharedCopy | null = null
  /** Whose rows this tab writes; null: none. */
  let writerFor: string | null = null
  /** The disk was in trouble when this tab had to read what others left: their locks are held, so no other tab reads it. */
  let isBehind = false
  let readAgainMs = READ_FIRST_MS
  let cancelReading = (): void => {}
  let ended = false
  let signedOut = false

  const post = (message: OutgoingMessage): void => channel?.post({ ...message, from: me })

  const named = port.lock(tabLock(me), 'wait').then(
    (hold) => void (hold && held.push(hold)),
    // Locks are forbidden: no tab can adopt anything here, so nothing needs to be protected.
    () => {},
  )

  const adopted = new Set<string>()
  const keepLock = (tab: string, hold: LockHold): void => {
    held.push(hold)
    adopted.add(tab)
  }
  const adopt = async (tab: string): Promise<boolean> => {
    const hold = adopted.has(tab) ? null : await port.lock(tabLock(tab), 'try').catch(() => null)
    if (hold) keepLock(tab, hold)
    // It lives, or is frozen: its lock is waited for, even if it never posts again.
    else if (hub && !adopted.has(tab)) watch(tab)
    return adopted.has(tab)
  }

  const deliver = (tab: string, event: TransportEvent): void => {
    const owner = election?.owner()
    if (tab === me) transport.onEvent(event)
    else if (owner) post({ type: 'event', to: tab, term: owner.term, told: count(tab), event })
  }

  const count = (tab: string): number => {
    const next = (deliveredCounts.get(tab) ?? 0) + 1
    deliveredCounts.set(tab, next)
    return next
  }

  const mirroredRooms = createMirroredRooms(options.room)
  const updates = createTabUpdates({
    store,
    clock,
    post,
    hub: () => hub,
    deliver: (tab, message) => deliver(tab, { type: 'message', message }),
  })
  const transport = createSharedTransport({
    me,
    clock,
    post,
    onEvent: (event) => {
      if (event.type === 'ready') confirmed = event.ready.user?.id ?? null
      options.onEvent(event)
      if (event.type === 'ready') void inherit()
    },
    onToken: (next) => {
      token = next
      void named.then(enter)
      return isOfScope(next)
    },
  })

  const isOfScope = (shown: string): boolean => connectionScope(url, shown, null) === scope

  /** Joins the tabs of this user, as soon as the user is known, and again when the user changes. */
  function enter(): void {
    const next = connectionScope(url, token, known)
    if (next === null || next === scope || ended) return
    leave()
    scope = next
    channel = port.channel(next, (data) => {
      const message = readMessage(data, me)
      if (message !== null && scope === next) onMessage(message)
    })
    election = createElection({
      port,
      clock,
      me,
      lockName: next,
      newTerm: () => ids.clientId(),
      random: () => ids.random(),
      post,
      deliveredCount: (tab) => deliveredCounts.get(tab) ?? 0,
      onOwner,
    })
  }

  function openCopy(userId: string | null): void {
    copy?.close()
    copy =
      userId === null
        ? null
        : port.channel(`${userScope(url, userId)}:copy`, (data) => {
            if (readMessage(data, me)?.type === 'signed-out') signOut()
          })
  }

  function leave(): void {
    dropHub()
    election?.end()
    channel?.close()
    election = null
    channel = null
    stopWriting()
  }

  function dropHub(): void {
    watching.abort()
    watching = new AbortController()
    watched.clear()
    deliveredCounts.clear()
    mirroredRooms.clear()
    const old = hub
    hub = null
    old?.end()
  }

  function stopWriting(): void {
    if (writerFor === null) return
    writerFor = null
    stopWritingRooms(store)
  }

  /**
   * A tab that slept may have lost the lock without noticing; the tab that holds it reads what is on disk, and
   * continues.
   */
  async function lostWriter(): Promise<void> {
    stopWriting()
    await port.settled()
    await inherit()
  }

  function onOwner(owner: Owner | null): void {
    dropHub()
    if (owner?.tab !== me) {
      stopWriting()
      transport.onOwner(owner, null)
      return
    }
    hub = createConnectionHub({
      me,
      clock,
      open: (onEvent) => options.openTransport(url, onEvent),
      deliver,
      onUp: () => post({ type: 'line-up' }),
      onJoined: (tab, roomIds) => (tab === me ? undefined : mirroredRooms.open(tab, roomIds)),
      onLeft: (tab, roomIds) => {
        mirroredRooms.close(tab, roomIds)
        updates.onLeft(roomIds)
      },
    })
    transport.onOwner(owner, hub)
    void inherit()
  }

  /** The user of the open space, where the token or the server confirms them; null otherwise: nothing of another is read. */
  const ownUser = (): string | null => {
    const userId = shared?.userId() ?? null
    return userId !== null && (userId === confirmed || userScope(url, userId) === scope) ? userId : null
  }

  /** Reads from disk what the owner before wrote, and what tabs that have died left unsent. */
  async function inherit(): Promise<void> {
    const at = hub
    const userId = ownUser()
    if ((at === null && !isBehind) || shared === null || userId === null) return
    const mayKeep = at !== null && (writerFor === userId || (await mayKeepRows(userId)))
    const snapshot = await shared.refreshed()
    if (shared.userId() !== userId) return
    readAgain(snapshot === null)
    store.batch(() => {
      if (hub === at && mayKeep && writerFor === null) {
        writerFor = userId
        startWritingRooms(store, snapshot)
      }
      // A dead tab's entries belong to the tab that holds its lock, even if that tab is no longer the leader.
      if (snapshot) adoptEntries(store, snapshot, clock.now(), options.onOrder)
    })
  }

  function readAgain(hasFailed: boolean): void {
    cancelReading()
    isBehind = hasFailed && !ended
    if (isBehind) cancelReading = clock.setTimer(readAgainMs, () => void inherit())
    readAgainMs = isBehind ? Math.min(2 * readAgainMs, READ_MOST_MS) : READ_FIRST_MS
  }

  /** Tabs of one user whose tokens do not name them have several connections, but only one disk. */
  async function mayKeepRows(userId: string): Promise<boolean> {
    const name = userScope(url, userId)
    if (name === scope) return true
    const { signal } = watching
    const hold = await port.lock(name, 'wait', signal).catch(() => null)
    if (hold && signal.aborted) hold.release()
    if (hold === null || signal.aborted) return false
    signal.addEventListener('abort', () => hold.release())
    return true
  }

  /** Waits for the tab's lock: it is granted when the tab is gone, however it ended. */
  function watch(tab: string): void {
    if (watched.has(tab)) return
    watched.add(tab)
    const { signal } = watching
    port.lock(tabLock(tab), 'wait', signal).then(
      (hold) => {
        if (hold === null) return
        if (signal.aborted) return hold.release()
        watched.delete(tab)
        hub?.detach(tab, false)
        // Not known to be this user's: a tab that is adopts what was left.
        if (ownUser() === null) return hold.release()
        keepLock(tab, hold)
        void inherit()
      },
      () => {},
    )
  }

  function onMessage(message: TabMessage): void {
    election?.onMessage(message)
    transport.onMessage(message)
    switch (message.type) {
      case 'draft':
        updates.onDraft(message.roomId, message.text)
        break
      case 'line-up':
        // A tab that waits for its next try can connect now.
        store.dispatchChat({ type: 'connection', event: { type: 'retry' } })
        break
      default:
        if (hub) serve(hub, message)
    }
  }

  /** Serves other tabs' messages to this one, their owner. Messages to an earlier owner are ignored. */
  function serve(at: ConnectionHub, message: TabMessage): void {
    const { from } = message
    if (message.type === 'ping') watch(from)
    const term = election?.owner()?.term
    if (!('term' in message) || message.term !== term) return
    // Tabs of an older version offer the token of another user before they leave.
    if (message.type === 'attach' && isOfScope(message.token)) at.attach(from, message.token)
    if (message.type === 'detach') at.detach(from, message.dead)
    if (message.type === 'signal') at.signal(message.event, message.payload)
    if (message.type !== 'request') return
    const { no, event, payload, timeoutMs } = message
    void at.request(from, event, payload, timeoutMs).then((result) => {
      if (hub === at) post({ type: 'answer', to: from, term, told: count(from), no, result })
    })
  }

  /** Another tab has ended the session: this one ends as if the server had revoked it. */
  function signOut(): void {
    if (signedOut) return
    signedOut = true
    // The connection goes too, and this tab competes for no other.
    leave()
    transport.close()
    options.onEvent({
      type: 'down',
      reason: { code: 'SESSION_REVOKED', text: 'Signed out in another tab', next: 'stop' },
    })
  }

  return {
    transport,
    writesRows: () => writerFor !== null,
    lostWriter: (): void => void lostWriter(),
    share: (inner: LocalCopy): LocalCopy => {
      shared = shareCopy({
        copy: inner,
        me,
        named,
        writesRows: () => writerFor !== null,
        adopt,
        onOrder: options.onOrder,
        onOpened: (userId) => {
          known = userId ?? known
          openCopy(userId)
          if (writerFor !== userId) stopWriting()
          enter()
          void inherit()
        },
        onWiped: () => {
          if (!signedOut) copy?.post({ type: 'signed-out', from: me } satisfies TabMessage)
          signedOut = true
        },
      })
      return shared
    },
    /** The last: after the last write. */
    end: (): void => {
      ended = true
      cancelReading()
      leave()
      openCopy(null)
      for (const hold of held.splice(0)) hold.release()
    },
  }
}

export type Tabs = ReturnType<typeof createTabs>
