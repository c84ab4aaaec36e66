import type { Invitation, Presence, User } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol/plain'
import { assertNever } from '../model/assert-never'
import { pushedAsOf } from '../model/chat-model'
import type { RoomEvent } from '../model/room/room-event'
import { roomGoneError } from '../model/room/room-gone'
import type { RoomModel } from '../model/room/room-model'
import type { TransportEvent } from '../transport/port'
import type { ConnectionRunner } from './connection-runner'
import type { EngineContext } from './engine-context'
import { applyEpoch } from './listing'
import { attempt } from './report'

type ServerMessage = Extract<TransportEvent, { type: 'message' }>['message']
type Ready = Extract<TransportEvent, { type: 'ready' }>['ready']

/** Turns everything that the connection receives into events, one batch a frame. */
export function createInbox(
  engine: EngineContext,
  connection: ConnectionRunner,
  hooks: {
    onUser(user: Ready['user'], epoch: string): Promise<void> | undefined
    onRevoked(): Promise<unknown>
    onPresence(row: Presence): void
  },
): (event: TransportEvent) => void {
  const { store, clock, serverTime } = engine
  let lastConnectionNo = 0
  /** Whom the server has named last. */
  let confirmed: string | null = null

  const failed = (error: unknown): void => {
    lastConnectionNo++
    engine.failed(error)
  }

  const take = (event: TransportEvent) => {
    switch (event.type) {
      case 'ready':
        return onReady(event.ready)
      case 'identified':
        return identify(event.user)
      case 'message':
        return store.batch(() => onMessage(event.message))
      case 'down':
        lastConnectionNo++
        return store.batch(() => {
          connection.onDown(event.reason)
          if (event.reason.code === 'SESSION_REVOKED') void hooks.onRevoked()
        })
      default:
        return assertNever(event)
    }
  }
  return (event) => attempt(() => take(event), failed)

  function onReady(ready: Ready): void {
    connection.onReady()
    serverTime.learn(ready.serverTime)
    const connectionNo = ++lastConnectionNo
    const restored = hooks.onUser(ready.user, ready.epoch)
    const userId = ready.user?.id ?? null
    if (restored === undefined && confirmed !== null && userId !== confirmed) forgetRooms()
    confirmed = userId
    const whileUp = (run: () => void) => (connectionNo === lastConnectionNo ? run() : undefined)
    if (restored === undefined) goOnline(ready)
    // What the last session left comes first: its cursors and its outbox belong to this user.
    else restored.then(() => whileUp(() => goOnline(ready))).catch((error) => whileUp(() => failed(error)))
  }

  function goOnline({ user, epoch, limits }: Ready): void {
    store.batch(() => {
      applyEpoch(store, epoch)
      if (user) identify(user)
      store.dispatchChat({ type: 'list-begun', page: limits.listPage ?? 0 })
      store.dispatchChat({ type: 'woken' })
      store.dispatchChat({ type: 'connection', event: { type: 'ready', now: clock.now() } })
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'connection', connection: 'up' })
    })
  }

  /** Another user than before, and no disk that has seen to it: nothing of the one before is shown or sent. */
  function forgetRooms(): void {
    store.batch(() => {
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'wiped', keep: () => false })
    })
  }

  function identify(user: User): void {
    store.batch(() => {
      store.dispatchChat({ type: 'identified', user })
      for (const { model } of store.all())
        store.dispatch(model.id, { type: 'identified', me: user.id, name: user.name })
    })
  }

  /** On the disk too: a cold start shows under which name one is here. */
  function renamed(user: User): void {
    const { epoch, user: me } = store.chat()
    if (me?.id !== user.id) return
    identify(user)
    if (epoch === null) return
    hooks.onUser(user, epoch)?.catch((error) => engine.report(error, { source: 'internal' }))
  }

  /** The invitation to that room, of which there is at most one; without it, it has expired. */
  function invited(roomId: string, ...fresh: Invitation[]): void {
    const others = store.chat().invitations.filter((one) => one.roomId !== roomId)
    const invitations = [...fresh, ...others].slice(0, LIMITS.invitationsReceived)
    store.dispatchChat({ type: 'invitations', invitations, asOf: pushedAsOf(store.chat()) })
  }

  function onMessage(message: ServerMessage): void {
    if (message.event === 'room-heads') applyEpoch(store, message.payload.epoch)
    // In time, the connection stays; the server hangs up a few seconds later.
    if (message.event === 'bye' && message.payload.reason === 'TOKEN_EXPIRED') engine.refreshToken()
    if (message.event === 'user-changed') renamed(message.payload.user)
    if (message.event === 'invitation') invited(message.payload.invitation.roomId, message.payload.invitation)
    if (message.event === 'invitation-removed') invited(message.payload.roomId)
    if (message.event === 'presence') hooks.onPresence(message.payload)
    const events = roomEventsOf(message, {
      now: clock.now(),
      serverAheadMs: serverTime.aheadMs() ?? 0,
      asOf: pushedAsOf(store.chat()),
    })
    for (const [roomId, event] of events) {
      store.dispatch(roomId, event)
      if (needsList(event, store.room(roomId).model)) store.dispatchChat({ type: 'list-wanted' })
    }
  }
}

/** The list has what this event leaves open. */
const needsList = (event: RoomEvent, { listing, unread, view }: RoomModel): boolean =>
  // An update of a room that this device does not know, or has removed.
  (event.type === 'activity' && !listing.listed) ||
  (event.type === 'head' && listing.removed !== null) ||
  // A part of it was read: an open room asks for itself what is left.
  ((event.type === 'reads' || event.type === 'activity') && unread.stale && !view.opened)

/** Signals name their end in the server's time. */
type At = { readonly now: number; readonly serverAheadMs: number; readonly asOf: number }

/** What a message of the server means to rooms. */
function roomEventsOf(
  message: ServerMessage,
  { now, serverAheadMs, asOf }: At,
): readonly (readonly [string, RoomEvent])[] {
  switch (message.event) {
    case 'changes':
      return [[message.payload.roomId, { type: 'changes', changes: message.payload.changes, now }]]
    case 'message-delta':
      return [[message.payload.roomId, { type: 'deltas', deltas: message.payload.deltas }]]
    case 'read-receipts':
      return [[message.payload.roomId, { type: 'reads', reads: message.payload.reads }]]
    case 'room-activity':
      return message.payload.rooms.map(({ roomId, ...activity }) => [
        roomId,
        { type: 'activity', ...activity, now },
      ])
    case 'room-heads':
      return Object.entries(message.payload.heads).map(([id, head]) => [id, { type: 'head', head, now }])
    case 'room-added':
      return [
        [
          message.payload.item.room.id,
          { type: 'listed', item: message.payload.item, asOf, added: true, now },
        ],
      ]
    case 'room-removed':
      return [
        [message.payload.roomId, { type: 'removed', error: roomGoneError(message.payload.reason), asOf }],
      ]
    case 'dm-hidden':
      return [[message.payload.roomId, { type: 'hidden', seq: message.payload.hiddenSeq ?? -1, asOf }]]
    case 'typing': {
      const { roomId, until, ...typist } = message.payload
      return [[roomId, { type: 'typing', ...typist, until: Date.parse(until) - serverAheadMs, now }]]
    }
    // The server closes the connection after it, and the transport reports why and whether to reconnect.
    case 'bye':
    case 'ready':
    // Of the chat, not of a room.
    case 'user-changed':
    case 'invitation':
    case 'invitation-removed':
    // Delivered to the watches of this user.
    case 'presence':
    // Protocol 1, which its transport translates.
    case 'new-message':
    case 'message-edited':
    case 'message-deleted':
    case 'rooms-joined':
    case 'unread-counts':
    case 'read-receipt':
      return []
    default:
      return assertNever(message)
  }
}
