import { asRoomId } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import { toWire } from '../core/stored-message'
import { reportById } from '../handlers/reports'
import type { Reader } from '../stores/port'
import { operation } from './operation'
import { askedOf, pageOf } from './pages'
import { roomOf } from './rooms'
import {
  AuditPage,
  ListAudit,
  ListReported,
  ListReports,
  OneReport,
  ReportAnswer,
  ReportedPage,
  ReportsPage,
  ResolvedAnswer,
  ResolveReport,
} from './schemas'

/** A moderator judges a message by what it answers. */
const MESSAGES_BEFORE = 5
const NO_ROOM = refuse('ROOM_NOT_FOUND', { field: 'roomId' })
const NO_REPORT = refuse('INVALID_PAYLOAD', { field: 'reportId' })
const asIs = (id: string): string => id

export const moderation = {
  'moderation.rooms': operation({
    method: 'GET',
    path: '/v1/reports',
    scope: 'moderation',
    summary: 'Rooms with open reports, by id, and how many each has.',
    request: ListReported,
    answer: ReportedPage,
    refusals: [],
    run: ({ services }, asked) =>
      services.store.read(async (reader) => {
        const { most, query } = askedOf(asked, asRoomId)
        const { rows, ...next } = pageOf(await reader.reportedRooms(query), most, ({ roomId }) => roomId)
        const ids = rows.map(({ roomId }) => roomId)
        const found = ids.length === 0 ? [] : await reader.memberships(SERVER_ACTOR.id, ids)
        const byId = new Map(found.map(({ room }) => [room.id, room]))
        return {
          rooms: rows.flatMap(({ roomId, open }) => {
            const room = byId.get(roomId)
            return room ? [{ room, open }] : []
          }),
          ...next,
        }
      }),
  }),
  'moderation.reports': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/reports',
    scope: 'moderation',
    summary: 'The open reports of a room, or those that are resolved, from the oldest on.',
    request: ListReports,
    answer: ReportsPage,
    refusals: ['ROOM_NOT_FOUND'],
    run: ({ services }, { roomId, resolved = false, ...asked }) =>
      services.store.read(async (reader) => {
        if (!(await roomOf(reader, roomId))) return NO_ROOM
        const { most, query } = askedOf(asked, asIs)
        const found = await reader.reports(roomId, { resolved, ...query })
        const { rows, ...next } = pageOf(found, most, ({ id }) => id)
        return { reports: rows, ...next }
      }),
  }),
  'moderation.report': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/reports/{reportId}',
    scope: 'moderation',
    summary: `A report with the reported message as it is now, after up to ${MESSAGES_BEFORE} before it.`,
    request: OneReport,
    answer: ReportAnswer,
    refusals: ['ROOM_NOT_FOUND', 'INVALID_PAYLOAD'],
    run: ({ services }, request) =>
      services.store.read(async (reader) => {
        const { roomId } = request
        if (!(await roomOf(reader, roomId))) return NO_ROOM
        const report = await either(reader, request)
        if (!report) return NO_REPORT
        const seq = await reader.seqOfMessage(roomId, report.messageId)
        if (seq === undefined) return { report, messages: [] }
        const rows = await reader.messages({
          ...{ roomId, fromSeq: Math.max(1, seq - MESSAGES_BEFORE), toSeq: seq },
          ...{ includeDeleted: true, take: 'oldest', limit: MESSAGES_BEFORE + 1 },
        })
        return { report, messages: rows.map((row) => toWire(row)) }
      }),
  }),
  'moderation.resolve': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/reports/{reportId}/resolve',
    scope: 'moderation',
    summary: 'Resolves a report. One that is resolved already stays as it is.',
    request: ResolveReport,
    answer: ResolvedAnswer,
    refusals: ['ROOM_NOT_FOUND', 'INVALID_PAYLOAD'],
    run: async ({ services, actor }, { resolution, ...request }) => {
      const { store, clock } = services
      const found = await store.read(async (reader) =>
        (await roomOf(reader, request.roomId)) ? ((await either(reader, request)) ?? NO_REPORT) : NO_ROOM,
      )
      if ('ok' in found) return found
      if (found.resolvedAt !== null) return { report: found }
      const resolvedAt = new Date(clock.now()).toISOString()
      const report = { ...found, resolvedAt, resolvedBy: actor.id, resolution }
      await store.putReport(report)
      return { report }
    },
  }),
  'moderation.audit': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/audit',
    scope: 'moderation',
    summary: 'What moderators and the backend did in a room, from the newest on.',
    request: ListAudit,
    answer: AuditPage,
    refusals: ['ROOM_NOT_FOUND'],
    run: ({ services }, { roomId, ...asked }) =>
      services.store.read(async (reader) => {
        if (!(await roomOf(reader, roomId))) return NO_ROOM
        const { most, query } = askedOf(asked, asIs)
        const { rows, ...next } = pageOf(await reader.audit(roomId, query), most, ({ id }) => id)
        return { entries: rows, ...next }
      }),
  }),
} as const

const either = async (reader: Reader, request: Parameters<typeof reportById>[1]) =>
  (await reportById(reader, request, false)) ?? (await reportById(reader, request, true))
