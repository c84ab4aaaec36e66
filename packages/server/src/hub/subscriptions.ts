import type { Head, RoomId } from '@roomful/protocol'
import type { CommittedBatch } from '../pipeline/port'
import { DeliveredChanges, type UndeliveredBatch } from './delivered-changes'
import { type Device, roomChannel } from './device'

type Subscribed = {
  /** Subscribers by protocol, so that no event is encoded without a receiver. */
  readonly count: { 1: number; 2: number }
  head: Head
  /** In how many more `room-heads` its head is sent. */
  headsLeft: number
  readonly delivered: DeliveredChanges
  /** Devices of members who were out, with the first seq that they may read. */
  readonly late: Map<Device, number>
}

/** A changed head is sent this often, so that one lost `room-heads` does not leave a client behind. */
const HEADS_REPEATED = 3

/** Which rooms have subscribers on this node, and how many. */
export class Subscriptions {
  readonly #rooms = new Map<RoomId, Subscribed>()

  add(device: Device, roomId: RoomId, head: Head, fromSeq: number): void {
    if (device.rooms.has(roomId)) return
    device.rooms.add(roomId)
    device.connection.join(roomChannel(device.protocol, roomId))
    const room = this.#rooms.get(roomId) ?? {
      count: { 1: 0, 2: 0 },
      head,
      headsLeft: 0,
      delivered: new DeliveredChanges(head),
      late: new Map(),
    }
    room.count[device.protocol]++
    if (fromSeq > 1) room.late.set(device, fromSeq)
    this.#rooms.set(roomId, room)
  }

  remove(device: Device, roomId: RoomId): boolean {
    if (!device.rooms.delete(roomId)) return false
    device.connection.leave(roomChannel(device.protocol, roomId))
    const room = this.#rooms.get(roomId)
    if (!room) return true
    room.late.delete(device)
    room.count[device.protocol]--
    if (room.count[1] + room.count[2] === 0) this.#rooms.delete(roomId)
    return true
  }

  removeAll(device: Device): void {
    for (const roomId of [...device.rooms]) this.remove(device, roomId)
  }

  has(roomId: RoomId, protocol: 1 | 2): boolean {
    return (this.#rooms.get(roomId)?.count[protocol] ?? 0) > 0
  }

  size(roomId: RoomId, protocol: 1 | 2): number {
    return this.#rooms.get(roomId)?.count[protocol] ?? 0
  }

  /** Subscribers who may not read all of the room, with the first seq that they may. */
  lateReaders(roomId: RoomId): ReadonlyMap<Device, number> {
    return this.#rooms.get(roomId)?.late ?? NO_LATE
  }

  rooms(): Iterable<RoomId> {
    return this.#rooms.keys()
  }

  /** The room's subscribers have received everything up to here. */
  deliveredHead(roomId: RoomId): Head | undefined {
    return this.#rooms.get(roomId)?.delivered.head
  }

  /** The part of it that is new to this room's subscribers. It then counts as delivered. */
  takeUndelivered(batch: CommittedBatch): UndeliveredBatch {
    return (
      this.#rooms.get(batch.roomId)?.delivered.take(batch) ?? { ...batch, created: NONE, overtaken: NONE }
    )
  }

  noteHead(roomId: RoomId, head: Head): void {
    const room = this.#rooms.get(roomId)
    if (!room || room.head.rev >= head.rev) return
    room.head = head
    room.headsLeft = HEADS_REPEATED
  }

  /** Rooms whose head changed recently. Called once for each `room-heads`. */
  *takeChangedHeads(): Iterable<readonly [RoomId, Head]> {
    for (const [roomId, room] of this.#rooms) {
      if (room.headsLeft === 0) continue
      room.headsLeft--
      yield [roomId, room.head]
    }
  }
}

const NONE: ReadonlySet<number> = new Set()
const NO_LATE: ReadonlyMap<Device, number> = new Map()

/**
 * Who was out of a room may not read what was sent meanwhile (P8), and is in its channel all the same: around an event
 * that shows such a message their devices leave the channel, and each is sent its own part. `isHidden`: does the event
 * show something from before this seq?
 */
export function sendAround(
  readers: { lateReaders(roomId: RoomId): ReadonlyMap<Device, number> },
  roomId: RoomId,
  isHidden: (fromSeq: number) => boolean,
  send: { readonly toChannel: () => void; readonly toDevice: (device: Device, fromSeq: number) => void },
): void {
  const late = [...readers.lateReaders(roomId)].filter(([, fromSeq]) => isHidden(fromSeq))
  for (const [device] of late) device.connection.leave(roomChannel(device.protocol, roomId))
  send.toChannel()
  for (const [device, fromSeq] of late) {
    send.toDevice(device, fromSeq)
    // What is sent may have closed it.
    if (device.rooms.has(roomId)) device.connection.join(roomChannel(device.protocol, roomId))
  }
}
