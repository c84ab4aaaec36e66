import { LIMITS } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { appRefusal } from '../rules/ask-about'
import { readFor } from './device-reads'
import type { Handler } from './handler'
import { permitted } from './permission'

/** Among the next LIMITS.unreadCount messages: the caller goes on from `toSeq`, and pays for each step. */
export const countUnread: Handler<'count-unread'> = async (services, device, { roomId, afterSeq }) => {
  const refused = await appRefusal(services, device.identity, 'read', { roomId })
  if (refused) return refused
  const grant = services.hub.beginGrant(device.userId)
  try {
    const counted = await readFor(services, device, async (reader) => {
      const may = await permitted(services, reader, device, roomId, 'read')
      if ('ok' in may) return may
      const { lastSeq } = may.room
      const floorSeq = Math.max(may.floorSeq, may.member?.fromSeq ?? 1)
      const before = Math.min(Math.max(afterSeq, floorSeq - 1), lastSeq)
      const toSeq = Math.min(before + LIMITS.unreadCount, lastSeq)
      const count = toSeq > before ? await reader.countUnread(device.userId, roomId, before + 1, toSeq) : 0
      return { ok: true as const, count, toSeq, lastSeq }
    })
    // Removed while they were counted: nothing of the room follows the removal (I14).
    return counted.ok && grant.isRemoved(roomId) ? refuse('ROOM_NOT_FOUND') : counted
  } finally {
    grant.end()
  }
}
