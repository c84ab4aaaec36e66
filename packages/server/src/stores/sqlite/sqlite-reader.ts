import { asRoomId, asUserId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { Reader } from '../port'
import { integer, text } from '../sql/column'
import {
  attendanceFrom,
  auditFrom,
  headFrom,
  memberFrom,
  membershipFrom,
  messageFrom,
  previewFrom,
  reportFrom,
  roomFrom,
  spanFrom,
} from '../sql/rows'
import type { Connection } from './connection'
import * as sql from './queries'

/** The port's reads on one connection, inside the transaction that its snapshot is. */
export function sqliteReader(connection: Connection): Reader {
  return {
    async memberships(userId, roomIds) {
      const rows = roomIds
        ? connection.all(sql.MEMBERSHIPS_OF_ROOMS, JSON.stringify(roomIds), userId)
        : connection.all(sql.MEMBERSHIPS, userId)
      return rows.map(membershipFrom)
    },

    async heads(roomIds) {
      return new Map(connection.all(sql.HEADS, JSON.stringify(roomIds)).map(headFrom))
    },

    async messages(query) {
      const { text: statement, values } = sql.messagesQuery(query)
      const rows = connection.all(statement, ...values).map(messageFrom)
      return query.take === 'newest' ? rows.reverse() : rows
    },

    async unread(userId, roomIds) {
      const rows = connection.all(sql.UNREAD, LIMITS.unreadCap, JSON.stringify(roomIds), userId)
      return new Map(rows.map((row) => [asRoomId(text(row, 'room_id')), integer(row, 'unread')]))
    },

    async previews(roomIds) {
      return new Map(connection.all(sql.PREVIEWS, JSON.stringify(roomIds)).map(previewFrom))
    },

    async members(roomId, { after = asUserId(''), afterRev, limit }) {
      const rows =
        afterRev === undefined
          ? connection.all(sql.MEMBERS, roomId, after, limit)
          : connection.all(sql.MEMBERS_CHANGED, roomId, afterRev, after, limit)
      return rows.map(memberFrom)
    },

    async whoIsIn(roomIds, userIds) {
      return connection
        .all(sql.WHO_IS_IN, JSON.stringify(userIds), JSON.stringify(roomIds))
        .map(attendanceFrom)
    },

    async roomOfMessage(messageId) {
      const row = connection.get(sql.ROOM_OF_MESSAGE, messageId)
      return row && asRoomId(text(row, 'room_id'))
    },

    async seqOfMessage(roomId, messageId) {
      const row = connection.get(sql.SEQ_OF_MESSAGE, messageId, roomId)
      return row && integer(row, 'seq')
    },

    async publicRooms({ query = '', after = { name: '', id: '' }, limit }) {
      const rows = connection.all(sql.PUBLIC_ROOMS, after.name, after.id, query.toLowerCase(), limit)
      return rows.map(roomFrom)
    },

    async spans({ after = '', limit }) {
      return connection.all(sql.SPANS, after, limit).map(spanFrom)
    },

    async isFileShown(fileId, userId) {
      const row =
        userId === undefined
          ? connection.get(sql.FILE_SHOWN, fileId)
          : connection.get(sql.FILE_SHOWN_TO, fileId, userId)
      return row !== undefined
    },

    async user(userId) {
      const row = connection.get(sql.USER, userId)
      return row && { id: userId, name: text(row, 'name') }
    },

    async misnamed({ id, name }, limit) {
      return connection.all(sql.MISNAMED, id, name, limit).map((row) => asRoomId(text(row, 'room_id')))
    },

    async reports(roomId, { resolved, after = '', limit }) {
      const statement = resolved ? sql.REPORTS_RESOLVED : sql.REPORTS_OPEN
      return connection.all(statement, roomId, after, limit).map(reportFrom)
    },

    async openReportsOf(roomId, reporterId, limit) {
      return connection.all(sql.REPORTS_OF, roomId, reporterId, limit).map(reportFrom)
    },

    async inRooms(userIds, atLeast) {
      const rows = connection.all(sql.IN_ROOMS, JSON.stringify(userIds), atLeast, atLeast)
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    async audit(roomId, { after, limit }) {
      const rows =
        after === undefined
          ? connection.all(sql.AUDIT, roomId, limit)
          : connection.all(sql.AUDIT_AFTER, roomId, after, limit)
      return rows.map(auditFrom)
    },
  }
}

/** For the writer's connection, whose markRead answers with the unread of that same moment. */
export function unreadOf(connection: Connection, userId: UserId, roomId: RoomId): number {
  const row = connection.get(sql.UNREAD, LIMITS.unreadCap, JSON.stringify([roomId]), userId)
  return row ? integer(row, 'unread') : 0
}
