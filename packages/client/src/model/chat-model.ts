import type { Invitation, Sync, User } from '@roomful/protocol'
import { asRoomId } from '@roomful/protocol/plain'
import { assertNever } from './assert-never'
import type { ChatError } from './chat-error'
import type { ChatState, ConnectionState, StorageState } from './chat-shape'
import { type Connection, type ConnectionEvent, IDLE, reduceConnection } from './connection'
import { type Hold, longerHold, NO_HOLD, relaxed } from './hold'
import { unsentCount, waitingCount } from './outbox/outbox'
import type { RoomModel } from './room/room-model'
import { EMPTY_LIST, type RoomList, roomsOf, summaryIn, summaryOf, withSummary } from './room-list/room-list'
import { sameList } from './view/shown-messages'

/** What is not of one room. */
export type ChatModel = {
  readonly connection: Connection
  readonly user: User | null
  /** The server's history that all cursors speak of. */
  readonly epoch: string | null
  /** The next sync requests the room list, from its beginning. */
  readonly listWanted: boolean
  /** The list that is being read continues after this room. */
  readonly listAfter: string | null
  /** Rooms in a page of it; 0: this server sends all of it at once. */
  readonly listPage: number
  readonly listHold: Hold
  /** It was read to its end. */
  readonly listRead: boolean
  /** Syncs asked for so far. */
  readonly syncs: number
  readonly list: RoomList
  readonly invitations: readonly Invitation[]
  /** As of when they are known (see `pushedAsOf`). */
  readonly invitationsAsOf: number
  readonly storage: StorageState
  readonly unsent: number
  /** How often what is held back after a failure was let go: on waking, and with a new connection. */
  readonly wakes: number
  /** All that waits in the outboxes, read cursors too: what `flush` waits for. */
  readonly waiting: number
}

export type ChatEvent =
  | { readonly type: 'connection'; readonly event: ConnectionEvent }
  | { readonly type: 'identified'; readonly user: User }
  | { readonly type: 'epoch'; readonly epoch: string }
  | { readonly type: 'list-wanted' }
  /** A new connection: what was read of the list before it is read again. */
  | { readonly type: 'list-begun'; readonly page: number }
  | { readonly type: 'list-asked' }
  | {
      readonly type: 'list-answered'
      readonly next: string | null
      /** Rooms may be missing from it: it is asked for again, more and more rarely. Null: it has them all. */
      readonly partial: { readonly now: number; readonly random: number } | null
    }
  | { readonly type: 'sync-asked' }
  | { readonly type: 'woken' }
  | {
      readonly type: 'list-failed'
      readonly after: string | null
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  /** All that wait. */
  | {
      readonly type: 'invitations'
      readonly invitations: readonly Invitation[]
      readonly asOf: number
    }
  | { readonly type: 'storage'; readonly storage: StorageState }
  | { readonly type: 'room'; readonly before: RoomModel | undefined; readonly after: RoomModel }

export function newChat(storage: StorageState): ChatModel {
  return {
    connection: IDLE,
    user: null,
    epoch: null,
    listWanted: false,
    listAfter: null,
    listPage: 0,
    listHold: NO_HOLD,
    listRead: false,
    syncs: 0,
    list: EMPTY_LIST,
    invitations: [],
    invitationsAsOf: 0,
    storage,
    unsent: 0,
    wakes: 0,
    waiting: 0,
  }
}

export function reduceChat(model: ChatModel, event: ChatEvent): ChatModel {
  switch (event.type) {
    case 'connection': {
      const connection = reduceConnection(model.connection, event.event)
      return connection === model.connection ? model : { ...model, connection }
    }
    case 'identified': {
      const { user } = event
      const { id, name, avatarUrl } = model.user ?? {}
      const same = id === user.id && name === user.name && avatarUrl === user.avatarUrl
      if (same) return model
      // Data of another user does not apply to them.
      return {
        ...model,
        user,
        ...(model.user?.id === user.id ? {} : { invitations: [], listRead: false }),
      }
    }
    case 'epoch':
      return model.epoch === event.epoch ? model : { ...model, epoch: event.epoch }
    case 'list-wanted':
      return model.listWanted ? model : { ...model, listWanted: true }
    case 'list-begun':
      return { ...model, listWanted: true, listAfter: null, listPage: event.page }
    // A list that is wanted again while one is read is read after it.
    case 'list-asked':
      return { ...model, listWanted: model.listWanted && model.listAfter !== null, listAfter: null }
    case 'list-answered':
      return {
        ...model,
        listAfter: event.next,
        listWanted: model.listWanted || event.partial !== null,
        listHold: event.partial ? holdOf(model, event.next, event.partial) : NO_HOLD,
        listRead: model.listRead || event.next === null,
      }
    case 'sync-asked':
      return { ...model, syncs: model.syncs + 1 }
    case 'woken':
      return { ...model, listHold: relaxed(model.listHold), wakes: model.wakes + 1 }
    case 'list-failed':
      return {
        ...model,
        listWanted: model.listWanted || event.after === null,
        listAfter: event.after,
        listHold: longerHold(model.listHold, event.error, event),
      }
    case 'invitations': {
      const { invitations, asOf } = event
      // One came, or went, since these were read.
      if (asOf < model.invitationsAsOf) return { ...model, listWanted: true }
      const same = invitations.length === 0 && model.invitations.length === 0
      return { ...model, invitations: same ? model.invitations : invitations, invitationsAsOf: asOf }
    }
    case 'storage': {
      const { storage } = event
      const same = model.storage.status === storage.status && model.storage.reason === storage.reason
      return same ? model : { ...model, storage }
    }
    case 'room':
      return withRoom(model, event.before, event.after)
    default:
      return assertNever(event)
  }
}

/** A page that follows is asked for at once; the list from its beginning after a while. */
const holdOf = (
  { listHold }: ChatModel,
  next: string | null,
  event: { readonly now: number; readonly random: number },
): Hold => (next === null ? longerHold(listHold, null, event) : listHold)

function withRoom(model: ChatModel, before: RoomModel | undefined, after: RoomModel): ChatModel {
  const list = withSummary(model.list, after.id, summaryOf(after, summaryIn(model.list, after.id)))
  if (before?.outbox === after.outbox) return list === model.list ? model : { ...model, list }
  const unsent = model.unsent - (before ? unsentCount(before.outbox) : 0) + unsentCount(after.outbox)
  const waiting = model.waiting - (before ? waitingCount(before.outbox) : 0) + waitingCount(after.outbox)
  return { ...model, list, unsent, waiting }
}

/**
 * Orders the server's statements about memberships: an update that it pushes is newer than the answers of all syncs
 * requested before it, in any order of arrival.
 */
export const pushedAsOf = ({ syncs }: ChatModel): number => 2 * syncs + 1
export const answeredAsOf = (sync: number): number => 2 * sync

/** The page of the list to ask for next; undefined: none. */
export function listQueryOf({ listWanted, listAfter, listPage }: ChatModel): Sync['list'] {
  if (listAfter === null && !listWanted) return undefined
  if (listPage === 0) return true
  return { limit: listPage, ...(listAfter === null ? {} : { after: asRoomId(listAfter) }) }
}

/** What each part of the state is made of: while that is the same, so is the part. */
const sourcesOf = (model: ChatModel): { readonly [Part in keyof ChatState]: unknown } => ({
  connection: model.connection.state,
  user: model.user,
  epoch: model.epoch,
  rooms: model.list.order,
  roomsLoaded: model.listRead,
  invitations: model.invitations,
  unreadTotal: model.list.unreadTotal,
  storage: model.storage,
  unsent: model.unsent,
})

export const isSameState = (a: ChatModel, b: ChatModel): boolean =>
  sameList(Object.values(sourcesOf(a)), Object.values(sourcesOf(b)))

/** `connection`: as an app sees it. */
export function chatStateOf(model: ChatModel, connection: ConnectionState): ChatState {
  const { list } = model
  return {
    connection,
    user: model.user,
    epoch: model.epoch,
    roomsLoaded: model.listRead,
    // Lazy: a list that is not read costs nothing.
    get rooms() {
      return roomsOf(list)
    },
    invitations: model.invitations,
    unreadTotal: list.unreadTotal,
    storage: model.storage,
    unsent: model.unsent,
  }
}
