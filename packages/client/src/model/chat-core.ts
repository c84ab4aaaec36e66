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
export type ChatCore = {
  readonly connection: Connection
  readonly user: User | null
  /** The server's history that all cursors speak of. */
  readonly epoch: string | null
  /** The room list is to be asked for with the next sync, from its beginning. */
  readonly listWanted: boolean
  /** The list that is being read goes on after this room. */
  readonly listAfter: string | null
  /** Rooms in a page of it; 0: this server tells all of it at once. */
  readonly listPage: number
  readonly listHold: Hold
  /** Syncs asked for so far. */
  readonly syncs: number
  readonly list: RoomList
  readonly invitations: readonly Invitation[]
  /** As of when they are known (see `toldAsOf`). */
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
  | { readonly type: 'list-answered'; readonly next: string | null }
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

export function newChat(storage: StorageState): ChatCore {
  return {
    connection: IDLE,
    user: null,
    epoch: null,
    listWanted: false,
    listAfter: null,
    listPage: 0,
    listHold: NO_HOLD,
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

export function reduceChat(core: ChatCore, event: ChatEvent): ChatCore {
  switch (event.type) {
    case 'connection': {
      const connection = reduceConnection(core.connection, event.event)
      return connection === core.connection ? core : { ...core, connection }
    }
    case 'identified': {
      const { user } = event
      const same = core.user?.id === user.id && core.user.name === user.name
      if (same) return core
      // Those of another user are none of theirs.
      return { ...core, user, ...(core.user?.id === user.id ? {} : { invitations: [] }) }
    }
    case 'epoch':
      return core.epoch === event.epoch ? core : { ...core, epoch: event.epoch }
    case 'list-wanted':
      return core.listWanted ? core : { ...core, listWanted: true }
    case 'list-begun':
      return { ...core, listWanted: true, listAfter: null, listPage: event.page }
    // A list that is wanted anew while one is read is read after it.
    case 'list-asked':
      return { ...core, listWanted: core.listWanted && core.listAfter !== null, listAfter: null }
    case 'list-answered':
      return { ...core, listAfter: event.next, listHold: NO_HOLD }
    case 'sync-asked':
      return { ...core, syncs: core.syncs + 1 }
    case 'woken':
      return { ...core, listHold: relaxed(core.listHold), wakes: core.wakes + 1 }
    case 'list-failed':
      return {
        ...core,
        listWanted: core.listWanted || event.after === null,
        listAfter: event.after,
        listHold: longerHold(core.listHold, event.error, event),
      }
    case 'invitations': {
      const { invitations, asOf } = event
      // One came, or went, since these were read.
      if (asOf < core.invitationsAsOf) return { ...core, listWanted: true }
      const same = invitations.length === 0 && core.invitations.length === 0
      return { ...core, invitations: same ? core.invitations : invitations, invitationsAsOf: asOf }
    }
    case 'storage': {
      const { storage } = event
      const same = core.storage.status === storage.status && core.storage.reason === storage.reason
      return same ? core : { ...core, storage }
    }
    case 'room':
      return withRoom(core, event.before, event.after)
    default:
      return assertNever(event)
  }
}

function withRoom(core: ChatCore, before: RoomModel | undefined, after: RoomModel): ChatCore {
  const list = withSummary(core.list, after.id, summaryOf(after, summaryIn(core.list, after.id)))
  if (before?.outbox === after.outbox) return list === core.list ? core : { ...core, list }
  const unsent = core.unsent - (before ? unsentCount(before.outbox) : 0) + unsentCount(after.outbox)
  const waiting = core.waiting - (before ? waitingCount(before.outbox) : 0) + waitingCount(after.outbox)
  return { ...core, list, unsent, waiting }
}

/**
 * When news of who is in a room were true, in the order of these numbers: what is told is newer than the answers of all
 * syncs that were asked for before it, in whatever order those come.
 */
export const toldAsOf = ({ syncs }: ChatCore): number => 2 * syncs + 1
export const answeredAsOf = (sync: number): number => 2 * sync

/** The page of the list to ask for next; undefined: none. */
export function listQueryOf({ listWanted, listAfter, listPage }: ChatCore): Sync['list'] {
  if (listAfter === null && !listWanted) return undefined
  if (listPage === 0) return true
  return { limit: listPage, ...(listAfter === null ? {} : { after: asRoomId(listAfter) }) }
}

/** What each part of the state is made of: while that is the same, so is the part. */
const sourcesOf = (core: ChatCore): { readonly [Part in keyof ChatState]: unknown } => ({
  connection: core.connection.state,
  user: core.user,
  rooms: core.list.order,
  invitations: core.invitations,
  unreadTotal: core.list.unreadTotal,
  storage: core.storage,
  unsent: core.unsent,
})

export const isSameState = (a: ChatCore, b: ChatCore): boolean =>
  sameList(Object.values(sourcesOf(a)), Object.values(sourcesOf(b)))

/** `connection`: as an app sees it. */
export function chatStateOf(core: ChatCore, connection: ConnectionState): ChatState {
  const { list } = core
  return {
    connection,
    user: core.user,
    // Nobody pays for a list that nobody reads.
    get rooms() {
      return roomsOf(list)
    },
    invitations: core.invitations,
    unreadTotal: list.unreadTotal,
    storage: core.storage,
    unsent: core.unsent,
  }
}
