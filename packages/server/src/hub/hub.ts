import {
  HEADS_INTERVAL_MS,
  type Head,
  type Member,
  type Removal,
  type RoomId,
  type User,
  type UserId,
} from '@roomful/protocol'
import type { Identity } from '../auth/identity'
import type { Bus, BusMessage } from '../cluster/bus'
import type { InvitationPolicy } from '../core/consent'
import { Rates } from '../handlers/rates'
import type { CommittedBatch } from '../pipeline/port'
import { type Clock, every } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import { isOnlyGrowth } from '../streams/only-growth'
import { Activity, type ReadItems } from './activity'
import { CatchUp, type CatchUpDeps } from './catch-up'
import { type Broadcaster, type Device, roomChannel } from './device'
import { DeviceRegistry } from './device-registry'
import { type FanOutDeps, fanOut } from './fan-out'
import { type Grant, Grants } from './grants'
import { Lifetimes } from './lifetime'
import { MemberRevs } from './member-revs'
import { notifyAdded, notifyUser, type ReadInvitation, type ReadListItems } from './personal'
import { type ConnectionListener, Presence } from './presence'
import { Receipts } from './receipts'
import { RecentNames, rename } from './recent-names'
import { type ReadMemberships, Repair, type RepairDeps } from './repair'
import { Revocations } from './revocations'
import { SessionWatch, type SessionWatchDeps } from './session-watch'
import { Subscriptions } from './subscriptions'
import { sendTyping } from './typing-frames'

/** Frames of one room that can be dropped or delayed: at most a fifth of this process, whatever its members do. */
const ROOM_FRAMES = { perSecond: 20_000, burst: 20_000 }
/** Users that are checked between two yields to the event loop. */
const IDENTITIES_STEP = 50

export type HubDeps = {
  readonly nodeId: string
  readonly epoch: string
  readonly policy: InvitationPolicy
  readonly readInvitation: ReadInvitation
  readonly clock: Clock
  readonly bus: Bus
  readonly broadcaster: Broadcaster
  /** One user's list items for these rooms. */
  readonly readListItems: ReadListItems
  readonly readItems: ReadItems
  readonly readMemberships: ReadMemberships
  readonly readRows: RepairDeps['readRows']
  readonly readPresent: RepairDeps['readPresent']
  readonly readReads: RepairDeps['readReads']
  readonly readRevoked: SessionWatchDeps['readRevoked']
  readonly readEnded: SessionWatchDeps['readEnded']
  readonly readDeleted: RepairDeps['readDeleted']
  readonly readUser: (userId: UserId) => Promise<User | undefined>
  readonly onConnection?: ConnectionListener | undefined
  readonly readHeads: CatchUpDeps['readHeads']
  readonly readMissed: CatchUpDeps['readMissed']
  readonly log: Log
  readonly meter: Meter
}

/**
 * This node's devices and what is delivered to them. Every change arrives over the bus, from this node and from
 * others alike; the hub knows neither sockets nor the store's writes.
 */
export class Hub {
  readonly devices: DeviceRegistry
  readonly presence: Presence
  readonly lifetimes: Lifetimes
  readonly #subscriptions = new Subscriptions()
  readonly #grants = new Grants()
  readonly #revocations: Revocations
  readonly #names: RecentNames
  readonly #roomFrames: Rates<RoomId>
  readonly #receipts: Receipts
  readonly #activity: Activity
  readonly #repair: Repair
  readonly #fanOut: FanOutDeps
  readonly #catchUp: CatchUp
  readonly #sessions: SessionWatch
  readonly #stopHeads: () => void

  constructor(private readonly deps: HubDeps) {
    const { nodeId, clock, bus, broadcaster } = deps
    this.devices = new DeviceRegistry(deps.policy)
    const { devices } = this
    const publish = (message: BusMessage): void => bus.publish(message)
    const { onConnection } = deps
    this.presence = new Presence({ nodeId, clock, devices, publish, ...(onConnection && { onConnection }) })
    this.lifetimes = new Lifetimes(clock)
    this.#revocations = new Revocations(clock, devices)
    this.#names = new RecentNames(clock)
    this.#roomFrames = new Rates<RoomId>(ROOM_FRAMES, clock)
    this.#receipts = new Receipts(clock, broadcaster, this.#subscriptions, this.#roomFrames)
    this.#fanOut = {
      ...deps,
      devices,
      subscriptions: this.#subscriptions,
      grants: this.#grants,
      memberRevs: new MemberRevs(),
      onAdded: (userId, roomId) => this.#notifyAdded(userId, roomId),
    }
    const pause = (): Promise<void> => this.#pause()
    this.#activity = new Activity({ ...deps, devices, pause })
    this.#repair = new Repair({
      ...deps,
      devices,
      pause,
      mayHaveMissed: () => bus.isShared && (bus.takeLoss?.() ?? true),
      onBehind: (roomId, head) => {
        this.#grants.noteHead(roomId, head)
        this.#subscriptions.noteHead(roomId, head)
        // It is unknown what has changed in it.
        this.#activity.noteRoom(roomId, true)
      },
      onRemoved: (userId, roomId, reason) => this.#remove(userId, roomId, reason),
      onAdded: (userId, roomId) => this.#notifyAdded(userId, roomId),
      onRead: (userId, roomId) => this.#activity.noteRead(userId, roomId),
      openRooms: () => this.#subscriptions.rooms(),
      onReceipt: (roomId, userId, seq) => this.#receipts.note(roomId, userId, seq, ''),
      checkIdentities: () => this.#checkIdentities(),
    })
    this.#catchUp = new CatchUp({
      ...deps,
      isShared: bus.isShared,
      isBusUp: () => bus.isUp?.() ?? true,
      rooms: () => this.#subscriptions.rooms(),
      deliveredHead: (roomId) => this.#subscriptions.deliveredHead(roomId),
      onMissed: (batch) => {
        deps.meter.caughtUp(batch.changes.length)
        this.#deliverBatch(batch)
      },
    })
    this.#sessions = new SessionWatch({
      ...deps,
      isShared: bus.isShared,
      sids: () => this.#sids(),
      revocations: this.#revocations,
      userIds: () => this.devices.users(),
    })
    let isYoung = true
    this.#stopHeads = every(clock, HEADS_INTERVAL_MS, () => {
      // A request of the process before this one may have been committed after the first devices were answered.
      if (isYoung) this.#repair.suspectAll()
      isYoung = false
      void this.#keepUp()
    })
    bus.subscribe((message) => this.#deliver(message))
  }

  /** Adds a device that has signed in. If its session was revoked meanwhile, it is closed with that reason. */
  add(device: Device): boolean {
    if (this.#revocations.refuses(device.identity)) {
      device.connection.close({ reason: 'SESSION_REVOKED' })
      return false
    }
    this.#names.applyTo(device)
    this.devices.add(device)
    this.lifetimes.watch(device)
    this.presence.update(device.userId)
    return true
  }

  /** A fresh token on an open connection. False: its session was revoked meanwhile, or the connection is closed. */
  renew(device: Device, identity: Identity): boolean {
    if (this.#revocations.refuses(identity) || !this.devices.of(identity.id).has(device)) return false
    device.identity = identity
    this.lifetimes.watch(device)
    return true
  }

  /** Is this session refused, whatever the store says? */
  isRevoked(sid: string | undefined): boolean {
    return this.#revocations.has(sid)
  }

  /** Refuses a session until its revocation is written. */
  holdRevoked(sid: string): void {
    this.#revocations.hold(sid)
  }

  releaseRevoked(sid: string): void {
    this.#revocations.release(sid)
  }

  remove(device: Device): void {
    device.isGone = true
    this.lifetimes.unwatch(device)
    this.presence.unwatch(device)
    this.#subscriptions.removeAll(device)
    this.devices.remove(device)
    this.presence.update(device.userId)
  }

  /** To be called before a permission is read that a subscription will rest on. */
  beginGrant(userId: UserId): Grant {
    return this.#grants.begin(userId)
  }

  subscribe(device: Device, roomId: RoomId, head: Head, member?: Member): void {
    this.devices.noteMember(device.userId, roomId, member?.added ?? false)
    this.#subscriptions.add(device, roomId, head, member?.fromSeq ?? 1)
    // Earlier subscribers may not have received what this device has read.
    const isBehind = (this.#subscriptions.deliveredHead(roomId)?.rev ?? head.rev) < head.rev
    if (isBehind || this.deps.bus.isShared) this.#catchUp.soon(roomId)
  }

  /** Does a device of this node have the room open? */
  isOpen(roomId: RoomId): boolean {
    return this.#subscriptions.has(roomId, 2) || this.#subscriptions.has(roomId, 1)
  }

  /** Devices of members who may not read all of the room, with the first seq that they may. */
  lateReaders(roomId: RoomId): ReadonlyMap<Device, number> {
    return this.#subscriptions.lateReaders(roomId)
  }

  /** Devices of this node that have the room open. */
  audience(roomId: RoomId): number {
    return this.#subscriptions.size(roomId, 1) + this.#subscriptions.size(roomId, 2)
  }

  unsubscribe(device: Device, roomId: RoomId): void {
    if (!this.#subscriptions.remove(device, roomId)) return
    // Frames on their way to this device, or lost, are not sent again.
    this.refresh(device.userId, roomId)
  }

  /** A read showed that the user is in this room: from now on they receive its activity. */
  noteMembership(userId: UserId, roomId: RoomId, added: boolean): void {
    this.devices.noteMember(userId, roomId, added)
  }

  /** Sends this room's list item to the user's devices again, within a second. */
  refresh(userId: UserId, roomId: RoomId): void {
    this.#activity.refresh(userId, roomId)
  }

  /** A commit of this room may have happened unnoticed: the room is read and its members receive what is missing. */
  suspect(roomId: RoomId): void {
    this.#repair.suspect(roomId)
    this.#catchUp.soon(roomId)
  }

  stop(): void {
    this.#stopHeads()
    this.#catchUp.stop()
    this.#sessions.stop()
    this.#receipts.stop()
    this.#activity.stop()
    this.presence.stop()
  }

  #deliver(message: BusMessage): void {
    switch (message.type) {
      case 'batch':
        this.#deliverBatch(message.batch)
        return
      case 'created':
        for (const userId of message.userIds)
          if (this.devices.noteMember(userId, message.roomId, userId !== message.by))
            this.#notifyAdded(userId, message.roomId)
        return
      case 'invited':
      case 'uninvited':
      case 'hidden':
        notifyUser({ ...this.deps, devices: this.devices }, message)
        return
      case 'read':
        this.#receipts.note(message.roomId, message.userId, message.seq, message.lineId)
        this.#activity.noteRead(message.userId, message.roomId, message.lineId)
        return
      case 'typing':
        sendTyping(this.deps.broadcaster, this.#subscriptions, this.#roomFrames, message)
        return
      case 'delta':
        // Delivered by StreamWatch.
        return
      case 'presence':
        this.presence.apply(message)
        return
      case 'presences':
        this.presence.applyAll(message)
        return
      case 'node-gone':
        this.presence.forgetNode(message.nodeId)
        return
      case 'node-here':
        this.presence.publishAll()
        return
      case 'bus-up':
        this.presence.publishAll()
        this.#catchUp.all()
        void this.#keepUp()
        return
      case 'renamed':
        this.#rename(message.user)
        return
      case 'deleted':
        this.#removeAll(message.roomId)
        return
      case 'sessions-ended':
        this.#revocations.end(message.userId, message.atMs)
        return
      case 'revoked':
        this.#revocations.add(message.sid)
        return
      default:
        // A newer version's message: it is only a hint, and heads repair what is missed.
        message satisfies never
    }
  }

  #deliverBatch(batch: CommittedBatch): void {
    const { roomId, previous, head, changes } = batch
    fanOut(this.#fanOut, batch)
    // A lost batch before this one may have changed the room's row.
    const isWhole = this.#repair.isUpTo(roomId, previous)
    // More text of a message is no news to those who have not opened the room: they get it when it has ended.
    if (!isWhole || !isOnlyGrowth(batch))
      this.#activity.noteRoom(roomId, !isWhole || changes.some(({ kind }) => kind === 'room'))
    this.#repair.noteHead(roomId, head)
  }

  async #keepUp(): Promise<void> {
    try {
      await this.#repair.run()
    } catch (error) {
      this.deps.log.warn({ err: error }, 'this node could not look whether it is behind')
    }
    this.#sendHeads()
  }

  /** A removal without its batch: the changes before it are not delivered, since the user may no longer read them. */
  #remove(userId: UserId, roomId: RoomId, reason: Removal | 'deleted'): void {
    this.#grants.noteRemoval(userId, roomId)
    this.devices.forgetMember(userId, roomId)
    for (const device of this.devices.of(userId)) {
      this.#subscriptions.remove(device, roomId)
      device.connection.emit('room-removed', { roomId, reason })
    }
  }

  #removeAll(roomId: RoomId): void {
    this.#grants.noteDeletion(roomId)
    for (const userId of [...this.devices.membersOf(roomId)]) this.#remove(userId, roomId, 'deleted')
  }

  /** The last event before a room goes quiet may be lost: only its head, sent again, can show that. */
  #sendHeads(): void {
    const { epoch, broadcaster } = this.deps
    for (const [roomId, head] of this.#subscriptions.takeChangedHeads()) {
      if (!this.#subscriptions.has(roomId, 2)) continue
      const payload = { epoch, heads: { [roomId]: head } }
      broadcaster.broadcast(roomChannel(2, roomId), 'room-heads', payload, { volatile: true })
    }
  }

  #notifyAdded(userId: UserId, roomId: RoomId): void {
    notifyAdded({ ...this.deps, devices: this.devices }, userId, roomId, () => {
      this.devices.forgetMember(userId, roomId)
      this.#repair.suspect(roomId)
    })
  }

  /** Yields to the event loop. */
  #pause(): Promise<void> {
    return new Promise((resolve) => void this.deps.clock.setTimer(0, resolve))
  }

  /** Finds renames that the bus has lost. */
  async #checkIdentities(): Promise<void> {
    let looked = 0
    for (const userId of new Set([...this.devices.all()].map((device) => device.userId))) {
      const user = await this.deps.readUser(userId)
      if (user) this.#rename(user)
      if (++looked % IDENTITIES_STEP === 0) await this.#pause()
    }
  }

  *#sids(): Iterable<string> {
    for (const { identity } of this.devices.all()) if (identity.sid !== undefined) yield identity.sid
  }

  /** From now on the user's devices act under this name and picture. */
  #rename(user: User): void {
    this.#names.note(user)
    for (const device of this.devices.of(user.id))
      if (rename(device, user) && device.protocol === 2) device.connection.emit('user-changed', { user })
  }
}
