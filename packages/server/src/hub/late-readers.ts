import type { RoomId } from '@roomful/protocol'
import { type Device, roomChannel } from './device'

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
