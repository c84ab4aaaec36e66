import type { RoomId, UserId } from '@roomful/protocol'
import type { Authenticate } from '../auth/identity'
import type { Provisioning } from '../auth/provisioning'
import type { Bus } from '../cluster/bus'
import type { InvitationPolicy } from '../core/consent'
import { NO_KINDS, type RoomKinds } from '../core/room-kinds'
import { Quotas } from '../costs/quotas'
import type { EphemeralStore } from '../ephemeral/ephemeral-store'
import { MemoryEphemeral } from '../ephemeral/memory-ephemeral'
import { RoomsInUse } from '../ephemeral/rooms-in-use'
import { withEphemeral } from '../ephemeral/with-ephemeral'
import type { Events } from '../events/start-events'
import { withEvents } from '../events/with-events'
import type { FileStore } from '../files/file-store'
import type { Services } from '../handlers/handler'
import { COMINGS } from '../handlers/members'
import { OneAtATime } from '../handlers/one-at-a-time'
import { paceOf } from '../handlers/pace'
import { PublishedReads } from '../handlers/published-reads'
import { Rates } from '../handlers/rates'
import { SyncTurns } from '../handlers/sync-turns'
import { TypingSignals } from '../handlers/typing-signals'
import type { Broadcaster } from '../hub/device'
import { Hub } from '../hub/hub'
import type { Hooks } from '../moderation/hooks'
import { DEFAULTS, type RateOptions } from '../options'
import { AppendQueue } from '../pipeline/append-queue'
import { readInvitations } from '../pipeline/invitations'
import { Names } from '../pipeline/names'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import { AppRules } from '../rules/app-rules'
import type { Authorize } from '../rules/authorize'
import { mayBeDone, type Store } from '../stores/port'
import { Streams } from '../streams/streams'
import { ChatNode, type NodeLimits } from './chat-node'
import { hubReads } from './hub-reads'
import { LateJoins, withLateJoins } from './late-joins'
import { Purges } from './purges'
import { Revoker } from './revoker'

export type NodeParts = {
  /** Identifies this process on the bus. */
  readonly nodeId: string
  readonly store: Store
  /** The store of ephemeral rooms; several nodes share one. In memory by default. */
  readonly ephemeral?: EphemeralStore
  readonly bus: Bus
  readonly broadcaster: Broadcaster
  readonly authenticate: Authenticate
  /** Who makes users; `at-sign-in` by default. */
  readonly provisioning?: Provisioning
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Meter
  readonly rates: RateOptions
  readonly hooks: Hooks
  /** The app's own kinds of rooms. */
  readonly kinds?: RoomKinds
  /** The app's own rules, asked before every act. */
  readonly authorize?: Authorize | undefined
  readonly customEmoji?: readonly string[]
  readonly files?: FileStore
  /** Milliseconds from an arbitrary start: for measuring only. */
  readonly stopwatch: () => number
  readonly defaultRooms: readonly string[]
  /** Whether strangers are invited, or put into rooms directly. */
  readonly invitations?: InvitationPolicy
  /** Makes events of what happens; none by default. */
  readonly events?: Pick<Events, 'log' | 'onConnection'>
}

/** Seconds of unused budget that may be spent at once: for a start with all rooms, on a few devices. */
const BUDGET_SECONDS = 3

/** Assembles a node; the caller owns the store, the bus and the connections. */
export function createNode(parts: NodeParts): ChatNode {
  const { bus, clock, ids, log, meter, hooks, authenticate, defaultRooms } = parts
  const limits = limitsOf(parts.rates)
  const { kinds = NO_KINDS } = parts
  const { invitations: policy = DEFAULTS.invitations } = parts
  const ephemeral = parts.ephemeral ?? new MemoryEphemeral({ now: clock.now })
  const all = withEphemeral(parts.store, ephemeral)
  const store = parts.events ? withEvents(all, parts.events.log, clock) : all
  const queue = new AppendQueue({
    store,
    publish: (batch) => bus.publish({ type: 'batch', batch }),
    kinds,
    now: parts.stopwatch,
    setTimer: clock.setTimer,
    onCommit: ({ ops, ms }) => meter.commit(ops, ms),
    onError: (error, roomId) => {
      log.error({ err: error, roomId }, 'a commit or its publishing failed')
      if (mayBeDone(error)) hub.suspect(roomId)
    },
  })
  const hub: Hub = new Hub({
    ...parts,
    epoch: store.epoch,
    policy,
    readInvitation: async (userId, roomId) => {
      const now = clock.now()
      const [found] = await store.read((reader) => readInvitations(reader, userId, now, roomId))
      return found
    },
    onConnection: parts.events?.onConnection,
    readRevoked: (sids) => store.revokedSessions(sids),
    readEnded: (userIds) => store.sessionsEnded(userIds),
    ...hubReads(store, {
      suspect: (roomId) => hub.suspect(roomId),
      refresh: (userId, roomId) => hub.refresh(userId, roomId),
    }),
  })
  const inhabited = (): Iterable<RoomId> => hub.devices.rooms()
  const roomsInUse = new RoomsInUse({ store: ephemeral, clock, log, inhabited })
  const isConnected = (userId: UserId): boolean => hub.devices.of(userId).size > 0
  const lateJoins = new LateJoins({ pipeline: queue, clock, ids, log, isConnected })
  const pipeline = withLateJoins(queue, lateJoins)
  const isOpen = (roomId: RoomId): boolean => hub.isOpen(roomId)
  const names = new Names({ store, pipeline: queue, bus, clock, log, isOpen })
  const sendRates = new Rates<UserId>(limits.sends, clock)
  const budgets = new Rates<UserId>(limits.costs, clock)
  const paces = new Rates<UserId>(paceOf(limits.costs), clock)
  const streams = new Streams({
    ...{ store, pipeline, hub, bus, clock, log, meter, budgets, hooks },
    broadcaster: parts.broadcaster,
    isModerated: hooks.beforeSend !== undefined,
  })
  const purges = new Purges({ store, log, ...(parts.files === undefined ? {} : { files: parts.files }) })
  const services: Services = {
    ...{ store, pipeline, hub, bus, clock, ids, log, meter, hooks, policy, authenticate, names },
    ...{ sendRates, budgets, paces },
    kinds,
    provisioning: parts.provisioning ?? DEFAULTS.provisioning,
    rules: new AppRules({ authorize: parts.authorize, clock, log }),
    quotas: new Quotas({ store, hub, clock, limits: limits.quotas }),
    reporting: new OneAtATime<UserId>(),
    typingSignals: new TypingSignals({ bus, clock, hub, budgets }),
    streams,
    publishedReads: new PublishedReads(),
    customEmoji: new Set(parts.customEmoji),
    syncTurns: new SyncTurns(),
    purges,
    comings: new Rates<string>(COMINGS, clock),
    ...(parts.files === undefined ? {} : { files: parts.files }),
  }
  const revoker = new Revoker({ store, bus, hub, clock, log })
  return new ChatNode({ services, limits, defaultRooms, lateJoins, revoker, roomsInUse })
}

function limitsOf(rates: RateOptions): NodeLimits {
  const { sendsPerSecond, sendsBurst, eventsPerSecond, socketsPerUser } = { ...DEFAULTS, ...rates }
  // Without an event limit these have none either, unless they are set.
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
