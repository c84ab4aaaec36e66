import type { RoomId } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { toWire } from '../core/stored-message'
import { appRefusal } from '../rules/ask-about'
import type { Handler } from './handler'
import { permitted } from './permission'
import { reportById } from './reports'

const PAGE_DEFAULT = 50
/** A moderator judges a message by what it answers. */
const MESSAGES_BEFORE = 5

/**
 * The message, and those before it. A moderator of the room sees what they can read there; a server admin, who need not
 * be in it, sees only this much of any room.
 */
export const fetchReport: Handler<'fetch-report'> = async (services, device, payload) => {
  const { roomId } = payload
  const refused = await appRefusal(services, device.identity, 'handle-reports', { roomId })
  if (refused) return refused
  return services.store.read(async (reader) => {
    const may = await permitted(services, reader, device, roomId, 'handle-reports')
    if ('ok' in may) return may
    const report = (await reportById(reader, payload, false)) ?? (await reportById(reader, payload, true))
    if (!report) return refuse('INVALID_PAYLOAD', { field: 'reportId' })
    const seq = await reader.seqOfMessage(roomId, report.messageId)
    const floor = device.identity.admin ? 1 : (may.member?.fromSeq ?? 1)
    if (seq === undefined || seq < floor) return { ok: true as const, report, messages: [] }
    const rows = await reader.messages({
      ...{ roomId, fromSeq: Math.max(floor, seq - MESSAGES_BEFORE), toSeq: seq },
      ...{ includeDeleted: true, take: 'oldest', limit: MESSAGES_BEFORE + 1 },
    })
    return { ok: true as const, report, messages: rows.map((row) => toWire(row, device.userId)) }
  })
}

/** Lists the rooms with open reports, for server admins. */
export const listReportedRooms: Handler<'list-reported-rooms'> = async (services, device, payload) => {
  if (!device.identity.admin) return refuse('FORBIDDEN')
  const refused = await services.rules.refusalOf(device.identity, 'list-reported-rooms')
  if (refused) return refused
  const { after, limit = PAGE_DEFAULT } = payload
  return services.store.read(async (reader) => {
    const found = await reader.reportedRooms({ ...(after === undefined ? {} : { after }), limit })
    const ids = found.map(({ roomId }) => roomId)
    const memberships = ids.length === 0 ? [] : await reader.memberships(device.userId, ids)
    const rooms = new Map(memberships.map(({ room }) => [room.id, room]))
    const last: RoomId | undefined = ids.at(-1)
    return {
      ok: true as const,
      rooms: found.flatMap(({ roomId, open }) => {
        const room = rooms.get(roomId)
        return room ? [{ room, open }] : []
      }),
      ...(last !== undefined && found.length === limit ? { next: last } : {}),
    }
  })
}
