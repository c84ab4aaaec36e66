import type { User } from '@roomful/protocol'
import { assertNever } from './assert-never'
import type { ChatError } from './chat-error'
import type { ChatState, StorageState } from './chat-shape'
import { type Connection, type ConnectionEvent, IDLE, reduceConnection } from './connection'
import { type Hold, longerHold, NO_HOLD, relaxed } from './hold'
import { waitingEntries } from './outbox/settle'
import type { RoomCore } from './room/room-core'
import { EMPTY_LIST, type RoomList, summaryOf, withSummary } from './room-list'

/** What is not of one room. */
export type ChatCore = {
  readonly connection: Connection
  readonly user: User | null
  /** The server's history that all cursors speak of. */
  readonly epoch: string | null
  /** The room list is to be asked for with the next sync. */
  readonly listWanted: boolean
  readonly listHold: Hold
  /** Syncs asked for so far. */
  readonly syncs: number
  readonly list: RoomList
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
  | { readonly type: 'list-wanted'; readonly wanted: boolean }
  | { readonly type: 'list-answered' }
  | { readonly type: 'sync-asked' }
  | { readonly type: 'woken' }
  | {
      readonly type: 'list-failed'
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  | { readonly type: 'storage'; readonly storage: StorageState }
  | { readonly type: 'room'; readonly before: RoomCore | undefined; readonly after: RoomCore }

export function newChat(storage: StorageState): ChatCore {
  return {
    connection: IDLE,
    user: null,
    epoch: null,
    listWanted: false,
    listHold: NO_HOLD,
    syncs: 0,
    list: EMPTY_LIST,
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
      return same ? core : { ...core, user }
    }
    case 'epoch':
      return core.epoch === event.epoch ? core : { ...core, epoch: event.epoch }
    case 'list-wanted':
      return core.listWanted === event.wanted ? core : { ...core, listWanted: event.wanted }
    case 'list-answered':
      return core.listHold === NO_HOLD ? core : { ...core, listHold: NO_HOLD }
    case 'sync-asked':
      return { ...core, syncs: core.syncs + 1 }
    case 'woken':
      return { ...core, listHold: relaxed(core.listHold), wakes: core.wakes + 1 }
    case 'list-failed':
      return { ...core, listWanted: true, listHold: longerHold(core.listHold, event.error, event) }
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

function withRoom(core: ChatCore, before: RoomCore | undefined, after: RoomCore): ChatCore {
  const list = withSummary(core.list, after.id, summaryOf(after, core.list.byId.get(after.id)))
  if (before?.entries === after.entries) return list === core.list ? core : { ...core, list }
  const [old, now] = [waitingIn(before), waitingIn(after)]
  const unsent = core.unsent - old.unsent + now.unsent
  return { ...core, list, unsent, waiting: core.waiting - old.waiting + now.waiting }
}

/** `unsent`: messages and changes; a read cursor on its way is no reason to hold anybody up. */
function waitingIn(core: RoomCore | undefined): Pick<ChatCore, 'unsent' | 'waiting'> {
  const waiting = core ? waitingEntries(core) : []
  return { waiting: waiting.length, unsent: waiting.filter((entry) => entry.kind !== 'read').length }
}

/**
 * When news of who is in a room were true, in the order of these numbers: what is told is newer than the answers of all
 * syncs that were asked for before it, in whatever order those come.
 */
export const toldAsOf = ({ syncs }: ChatCore): number => 2 * syncs + 1
export const answeredAsOf = (sync: number): number => 2 * sync

export const chatStateOf = (core: ChatCore): ChatState => ({
  connection: core.connection.state,
  user: core.user,
  rooms: core.list.order,
  unreadTotal: core.list.unreadTotal,
  storage: core.storage,
  unsent: core.unsent,
})
