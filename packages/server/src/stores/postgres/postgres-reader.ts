import { asRoomId, asUserId, LIMITS } from '@roomful/protocol'
import type { Reader } from '../port'
import { flag, integer, text } from '../sql/column'
import {
  attendanceFrom,
  auditFrom,
  blockFrom,
  headFrom,
  invitationFrom,
  memberFrom,
  membershipFrom,
  messageFrom,
  previewFrom,
  reportedRoomFrom,
  reportFrom,
  roomFrom,
  spanFrom,
  userFrom,
} from '../sql/rows'
import type { DatabaseClient } from './database-client'
import * as sql from './queries'

/** Rooms that one statement looks into for a file: some milliseconds. */
const LEAPS = 100

/** The port's reads on one connection, inside the transaction that is its snapshot. */
export function postgresReader(client: DatabaseClient): Reader {
  return {
    async memberships(userId, roomIds) {
      return (await client.query(sql.MEMBERSHIPS_OF_ROOMS, userId, roomIds)).map(membershipFrom)
    },

    async roomsOf(userId, { after = '', limit }) {
      return (await client.query(sql.ROOMS_OF, userId, after, limit)).map(membershipFrom)
    },

    async heads(roomIds) {
      return new Map((await client.query(sql.HEADS, roomIds)).map(headFrom))
    },

    async messages(query) {
      const { statement, values } = sql.messagesQuery(query)
      const rows = (await client.query(statement, ...values)).map(messageFrom)
      return query.take === 'newest' ? rows.reverse() : rows
    },

    async pins(roomId) {
      return (await client.query(sql.PINS, roomId)).map(messageFrom)
    },

    async growing({ after, limit }) {
      return (await client.query(sql.GROWING, after?.roomId ?? '', after?.seq ?? 0, limit)).map(messageFrom)
    },

    async unread(userId, roomIds) {
      const rows = await client.query(sql.UNREAD, LIMITS.unreadCap, roomIds, userId)
      return new Map(rows.map((row) => [asRoomId(text(row, 'room_id')), integer(row, 'counted')]))
    },

    async previews(roomIds) {
      return new Map((await client.query(sql.PREVIEWS, roomIds)).map(previewFrom))
    },

    async members(roomId, { after = asUserId(''), afterRev, limit }) {
      const rows =
        afterRev === undefined
          ? await client.query(sql.MEMBERS, roomId, after, limit)
          : await client.query(sql.MEMBERS_CHANGED, roomId, after, limit, afterRev)
      return rows.map(memberFrom)
    },

    async membersAmong(roomId, userIds) {
      return (await client.query(sql.MEMBERS_AMONG, roomId, userIds)).map(memberFrom)
    },

    async standings(pairs) {
      const [roomIds, userIds] = [pairs.map(({ roomId }) => roomId), pairs.map(({ userId }) => userId)]
      const rows = await client.query(sql.STANDINGS, LIMITS.unreadCap, roomIds, userIds)
      return rows.map((row) => ({ member: memberFrom(row), unread: integer(row, 'counted') }))
    },

    async whoIsIn(roomIds, userIds) {
      return (await client.query(sql.WHO_IS_IN, roomIds, userIds)).map(attendanceFrom)
    },

    async roomOfMessage(messageId) {
      const [row] = await client.query(sql.ROOM_OF_MESSAGE, messageId)
      return row && asRoomId(text(row, 'room_id'))
    },

    async seqOfMessage(roomId, messageId) {
      const [row] = await client.query(sql.SEQ_OF_MESSAGE, messageId, roomId)
      return row && integer(row, 'seq')
    },

    async publicRooms({ query = '', after = { name: '', id: '' }, limit }) {
      const wanted = query.toLowerCase()
      const found = [...wanted].length < INDEXED_LETTERS ? undefined : await roomsFound(client, wanted)
      const rows = found
        ? await client.query(sql.FOUND_ROOMS, found, after.name, after.id, wanted, limit)
        : await client.query(sql.PUBLIC_ROOMS, after.name, after.id, wanted, limit)
      return rows.map(roomFrom)
    },

    async spans({ after = '', limit }) {
      return (await client.query(sql.SPANS, after, limit)).map(spanFrom)
    },

    async isFileShown(fileId, userId) {
      if (userId === undefined) return (await client.query(sql.FILE_SHOWN, fileId)).length > 0
      // By leaps from one list of rooms to the other: no more of them than the shorter one has rooms.
      for (let place = ''; ; ) {
        const [row] = await client.query(sql.FILE_SHOWN_TO, fileId, userId, place, LEAPS)
        if (!row || flag(row, 'is_shown')) return row !== undefined
        if (integer(row, 'taken') < LEAPS) return false
        place = text(row, 'place')
      }
    },

    async user(userId) {
      const [row] = await client.query(sql.USER, userId)
      return row && userFrom(row)
    },

    async users({ after = asUserId(''), limit }) {
      return (await client.query(sql.USERS, after, limit)).map(userFrom)
    },

    async rooms({ after = '', limit }) {
      return (await client.query(sql.ROOMS, after, limit)).map(roomFrom)
    },

    async leftRooms(userId, { after = '', limit }) {
      const rows = await client.query(sql.LEFT_ROOMS, userId, after, limit)
      return rows.map((row) => asRoomId(text(row, 'room_id')))
    },

    async countMessages(roomId, fromSeq, toSeq) {
      const [row] = await client.query(sql.COUNT_MESSAGES, roomId, fromSeq, toSeq)
      return row ? integer(row, 'counted') : 0
    },

    async countUnread(userId, roomId, fromSeq, toSeq) {
      const [row] = await client.query(sql.COUNT_UNREAD, roomId, fromSeq, toSeq, userId)
      return row ? integer(row, 'counted') : 0
    },

    async acquaintances(userId, others) {
      const rows = await client.query(sql.ACQUAINTANCES, userId, others)
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    async blockersOf(userId, others) {
      const rows = await client.query(sql.BLOCKERS, userId, others)
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    async blocked(userId, { after = asUserId(''), limit }) {
      const rows = await client.query(sql.BLOCKED, userId, after, limit)
      return rows.map(blockFrom)
    },

    async invitations(userId, { nowMs, roomId, limit }) {
      const rows =
        roomId === undefined
          ? await client.query(sql.INVITATIONS, userId, nowMs, limit)
          : await client.query(sql.INVITATION, userId, roomId, nowMs)
      return rows.map(invitationFrom)
    },

    async sentInvitations(inviterId, { nowMs, limit }) {
      return (await client.query(sql.SENT_INVITATIONS, inviterId, nowMs, limit)).map(invitationFrom)
    },

    async dm(dmKey) {
      const [row] = await client.query(sql.DM, dmKey)
      return row && asRoomId(text(row, 'room_id'))
    },

    async misnamed({ id, name, avatarUrl = null }, limit) {
      const rows = await client.query(sql.MISNAMED, id, name, avatarUrl, limit)
      return rows.map((row) => asRoomId(text(row, 'room_id')))
    },

    async reports(roomId, { resolved, after = '', limit }) {
      const statement = resolved ? sql.REPORTS_RESOLVED : sql.REPORTS_OPEN
      return (await client.query(statement, roomId, after, limit)).map(reportFrom)
    },

    async openReportsOf(roomId, reporterId, limit) {
      return (await client.query(sql.REPORTS_OF, roomId, reporterId, limit)).map(reportFrom)
    },

    async inRooms(userIds, atLeast) {
      const rows = await client.query(sql.IN_ROOMS, userIds, atLeast)
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    async deletedAmong(roomIds) {
      const rows = await client.query(sql.DELETED_AMONG, roomIds)
      return rows.map((row) => asRoomId(text(row, 'room_id')))
    },

    async reportedRooms({ after = asRoomId(''), limit }) {
      return (await client.query(sql.REPORTED_ROOMS, after, limit)).map(reportedRoomFrom)
    },

    async audit(roomId, { after, limit }) {
      const rows =
        after === undefined
          ? await client.query(sql.AUDIT, roomId, limit)
          : await client.query(sql.AUDIT_AFTER, roomId, limit, after)
      return rows.map(auditFrom)
    },
  }
}

/** The index needs at least three letters. */
const INDEXED_LETTERS = 3
/** Up to this many rooms are all sorted. With more, a walk through the sorted names soon fills a page. */
const FOUND_MAX = 1_000

/** Undefined: too many to sort. */
async function roomsFound(client: DatabaseClient, wanted: string): Promise<readonly string[] | undefined> {
  const pattern = `%${wanted.replaceAll(/[\\%_]/g, '\\$&')}%`
  const rows = await client.query(sql.ROOMS_FOUND, pattern, FOUND_MAX + 1)
  return rows.length > FOUND_MAX ? undefined : rows.map((row) => text(row, 'id'))
}
