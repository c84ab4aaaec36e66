import type { Presence as PresenceRow, PresenceStatus, UserId } from '@roomful/protocol'
import type { BusMessage } from '../cluster/bus'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'
import type { Device } from './device'
import type { DeviceRegistry } from './device-registry'
import { Recent } from './recent'

/** A reload or a tunnel is not an absence. */
const OFFLINE_AFTER_MS = 5_000
/** Absent users whose last-seen time is kept; the oldest is dropped first. */
const LAST_SEEN_KEPT = 10_000

/** Longer than a message takes from node to node. */
const LEAVING_MS = 10_000

/** Published changes of one user's status: a device may change it a hundred times a second, and many users watch. */
const CHANGES = { perSecond: 1, burst: 5 }

export type ConnectionListener = (userId: UserId, isConnected: boolean, at: number) => void

type PresenceMessage = Extract<BusMessage, { type: 'presence' }>
type PresencesMessage = Extract<BusMessage, { type: 'presences' }>

/**
 * Who is online, away or offline: of several devices and nodes the most present one counts. Only watchers who share a
 * room with the user are notified.
 */
export class Presence {
  readonly #nodesOf = new Map<UserId, Map<string, PresenceStatus>>()
  readonly #lastSeenAt = new Map<UserId, number>()
  readonly #later = new Map<UserId, () => void>()
  readonly #watchers = new Map<UserId, Set<Device>>()
  readonly #changes: Rates<UserId>
  /** Who has left this node while another one had them, as far as this one knew. */
  readonly #leaving: Recent<UserId, true>

  constructor(
    private readonly deps: {
      nodeId: string
      clock: Clock
      devices: DeviceRegistry
      publish: (message: PresenceMessage | PresencesMessage) => void
      /** The user's first device has connected to any node, or the last one has gone. */
      onConnection?: ConnectionListener
    },
  ) {
    this.#changes = new Rates(CHANGES, deps.clock)
    this.#leaving = new Recent(deps.clock, LEAVING_MS)
  }

  /** A device connected, disconnected or changed its status. Offline waits, as it may return; so do frequent changes. */
  update(userId: UserId): void {
    this.#later.get(userId)?.()
    this.#later.delete(userId)
    const status = statusOf(this.deps.devices.of(userId))
    if (status === this.#publishedOf(userId)) return
    const changes = this.#changes.of(userId)
    const isTooSoon = status !== 'offline' && changes.take(1) === 0
    if (status !== 'offline' && !isTooSoon) {
      this.#publish(userId, status)
      return
    }
    const later = (): void => {
      this.#later.delete(userId)
      if (isTooSoon) this.update(userId)
      else this.#publish(userId, 'offline')
    }
    const waitMs = isTooSoon ? changes.retryAfterMs : OFFLINE_AFTER_MS
    this.#later.set(userId, this.deps.clock.setTimer(waitMs, later))
  }

  /** From the bus: one node's view of a user. */
  apply({ nodeId, userId, status, at, last }: PresenceMessage): void {
    const before = this.#statusOf(userId)
    const nodes = this.#nodesOf.get(userId) ?? new Map<string, PresenceStatus>()
    if (status === 'offline') nodes.delete(nodeId)
    else nodes.set(nodeId, status)
    if (nodes.size > 0) this.#nodesOf.set(userId, nodes)
    else this.#nodesOf.delete(userId)
    this.#see(userId, at)
    if (before === this.#statusOf(userId)) return
    this.#notifyWatchers(userId)
    // Both left at the same moment, each for the other's sake unseen: one of the two says so.
    const isUnseen = !last && !this.#nodesOf.has(userId) && this.#leaving.get(userId)
    if (isUnseen && this.deps.nodeId < nodeId) this.deps.onConnection?.(userId, false, at)
  }

  /** From the bus: one node's view of all of its users; users it does not name are not connected there. */
  applyAll({ nodeId, users, at }: PresencesMessage): void {
    const named = new Map(users)
    for (const [userId, nodes] of this.#nodesOf)
      if (nodes.has(nodeId) && !named.has(userId))
        this.apply({ type: 'presence', nodeId, userId, status: 'offline', at })
    for (const [userId, status] of named) this.apply({ type: 'presence', nodeId, userId, status, at })
  }

  /** A node is gone: none of its users counts as connected there. */
  forgetNode(nodeId: string): void {
    this.applyAll({ type: 'presences', nodeId, users: [], at: this.deps.clock.now() })
  }

  /** For nodes that may have missed it: they are new, or the bus was down. */
  publishAll(): void {
    const { nodeId, clock, publish } = this.deps
    const users = [...this.#nodesOf].flatMap(([userId, nodes]) => {
      const status = nodes.get(nodeId)
      return status === undefined ? [] : [[userId, status] as const]
    })
    publish({ type: 'presences', nodeId, users, at: clock.now() })
  }

  /** Replaces what this device watches, and returns the present status of those users. */
  watch(device: Device, userIds: readonly UserId[]): PresenceRow[] {
    this.unwatch(device)
    device.watched = new Set(userIds)
    for (const userId of device.watched)
      this.#watchers.set(userId, (this.#watchers.get(userId) ?? new Set()).add(device))
    return [...device.watched].map((userId) => this.#rowFor(device, userId))
  }

  unwatch(device: Device): void {
    for (const userId of device.watched) {
      const watchers = this.#watchers.get(userId)
      watchers?.delete(device)
      if (watchers?.size === 0) this.#watchers.delete(userId)
    }
    device.watched = new Set()
  }

  stop(): void {
    for (const cancel of this.#later.values()) cancel()
    this.#later.clear()
  }

  #publish(userId: UserId, status: PresenceStatus): void {
    const { nodeId, clock } = this.deps
    if (this.#publishedOf(userId) === status) return
    const wasConnected = this.#statusOf(userId) !== 'offline'
    const at = clock.now()
    const isLeft = status === 'offline' && this.#nodesOf.get(userId)?.size === 1
    if (status === 'offline' && !isLeft) this.#leaving.note(userId, true)
    this.deps.publish({ type: 'presence', nodeId, userId, status, at, ...(isLeft && { last: true }) })
    const isConnected = this.#statusOf(userId) !== 'offline'
    if (isConnected !== wasConnected) this.deps.onConnection?.(userId, isConnected, at)
  }

  #publishedOf(userId: UserId): PresenceStatus | undefined {
    return this.#nodesOf.get(userId)?.get(this.deps.nodeId)
  }

  #statusOf(userId: UserId): PresenceStatus {
    const statuses = [...(this.#nodesOf.get(userId)?.values() ?? [])]
    if (statuses.includes('online')) return 'online'
    return statuses.length > 0 ? 'away' : 'offline'
  }

  #see(userId: UserId, at: number): void {
    // A map keeps the order of insertion: the first one was seen the longest ago.
    this.#lastSeenAt.delete(userId)
    this.#lastSeenAt.set(userId, at)
    const [oldest] = this.#lastSeenAt.keys()
    if (this.#lastSeenAt.size > LAST_SEEN_KEPT && oldest !== undefined) this.#lastSeenAt.delete(oldest)
  }

  #notifyWatchers(userId: UserId): void {
    for (const device of this.#watchers.get(userId) ?? []) {
      if (!this.deps.devices.shareRoom(device.userId, userId)) continue
      device.connection.emit('presence', this.#rowFor(device, userId))
    }
  }

  /** A stranger's row says offline, as that of an unknown user does. */
  #rowFor(device: Device, userId: UserId): PresenceRow {
    if (!this.deps.devices.shareRoom(device.userId, userId))
      return { userId, status: 'offline', lastSeenAt: null }
    const seenAt = this.#lastSeenAt.get(userId)
    const lastSeenAt = seenAt === undefined ? null : new Date(seenAt).toISOString()
    return { userId, status: this.#statusOf(userId), lastSeenAt }
  }
}

function statusOf(devices: ReadonlySet<Device>): PresenceStatus {
  let status: PresenceStatus = 'offline'
  for (const device of devices) {
    if (device.status === 'online') return 'online'
    status = 'away'
  }
  return status
}
