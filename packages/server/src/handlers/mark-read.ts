import { refuse } from '../core/refusal'
import { appRefusal } from '../rules/ask-about'
import { mayBeDone } from '../stores/port'
import type { Handler } from './handler'

/**
 * Moves the read cursor forward, never back and never past the head (I6). The position is broadcast once: a device that
 * marks a position again may repeat a read whose answer was lost, and which was not broadcast.
 */
export const markRead: Handler<'mark-read'> = async (services, device, { roomId, seq }) => {
  const { store, bus, hub, publishedReads } = services
  // The app was asked when the device opened the room.
  const refused = device.rooms.has(roomId)
    ? undefined
    : await appRefusal(services, device.identity, 'read', { roomId })
  if (refused) return refused
  const read = await store.markRead(roomId, device.userId, seq).catch((error: unknown) => {
    // It may have moved, and there may be no repeat.
    if (mayBeDone(error)) hub.suspect(roomId)
    throw error
  })
  if (!read) return refuse('ROOM_NOT_FOUND')
  const { userId, id: lineId } = device
  if (read.seq <= seq && publishedReads.take(userId, roomId, read.seq))
    bus.publish({ type: 'read', roomId, userId, seq: read.seq, lineId })
  return { ok: true, seq: read.seq, unread: read.unread }
}
