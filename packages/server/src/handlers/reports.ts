import type { OkAck, Payload, Report, RoomId, UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { appRefusal } from '../rules/ask-about'
import type { Reader } from '../stores/port'
import { readFor } from './device-reads'
import type { Handler, Services } from './handler'
import { permitted } from './permission'

const PAGE_DEFAULT = 50
/** Per user and room: more than a moderator will read. */
const OPEN_REPORTS = 100

export const reportMessage: Handler<'report-message'> = async (services, device, payload) => {
  const { store } = services
  const { messageId } = payload
  const found = await store.read(async (reader) => {
    const roomId = await reader.roomOfMessage(messageId)
    if (!roomId || (payload.roomId ?? roomId) !== roomId) return refuse('MESSAGE_NOT_FOUND')
    const may = await permitted(services, reader, device, roomId, 'report')
    if ('ok' in may) return may.code === 'ROOM_NOT_FOUND' ? refuse('MESSAGE_NOT_FOUND') : may
    // From before the member joined: hidden, and answered like a missing message (P9).
    const seq = await reader.seqOfMessage(roomId, messageId)
    return seq === undefined || seq < (may.member?.fromSeq ?? 1) ? refuse('MESSAGE_NOT_FOUND') : roomId
  })
  if (typeof found !== 'string') return found
  const about = { roomId: found, messageId }
  const refused = await appRefusal(services, device.identity, 'report', about)
  if (refused) return refused
  return services.reporting.run(device.userId, () =>
    putReport(services, device, { ...payload, roomId: found }),
  )
}

/** A message has one open report per user: a second report is answered with the first. */
async function putReport(
  { store, clock, ids }: Services,
  device: Device,
  { roomId, messageId, reason = '' }: Payload<'report-message'> & { roomId: RoomId },
): Promise<OkAck<'report-message'> | Refusal> {
  const open = await store.read((reader) => reader.openReportsOf(roomId, device.userId, OPEN_REPORTS))
  const there = open.find((report) => report.messageId === messageId)
  if (there) return { ok: true, report: there }
  if (open.length >= OPEN_REPORTS) return refuse('LIMIT_EXCEEDED', { limit: OPEN_REPORTS })
  const now = clock.now()
  const report: Report = {
    id: ids.uuid(now),
    roomId,
    messageId,
    reporterId: device.userId,
    reason,
    createdAt: new Date(now).toISOString(),
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
  }
  await store.putReport(report)
  return { ok: true, report }
}

export const listReports: Handler<'list-reports'> = async (services, device, payload) => {
  const { roomId, resolved = false, after, limit = PAGE_DEFAULT } = payload
  const refused = await appRefusal(services, device.identity, 'handle-reports', { roomId })
  if (refused) return refused
  return readFor(services, device, async (reader) => {
    const may = await permitted(services, reader, device, roomId, 'handle-reports')
    if ('ok' in may) return may
    const query = { resolved, ...(after === undefined ? {} : { after }), limit }
    const reports = await reader.reports(roomId, query)
    const last = reports.at(-1)
    const next = last && reports.length === limit ? { next: last.id } : {}
    return { ok: true as const, reports: [...reports], ...next }
  })
}

/** A report that is already resolved is answered as it is: a retry, or another moderator was faster. */
export const resolveReport: Handler<'resolve-report'> = async (services, device, payload) => {
  const { store, clock } = services
  const { roomId, resolution } = payload
  const refused = await appRefusal(services, device.identity, 'handle-reports', { roomId })
  if (refused) return refused
  const found = await store.read(async (reader) => {
    const may = await permitted(services, reader, device, roomId, 'handle-reports')
    if ('ok' in may) return may
    const report = (await reportById(reader, payload, false)) ?? (await reportById(reader, payload, true))
    // A moderator may not resolve a report about themselves: another one or a server admin does.
    const isJudge = !report || device.identity.admin || !(await isAbout(reader, report, device.userId))
    return isJudge ? report : refuse('FORBIDDEN', { field: 'reportId' })
  })
  if (!found) return refuse('INVALID_PAYLOAD', { field: 'reportId' })
  if ('ok' in found) return found
  if (found.resolvedAt !== null) return { ok: true, report: found }
  const resolvedAt = new Date(clock.now()).toISOString()
  const report: Report = { ...found, resolvedAt, resolvedBy: device.userId, resolution }
  await store.putReport(report)
  return { ok: true, report }
}

async function isAbout(reader: Reader, { roomId, messageId }: Report, userId: UserId): Promise<boolean> {
  const seq = await reader.seqOfMessage(roomId, messageId)
  if (seq === undefined) return false
  const query = { roomId, fromSeq: seq, toSeq: seq, includeDeleted: true, take: 'oldest', limit: 1 } as const
  const [row] = await reader.messages(query)
  return row?.senderId === userId
}

/** A page of one, right before this id: the id without its last character sorts before it and after no other. */
export async function reportById(
  reader: Reader,
  { roomId, reportId }: { roomId: Report['roomId']; reportId: string },
  resolved: boolean,
): Promise<Report | undefined> {
  const [report] = await reader.reports(roomId, { resolved, after: reportId.slice(0, -1), limit: 1 })
  return report?.id === reportId ? report : undefined
}

export const fetchAudit: Handler<'fetch-audit'> = async (services, device, payload) => {
  const { roomId, after, limit = PAGE_DEFAULT } = payload
  const refused = await appRefusal(services, device.identity, 'read-audit', { roomId })
  if (refused) return refused
  return readFor(services, device, async (reader) => {
    const may = await permitted(services, reader, device, roomId, 'read-audit')
    if ('ok' in may) return may
    const entries = await reader.audit(roomId, { ...(after === undefined ? {} : { after }), limit })
    const last = entries.at(-1)
    const next = last && entries.length === limit ? { next: last.id } : {}
    return { ok: true as const, entries: [...entries], ...next }
  })
}
