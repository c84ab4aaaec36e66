import type { Change, Member, Removal, RoomId, UserId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'
import type { Meter } from '../ports/meter'
import type { UndeliveredBatch } from './delivered-changes'
import { type Broadcaster, type Device, roomChannel } from './device'
import type { DeviceRegistry } from './device-registry'
import type { Grants } from './grants'
import type { MemberRevs } from './member-revs'
import { protocol1Events } from './room-events'
import { type Subscriptions, sendAround } from './subscriptions'

export type FanOutDeps = {
  readonly broadcaster: Broadcaster
  readonly devices: DeviceRegistry
  readonly subscriptions: Subscriptions
  readonly grants: Grants
  readonly memberRevs: MemberRevs
  readonly meter: Meter
  /** A connected user entered a room that this node did not know them to be in. */
  readonly onAdded: (userId: UserId, roomId: RoomId) => void
}

/**
 * Delivers one committed batch to this node's devices: one frame a protocol-2 subscriber, however many messages.
 * A user who is removed in it receives the changes before the removal and none after it (I14).
 */
export function fanOut(deps: FanOutDeps, committed: CommittedBatch): void {
  const end = deps.meter.timeFanOut()
  const { roomId, head } = committed
  deps.grants.noteHead(roomId, head)
  const batch = deps.subscriptions.takeUndelivered(committed)
  // Of all changes: users who join or leave need not be subscribed, and may not have received what subscribers did.
  const members = committed.changes
    .filter((change) => change.kind === 'member')
    .filter(({ member }) => deps.memberRevs.isNewer(member))
  const removals = firstRemovals(members)
  // First, so that the broadcast below does not reach them.
  for (const [userId, removal] of removals) remove(deps, batch, userId, removal)
  deps.subscriptions.noteHead(roomId, head)
  broadcast(deps, batch)
  for (const member of finalRows(members)) {
    if (member.removed) continue
    deps.grants.noteReturn(member.userId, roomId)
    if (deps.devices.noteMember(member.userId, roomId, member.added ?? false))
      deps.onAdded(member.userId, roomId)
  }
  for (const { member } of members) deps.memberRevs.note(member)
  end()
}

function broadcast(deps: FanOutDeps, batch: UndeliveredBatch): void {
  const { roomId, changes } = batch
  if (changes.length === 0) return
  if (deps.subscriptions.lateReaders(roomId).size === 0) {
    toChannels(deps, batch)
    return
  }
  sendAround(deps.subscriptions, roomId, (fromSeq) => changes.some((change) => isBefore(change, fromSeq)), {
    toChannel: () => toChannels(deps, batch),
    toDevice: (device, fromSeq) => deliver(device, batch, readableFrom(changes, fromSeq)),
  })
}

const isBefore = (change: Change, fromSeq: number): boolean =>
  change.kind === 'message' && change.message.seq < fromSeq

/** The changes for one who may not read what is before this seq: of those only the revs. */
const readableFrom = (changes: readonly Change[], fromSeq: number): Change[] =>
  changes.map((change) => (isBefore(change, fromSeq) ? { rev: change.rev, kind: 'skip', count: 1 } : change))

function toChannels({ broadcaster, subscriptions, meter }: FanOutDeps, batch: UndeliveredBatch): void {
  const { roomId } = batch
  if (subscriptions.has(roomId, 2)) {
    broadcaster.broadcast(roomChannel(2, roomId), 'changes', { roomId, changes: [...batch.changes] })
    meter.deliveries('changes', subscriptions.size(roomId, 2))
  }
  if (!subscriptions.has(roomId, 1)) return
  for (const { event, payload } of protocol1Events(batch, batch.changes)) {
    broadcaster.broadcast(roomChannel(1, roomId), event, payload)
    meter.deliveries(event, subscriptions.size(roomId, 1))
  }
}

type MemberChange = Extract<Change, { kind: 'member' }>
type FirstRemoval = { readonly rev: number; readonly reason: Removal }

function firstRemovals(members: readonly MemberChange[]): Map<UserId, FirstRemoval> {
  const removals = new Map<UserId, FirstRemoval>()
  for (const { rev, member } of members) {
    if (member.removed && !removals.has(member.userId))
      removals.set(member.userId, { rev, reason: member.removed })
  }
  return removals
}

function finalRows(members: readonly MemberChange[]): Iterable<Member> {
  return new Map(members.map(({ member }) => [member.userId, member])).values()
}

function remove(
  deps: FanOutDeps,
  batch: UndeliveredBatch,
  userId: UserId,
  { rev, reason }: FirstRemoval,
): void {
  const { roomId } = batch
  deps.grants.noteRemoval(userId, roomId)
  deps.devices.forgetMember(userId, roomId)
  for (const device of deps.devices.of(userId)) {
    const fromSeq = deps.subscriptions.lateReaders(roomId).get(device) ?? 1
    if (deps.subscriptions.remove(device, roomId)) {
      const before = batch.changes.filter((change) => change.rev <= rev)
      deliver(device, batch, readableFrom(before, fromSeq))
    }
    device.connection.emit('room-removed', { roomId, reason })
  }
}

function deliver(device: Device, batch: UndeliveredBatch, changes: readonly Change[]): void {
  if (device.protocol === 2) {
    device.connection.emit('changes', { roomId: batch.roomId, changes: [...changes] })
    return
  }
  for (const { event, payload } of protocol1Events(batch, changes)) device.connection.emit(event, payload)
}
