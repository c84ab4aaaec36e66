import { asUserId, type Room, type RoomId, type RoomListItem, type UserId } from '@roomful/protocol'
import type { Authenticate } from '../auth/identity'
import type { Bus } from '../cluster/bus'
import { Quotas } from '../costs/quotas'
import { EphemeralRooms } from '../ephemeral/ephemeral-rooms'
import type { LiveNews } from '../ephemeral/live-news'
import { RemoteOps } from '../ephemeral/remote-ops'
import { routedStore } from '../ephemeral/routed-store'
import type { FileStore } from '../files/file-store'
import { EphemeralQuota } from '../handlers/ephemeral-quota'
import type { Services } from '../handlers/handler'
import { COMINGS } from '../handlers/members'
import { OneAtATime } from '../handlers/one-at-a-time'
import { Rates } from '../handlers/rates'
import { SyncTurns } from '../handlers/sync-turns'
import { ToldReads } from '../handlers/told-reads'
import { TypingSignals } from '../handlers/typing-signals'
import { Hub } from '../hub/hub'
import type { Broadcaster } from '../hub/peer'
import type { Hooks } from '../moderation/hooks'
import { DEFAULTS, type RateOptions } from '../options'
import { itemsOf } from '../pipeline/activity-items'
import { AppendQueue } from '../pipeline/append-queue'
import { readsIn } from '../pipeline/delta-members'
import { readMissed } from '../pipeline/missed'
import { Names } from '../pipeline/names'
import { roomListOf } from '../pipeline/room-list'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import { type Membership, mayBeDone, type Reader, type Store } from '../stores/port'
import { ChatNode, type NodeLimits } from './chat-node'
import { LateJoins, withLateJoins } from './late-joins'
import { Revoker } from './revoker'

const ROOMS_PAGE = 500
/** Whose row in a room is of no interest. */
const NOBODY = asUserId('nobody')

export type NodeParts = {
  /** Tells this process from the others on the bus. */
  readonly nodeId: string
  readonly store: Store
  readonly bus: Bus
  readonly broadcaster: Broadcaster
  readonly authenticate: Authenticate
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Meter
  readonly rates: RateOptions
  readonly hooks: Hooks
  readonly customEmoji?: readonly string[]
  readonly files?: FileStore
  /** Milliseconds, from any beginning: for measuring only. */
  readonly stopwatch: () => number
  readonly defaultRooms: readonly string[]
}

/** A budget that was not used lasts for so long at once: for a start with all rooms, on a few devices. */
const BUDGET_SECONDS = 3

/** Puts a node together; the store, the bus and the lines are its caller's. */
export function createNode(parts: NodeParts): ChatNode {
  const { bus, clock, ids, log, meter, hooks, authenticate, defaultRooms } = parts
  const limits = limitsOf(parts.rates)
  const { nodeId } = parts
  const tell = (news: LiveNews): void => bus.publish({ type: 'live', from: nodeId, news })
  const isInhabited = (roomId: RoomId): boolean => hub.peers.membersOf(roomId).size > 0
  const rooms = new EphemeralRooms({ nodeId, clock, isInhabited, tell })
  const store = routedStore(parts.store, rooms)
  const here = new AppendQueue({
    store,
    publish: (batch) => bus.publish({ type: 'batch', batch }),
    now: parts.stopwatch,
    setTimer: clock.setTimer,
    onCommit: ({ ops, ms }) => meter.commit(ops, ms),
    onError: (error, roomId) => {
      log.error({ err: error, roomId }, 'a commit or its publishing failed')
      if (mayBeDone(error)) hub.doubt(roomId)
    },
  })
  const everywhere = new RemoteOps({ nodeId, here, rooms, tell, clock })
  // Before the hub: whoever is told of a change, and reads, finds it.
  bus.subscribe((message) => {
    rooms.hear(message)
    if (message.type === 'live') everywhere.hear(message)
  })
  const hub: Hub = new Hub({
    ...parts,
    epoch: store.epoch,
    readRevoked: (sids) => store.revokedSessions(sids),
    readHeads: (roomIds) => store.read((reader) => reader.heads(roomIds)),
    readMissed: (roomId, told) => store.read((reader) => readMissed(reader, roomId, told)),
    readUser: (userId) => store.read((reader) => reader.user(userId)),
    readListItems: (userId, roomIds) => store.read((reader) => readItems(reader, userId, roomIds)),
    readItems: (pairs) => store.read((reader) => itemsOf(reader, pairs)),
    readRows: (roomId, userIds) =>
      store.read(async (reader) => {
        const room = await roomRow(reader, roomId)
        return room && { room, members: await reader.membersAmong(roomId, userIds) }
      }),
    readPresent: (roomId, query) =>
      store.read(async (reader) => {
        const room = await roomRow(reader, roomId)
        return room && { room, members: await reader.members(roomId, query) }
      }),
    readReads: (roomId) => store.read((reader) => readsIn(reader, roomId)),
    readMemberships: (userId, roomIds) =>
      store.read(async (reader) => {
        const present = await allRoomsOf(reader, userId)
        const known = new Set(present.map(({ room }) => room.id))
        const others = roomIds.filter((roomId) => !known.has(roomId))
        return others.length === 0 ? present : [...present, ...(await reader.memberships(userId, others))]
      }),
  })
  // Others may have rooms that were made before this node was there.
  if (bus.isShared) tell({ kind: 'ask' })
  const isConnected = (userId: UserId): boolean => hub.peers.of(userId).size > 0
  const lateJoins = new LateJoins({ pipeline: everywhere, clock, ids, log, isConnected })
  const pipeline = withLateJoins(everywhere, lateJoins)
  const isOpen = (roomId: RoomId): boolean => hub.isOpen(roomId)
  const names = new Names({ store, pipeline: everywhere, bus, clock, log, isOpen })
  const sendRates = new Rates<UserId>(limits.sends, clock)
  const budgets = new Rates<UserId>(limits.costs, clock)
  const services: Services = {
    ...{ store, pipeline, hub, bus, clock, ids, log, meter, hooks, authenticate, names },
    ...{ sendRates, budgets },
    quotas: new Quotas({ store, hub, clock, limits: limits.quotas }),
    reporting: new OneAtATime<UserId>(),
    typingSignals: new TypingSignals({ bus, clock, hub, budgets }),
    toldReads: new ToldReads(),
    customEmoji: new Set(parts.customEmoji),
    ephemeralQuota: new EphemeralQuota(store),
    syncTurns: new SyncTurns(),
    comings: new Rates<string>(COMINGS, clock),
    ...(parts.files === undefined ? {} : { files: parts.files }),
  }
  const revoker = new Revoker({ store, bus, hub, clock, log })
  return new ChatNode({ services, limits, defaultRooms, lateJoins, revoker })
}

/** Of somebody who is connected: page by page, as of one moment. */
async function allRoomsOf(reader: Reader, userId: UserId): Promise<readonly Membership[]> {
  const found: Membership[] = []
  for (;;) {
    const after = found.at(-1)?.room.id
    const page = await reader.roomsOf(userId, {
      limit: ROOMS_PAGE,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...page)
    if (page.length < ROOMS_PAGE) return found
  }
}

async function roomRow(reader: Reader, roomId: RoomId): Promise<Room | undefined> {
  const [found] = await reader.memberships(NOBODY, [roomId])
  return found?.room
}

async function readItems(
  reader: Reader,
  userId: UserId,
  roomIds: readonly RoomId[],
): Promise<RoomListItem[]> {
  const memberships = await reader.memberships(userId, roomIds)
  return roomListOf(reader, memberships, await reader.unread(userId, roomIds))
}

function limitsOf(rates: RateOptions): NodeLimits {
  const { sendsPerSecond, sendsBurst, eventsPerSecond, socketsPerUser } = { ...DEFAULTS, ...rates }
  // What an operator has set free is free, unless they name a figure.
  const free = eventsPerSecond === 0 ? { costPerSecond: 0, roomsPerHour: 0, membersPerHour: 0 } : {}
  const { costPerSecond, roomsPerHour, membersPerHour, roomsPerUser } = { ...DEFAULTS, ...free, ...rates }
  return {
    sends: { perSecond: sendsPerSecond, burst: Math.max(sendsBurst, 1) },
    events: { perSecond: eventsPerSecond, burst: eventsPerSecond },
    quotas: { roomsPerHour, membersPerHour, roomsPerUser },
    costs: { perSecond: costPerSecond, burst: costPerSecond * BUDGET_SECONDS },
    socketsPerUser: socketsPerUser === 0 ? Number.MAX_SAFE_INTEGER : socketsPerUser,
  }
}
