import type { Presence } from '@roomful/protocol'
import { asUserId, LIMITS } from '@roomful/protocol/plain'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import { soon } from '../platform/system-clock'
import type { PresenceState } from '../presence'
import type { Watch } from './presence'

/** A list that the server refused is sent again after this long, unless the refusal names a time. */
const RETRY_MS = 5_000

export type PresenceHub = {
  /** Listeners of this watch have come or gone: without any, nothing is asked for it. */
  look(watch: Watch): void
  setStatus(status: 'online' | 'away'): void
  onPresence(row: Presence): void
}

/**
 * Which of the watched users are online. The server keeps one list for each connection, so all watches share it. It is sent
 * again when it changes and after each reconnect; then the server pushes every change. Without a watch nothing is sent.
 */
export function createPresenceHub({ store, ask, clock, report, over }: EngineContext): PresenceHub {
  const watches = new Set<Watch>()
  const known = new Map<string, Presence>()
  let status: 'online' | 'away' | undefined
  let error: ChatError | null = null
  /** The list that this connection has sent last. */
  let sentList = ''
  let isDue = false
  let isAsking = false
  let cancelRetry = (): void => {}

  const isOnline = (): boolean => store.chat().connection.state.status === 'online'

  let wasOnline = isOnline()
  store.chatTopic.observers.add(() => {
    if (isOnline() === wasOnline) return
    wasOnline = !wasOnline
    sentList = ''
    cancelRetry()
    if (wasOnline) schedule()
  })

  /** Several watches that begin or end in one turn are one request. */
  function schedule(): void {
    if (isDue) return
    isDue = true
    soon(() => {
      isDue = false
      sendList().catch((error) => report(error, { source: 'internal' }))
    })
  }

  async function sendList(): Promise<void> {
    const wanted = [...new Set([...watches].flatMap(({ userIds }) => userIds))]
    const userIds = wanted.slice(0, LIMITS.watchedUsers).map(asUserId)
    const list = userIds.length > 0 || status !== undefined ? JSON.stringify([userIds, status]) : ''
    if (list === sentList || isAsking || !isOnline()) return
    isAsking = true
    cancelRetry()
    const result = await ask('watch-presence', { userIds, ...(status === undefined ? {} : { status }) })
    isAsking = false
    // What was known last stays: there are no notifications any more.
    if (over()) return
    // An answer of a lost connection does not count: the next one gets the list again.
    if (isOnline()) sentList = result.ok ? list : ''
    error = result.ok ? (wanted.length > userIds.length ? tooManyError() : null) : result.error
    if (result.ok) {
      // Of others the server says nothing any more.
      const asked = new Set<string>(userIds)
      for (const id of [...known.keys()]) if (!asked.has(id)) known.delete(id)
      result.ack.presence.forEach(note)
    }
    renewThose(() => true)
    if (result.ok) return schedule()
    if (error?.retry !== 'never') cancelRetry = clock.setTimer(error?.retryAfterMs ?? RETRY_MS, schedule)
  }

  /** What is as it was keeps its reference: no listener is called for it. */
  function note(row: Presence): void {
    const old = known.get(row.userId)
    if (old?.status !== row.status || old.lastSeenAt !== row.lastSeenAt) known.set(row.userId, row)
  }

  function renew(watch: Watch): void {
    const users = new Map(
      watch.userIds.flatMap((id) => (known.has(id) ? [[id, known.get(id) as Presence]] : [])),
    )
    if (watch.state.error === error && isSame(watch.state.users, users)) return
    watch.state = { users, error }
    store.changed(watch.topic)
  }

  function renewThose(isAbout: (watch: Watch) => boolean): void {
    store.batch(() => [...watches].filter(isAbout).forEach(renew))
  }

  return {
    look: (watch) => {
      const isWatched = watch.topic.publish !== null
      if (isWatched === watches.has(watch)) return
      if (isWatched) watches.add(watch)
      else watches.delete(watch)
      if (isWatched) renew(watch)
      schedule()
    },
    setStatus: (next) => {
      status = next
      schedule()
    },
    onPresence: (row) => {
      note(row)
      renewThose((watch) => watch.userIds.includes(row.userId))
    },
  }
}

const tooManyError = () =>
  new ChatError('LIMIT_EXCEEDED', `At most ${LIMITS.watchedUsers} users are watched at once`, {
    field: 'userIds',
    limit: LIMITS.watchedUsers,
  })

function isSame(a: PresenceState['users'], b: PresenceState['users']): boolean {
  return a.size === b.size && [...b].every(([id, row]) => a.get(id) === row)
}
