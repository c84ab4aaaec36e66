import type { ClientEvent, Payload, ServerMessage } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import { assertNever } from '../model/assert-never'
import type { Clock } from '../platform/clock'
import type { DownReason, RequestResult, Transport, TransportEvent } from '../transport/port'
import { createTokens } from './tokens'

type Ready = Extract<TransportEvent, { type: 'ready' }>['ready']

/**
 * The one connection of all tabs, at its owner. Each tab is a separate client here, the owner's too.
 *
 *   none ──a tab attaches──▶ coming ──ready──▶ up ──down, or a tab finds it dead──▶ none
 *
 * `coming` and `up` name whose token it is. A tab that attaches while it is up gets its `ready` at once. When it is lost
 * every tab gets its `down`, and each reconnects by itself.
 */
type SharedConnection =
  | { readonly at: 'none' }
  | { readonly at: 'coming'; readonly by: string; readonly token: string }
  | {
      readonly at: 'up'
      readonly by: string
      readonly token: string
      readonly ready: Ready
      readonly upAt: number
    }

export type ConnectionHub = {
  attach(tab: string, token: string): void
  /** `dead`: the tab found that the connection does not answer; it is dropped for all. */
  detach(tab: string, dead: boolean): void
  request(tab: string, event: ClientEvent, payload: Payload<ClientEvent>, timeoutMs: number): Promise<Answer>
  signal(event: ClientEvent, payload: Payload<ClientEvent>): void
  /** Does this tab have the room open on this connection? */
  isJoined(tab: string, roomId: string): boolean
  tabs(): Iterable<string>
  end(): void
}

type Answer = RequestResult<ClientEvent>
type Watching = Payload<'watch-presence'>

export const CONNECTION_LOST: DownReason = { code: 'OFFLINE', text: 'The connection was lost', next: 'retry' }

export function createConnectionHub(options: {
  me: string
  clock: Clock
  open(onEvent: (event: TransportEvent) => void): Transport
  deliver(tab: string, event: TransportEvent): void
  onUp(): void
  onJoined(tab: string, roomIds: readonly string[]): void
  onLeft(tab: string, roomIds: readonly string[]): void
}): ConnectionHub {
  const { me, clock, deliver } = options
  let connection: SharedConnection = { at: 'none' }
  /** Every attached tab, with the rooms that it has open. */
  const joined = new Map<string, Set<string>>()
  /** Whose presence each tab shows. */
  const watching = new Map<string, Watching>()
  const tokens = createTokens({
    me,
    clock,
    onAsk: (tab, reason) => drop(tab, reason),
    onRefresh: (tab) =>
      deliver(tab, { type: 'message', message: { event: 'bye', payload: { reason: 'TOKEN_EXPIRED' } } }),
    onChoice: () => dial(),
  })
  const real = options.open((event) => onEvent(event))

  function dial(): void {
    if (connection.at !== 'none') return
    const chosen = tokens.choose()
    if (chosen === null) return
    connection = { at: 'coming', by: chosen.tab, token: chosen.token }
    real.connect(chosen.token)
  }

  function onEvent(event: TransportEvent): void {
    switch (event.type) {
      case 'ready':
        if (connection.at === 'coming') onReady(connection, event.ready)
        return
      case 'down':
        fall(event.reason)
        return
      case 'identified':
        for (const tab of joined.keys()) deliver(tab, event)
        return
      case 'message':
        onMessage(event.message)
    }
  }

  function onReady({ by, token }: Extract<SharedConnection, { at: 'coming' }>, ready: Ready): void {
    connection = { at: 'up', by, token, ready, upAt: clock.now() }
    for (const tab of [...joined.keys()]) deliver(tab, { type: 'ready', ready })
    options.onUp()
  }

  /** A room's events go to the tabs that have it open, as if each had its own connection. */
  function onMessage(message: ServerMessage): void {
    // A tab that attaches later gets the `ready` of then.
    if (message.event === 'user-changed' && connection.at === 'up')
      connection = { ...connection, ready: { ...connection.ready, user: message.payload.user } }
    if (message.event === 'bye') {
      if (message.payload.reason === 'TOKEN_EXPIRED') tokens.refresh([...joined.keys()])
      return
    }
    for (const [tab, rooms] of joined) {
      const part = partFor(message, rooms)
      if (part !== null) deliver(tab, { type: 'message', message: part })
    }
  }

  /** The connection is lost: every tab gets `down`; only the one whose token was refused is asked for a fresh one (single flight). */
  function fall(reason: DownReason): void {
    if (connection.at === 'none') return
    const { by, token } = connection
    const isAboutToken = reason.next === 'auth' || reason.code === 'TOKEN_INVALID'
    connection = { at: 'none' }
    if (isAboutToken) tokens.refuse(by, token, reason)
    for (const tab of [...joined.keys()])
      drop(tab, isAboutToken && tab !== by ? { ...reason, next: 'retry' } : reason)
  }

  function drop(tab: string, reason: DownReason): void {
    leave(tab)
    deliver(tab, { type: 'down', reason })
  }

  function leave(tab: string): void {
    const rooms = joined.get(tab)
    joined.delete(tab)
    tokens.forget(tab)
    if (watching.delete(tab) && watching.size > 0 && connection.at === 'up')
      void real.request('watch-presence', together([...watching.values()]), LEAVE_TIMEOUT_MS)
    if (rooms) options.onLeft(tab, [...rooms])
  }

  /** The server keeps one list for each connection: it has what all tabs watch. Of their states the most present counts. */
  async function watch(tab: string, payload: Watching, timeoutMs: number): Promise<Answer> {
    watching.delete(tab)
    // The tab's own users come first, in case there are too many.
    const lists = [payload, ...watching.values()]
    watching.set(tab, payload)
    const result = await real.request('watch-presence', together(lists), timeoutMs)
    if (result.kind !== 'ack' || !result.ack.ok) return result
    const own = new Set<string>(payload.userIds)
    const presence = result.ack.presence.filter(({ userId }) => own.has(userId))
    return { kind: 'ack', ack: { ok: true, presence } }
  }

  /**
   * The server sends it only for rooms that are open on this connection, and later: a tab may have closed the room by then.
   * A second delivery changes nothing.
   */
  function deliverRead(reader: string, roomId: Payload<'mark-read'>['roomId'], seq: number): void {
    const user = connection.at === 'up' ? connection.ready.user : null
    if (!user) return
    const payload = { roomId, reads: { [user.id]: seq } }
    for (const tab of joined.keys())
      if (tab !== reader) deliver(tab, { type: 'message', message: { event: 'read-receipts', payload } })
  }

  const isWanted = (roomId: string): boolean => [...joined.values()].some((rooms) => rooms.has(roomId))

  /** Subscriptions are counted: what another tab has open stays. */
  function unsubscribe(roomIds: readonly string[]): readonly string[] {
    return roomIds.filter((id) => !isWanted(id))
  }

  return {
    attach: (tab, token) => {
      if (!joined.has(tab)) joined.set(tab, new Set())
      tokens.offer(tab, token)
      if (connection.at === 'up')
        deliver(tab, { type: 'ready', ready: asOfNow(connection.ready, clock.now() - connection.upAt) })
      else dial()
    },
    detach: (tab, dead) => {
      const rooms = [...(joined.get(tab) ?? [])]
      leave(tab)
      if (connection.at === 'none') return
      if (dead) {
        real.disconnect()
        fall(CONNECTION_LOST)
        return
      }
      const roomIds = unsubscribe(rooms)
      // Best effort, as of a client that closes a room.
      if (connection.at === 'up' && roomIds.length > 0)
        void real.request(
          'leave-rooms',
          { roomIds: roomIds as Payload<'leave-rooms'>['roomIds'] },
          LEAVE_TIMEOUT_MS,
        )
    },
    request: async (tab, event, payload, timeoutMs) => {
      const rooms = joined.get(tab)
      if (rooms === undefined || connection.at !== 'up') return { kind: 'offline' }
      if (event === 'join-rooms') {
        const ids = roomIdsOf(payload)
        for (const id of ids) rooms.add(id)
        options.onJoined(tab, ids)
      }
      if (event === 'leave-rooms') {
        const ids = roomIdsOf(payload)
        for (const id of ids) rooms.delete(id)
        options.onLeft(tab, ids)
        const roomIds = unsubscribe(ids)
        if (roomIds.length === 0) return { kind: 'ack', ack: { ok: true } }
        return real.request(event, { roomIds: roomIds as Payload<'leave-rooms'>['roomIds'] }, timeoutMs)
      }
      if ('userIds' in payload && event === 'watch-presence') return watch(tab, payload, timeoutMs)
      const result = await real.request(event, payload, timeoutMs)
      if (result.kind !== 'ack' || !result.ack.ok) return result
      if (event === 'refresh-token') tokens.refreshed()
      if (event === 'mark-read' && 'roomId' in payload && 'seq' in result.ack)
        deliverRead(tab, payload.roomId, result.ack.seq)
      return result
    },
    signal: (event, payload) => {
      if (connection.at === 'up') real.signal(event, payload)
    },
    isJoined: (tab, roomId) => joined.get(tab)?.has(roomId) ?? false,
    tabs: () => joined.keys(),
    end: () => {
      connection = { at: 'none' }
      tokens.end()
      real.close()
      for (const tab of [...joined.keys()]) leave(tab)
    },
  }
}

const LEAVE_TIMEOUT_MS = 10_000

/** The time in it was right when it came. */
const asOfNow = (ready: Ready, laterMs: number): Ready => ({
  ...ready,
  serverTime: ready.serverTime && new Date(Date.parse(ready.serverTime) + laterMs).toISOString(),
})

/**
 * What a connection with only these rooms open would have received of it. Each event is named: one of a room that went to
 * every tab by default would reach tabs that are not subscribed to it.
 */
function partFor(message: ServerMessage, rooms: ReadonlySet<string>): ServerMessage | null {
  switch (message.event) {
    case 'changes':
    case 'message-delta':
    case 'read-receipts':
    case 'typing':
      return rooms.has(message.payload.roomId) ? message : null
    case 'room-heads': {
      const heads = Object.entries(message.payload.heads).filter(([id]) => rooms.has(id))
      return { ...message, payload: { ...message.payload, heads: Object.fromEntries(heads) } }
    }
    // The server sends these to every connection of the user, with or without the room.
    case 'room-activity':
    case 'room-added':
    case 'room-removed':
    case 'dm-hidden':
    case 'user-changed':
    case 'invitation':
    case 'invitation-removed':
    // Each tab looks for the users that it watches.
    case 'presence':
    case 'bye':
    case 'ready':
      return message
    // Protocol 1, which its transport translates.
    case 'new-message':
    case 'message-edited':
    case 'message-deleted':
    case 'rooms-joined':
    case 'unread-counts':
    case 'read-receipt':
      return null
    default:
      return assertNever(message)
  }
}

function together(lists: readonly Watching[]): Watching {
  const userIds = [...new Set(lists.flatMap((list) => list.userIds))].slice(0, LIMITS.watchedUsers)
  const states = lists.flatMap(({ status }) => status ?? [])
  if (states.length === 0) return { userIds }
  // A tab that never set its state counts as online.
  const isAway = states.length === lists.length && !states.includes('online')
  return { userIds, status: isAway ? 'away' : 'online' }
}

function roomIdsOf(payload: Payload<ClientEvent>): readonly string[] {
  return 'roomIds' in payload ? (payload.roomIds ?? []) : []
}
