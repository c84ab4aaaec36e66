import { asRoomId, asUserId, LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import type { Membership, Reader } from '../port'
import { integer, text, textOrNull } from '../sql/column'
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
import type { Connection } from './connection'
import * as sql from './queries'
import { searchRooms } from './search-rooms'
import { Turns } from './turns'

/** Rooms whose unread one statement counts: at worst each costs UNREAD_SCAN_ROWS rows. */
const UNREAD_STEP = 20
/** Users whose rooms one statement counts, up to the bound of a user's rooms. */
const IN_ROOMS_STEP = 10
/** Users whose rooms one statement compares with those of another, up to the bound of a user's rooms. */
const ACQUAINTANCES_STEP = 10
/** Rooms that one statement looks up: a millisecond. */
const ROOMS_STEP = 100

/**
 * The port's reads on one connection, inside the transaction that is its snapshot. Each statement is a step, and no
 * statement grows with a user's data: between them other work runs on the event loop.
 */
export function sqliteReader(connection: Connection, turns: Turns = new Turns()): Reader {
  const step = async <T>(work: () => T): Promise<T> => {
    for (let pause = turns.pause(); pause; pause = turns.pause()) await pause
    return work()
  }
  /** Looks a list up in steps of this size. */
  const inSteps = async <T>(
    ids: readonly unknown[],
    size: number,
    look: (list: string) => readonly T[],
  ): Promise<readonly T[]> => {
    if (ids.length <= size) return step(() => look(JSON.stringify(ids)))
    const found: T[] = []
    for (let at = 0; at < ids.length; at += size)
      found.push(...(await step(() => look(JSON.stringify(ids.slice(at, at + size))))))
    return found
  }
  return {
    memberships: (userId, roomIds) =>
      inSteps(roomIds, ROOMS_STEP, (list) =>
        connection.all(sql.MEMBERSHIPS_OF_ROOMS, list, userId).map(membershipFrom),
      ),

    roomsOf: async (userId, { after = '', limit }) => {
      const found: Membership[] = []
      for (;;) {
        const most = Math.min(ROOMS_STEP, limit - found.length)
        const place = found.at(-1)?.room.id ?? after
        const rows = await step(() => connection.all(sql.ROOMS_OF, userId, place, most).map(membershipFrom))
        found.push(...rows)
        if (rows.length < most || found.length >= limit) return found
      }
    },

    heads: async (roomIds) =>
      new Map(await inSteps(roomIds, ROOMS_STEP, (list) => connection.all(sql.HEADS, list).map(headFrom))),

    messages: (query) =>
      step(() => {
        const { text: statement, values } = sql.messagesQuery(query)
        const rows = connection.all(statement, ...values).map(messageFrom)
        return query.take === 'newest' ? rows.reverse() : rows
      }),

    pins: (roomId) => step(() => connection.all(sql.PINS, roomId).map(messageFrom)),

    growing: ({ after, limit }) =>
      step(() => connection.all(sql.GROWING, after?.roomId ?? '', after?.seq ?? 0, limit).map(messageFrom)),

    unread: async (userId, roomIds) => {
      const rows = await inSteps(roomIds, UNREAD_STEP, (list) =>
        connection.all(sql.UNREAD, LIMITS.unreadCap, list, userId),
      )
      return new Map(rows.map((row) => [asRoomId(text(row, 'room_id')), integer(row, 'counted')]))
    },

    previews: async (roomIds) =>
      new Map(
        await inSteps(roomIds, ROOMS_STEP, (list) => connection.all(sql.PREVIEWS, list).map(previewFrom)),
      ),

    members: (roomId, { after = asUserId(''), afterRev, limit }) =>
      step(() => {
        const rows =
          afterRev === undefined
            ? connection.all(sql.MEMBERS, roomId, after, limit)
            : connection.all(sql.MEMBERS_CHANGED, roomId, afterRev, after, limit)
        return rows.map(memberFrom)
      }),

    membersAmong: (roomId, userIds) =>
      inSteps(userIds, ROOMS_STEP, (list) => connection.all(sql.MEMBERS_AMONG, roomId, list).map(memberFrom)),

    standings: (pairs) =>
      inSteps(pairs, UNREAD_STEP, (list) =>
        connection.all(sql.STANDINGS, LIMITS.unreadCap, list).map((row) => ({
          member: memberFrom(row),
          unread: integer(row, 'counted'),
        })),
      ),

    whoIsIn: (roomIds, userIds) =>
      inSteps(userIds, ROOMS_STEP, (list) =>
        connection.all(sql.WHO_IS_IN, list, JSON.stringify(roomIds)).map(attendanceFrom),
      ),

    roomOfMessage: (messageId) =>
      step(() => {
        const row = connection.get(sql.ROOM_OF_MESSAGE, messageId)
        return row && asRoomId(text(row, 'room_id'))
      }),

    seqOfMessage: (roomId, messageId) =>
      step(() => {
        const row = connection.get(sql.SEQ_OF_MESSAGE, messageId, roomId)
        return row && integer(row, 'seq')
      }),

    publicRooms: ({ query = '', after = { name: '', id: '' }, limit }) =>
      query === ''
        ? step(() => connection.all(sql.PUBLIC_ROOMS, after.name, after.id, limit).map(roomFrom))
        : searchRooms(connection, step, { text: query.toLowerCase(), after, limit }),

    spans: ({ after = '', limit }) => step(() => connection.all(sql.SPANS, after, limit).map(spanFrom)),

    isFileShown: async (fileId, userId) => {
      if (userId === undefined) return step(() => connection.get(sql.FILE_SHOWN, fileId) !== undefined)
      // By leaps from one list of rooms to the other: no more of them than the shorter one has rooms.
      for (let from: string | null = ''; from !== null; ) {
        const place: string = from
        const leap = await step(() => connection.get(sql.FILE_SHOWN_TO, fileId, userId, place))
        from = leap ? textOrNull(leap, 'shown') : null
        if (leap && from === text(leap, 'mine')) return true
      }
      return false
    },

    user: (userId) =>
      step(() => {
        const row = connection.get(sql.USER, userId)
        return row && userFrom(row)
      }),

    users: ({ after = asUserId(''), limit }) =>
      step(() => connection.all(sql.USERS, after, limit).map(userFrom)),

    rooms: ({ after = '', limit }) => step(() => connection.all(sql.ROOMS, after, limit).map(roomFrom)),

    leftRooms: (userId, { after = '', limit }) =>
      step(() =>
        connection.all(sql.LEFT_ROOMS, userId, after, limit).map((row) => asRoomId(text(row, 'room_id'))),
      ),

    countMessages: (roomId, fromSeq, toSeq) =>
      step(() => {
        const row = connection.get(sql.COUNT_MESSAGES, roomId, fromSeq, toSeq)
        return row ? integer(row, 'counted') : 0
      }),

    countUnread: (userId, roomId, fromSeq, toSeq) =>
      step(() => {
        const row = connection.get(sql.COUNT_UNREAD, userId, roomId, fromSeq, toSeq)
        return row ? integer(row, 'counted') : 0
      }),

    acquaintances: async (userId, others) => {
      const rows = await inSteps(others, ACQUAINTANCES_STEP, (list) =>
        connection.all(sql.ACQUAINTANCES, userId, list),
      )
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    blockersOf: async (userId, others) => {
      const rows = await inSteps(others, ROOMS_STEP, (list) => connection.all(sql.BLOCKERS, userId, list))
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    blocked: (userId, { after = asUserId(''), limit }) =>
      step(() => connection.all(sql.BLOCKED, userId, after, limit).map(blockFrom)),

    invitations: (userId, { nowMs, roomId, limit }) =>
      step(() => {
        const rows =
          roomId === undefined
            ? connection.all(sql.INVITATIONS, userId, nowMs, limit)
            : connection.all(sql.INVITATION, userId, roomId, nowMs)
        return rows.map(invitationFrom)
      }),

    sentInvitations: (inviterId, { nowMs, limit }) =>
      step(() => connection.all(sql.SENT_INVITATIONS, inviterId, nowMs, limit).map(invitationFrom)),

    dm: (dmKey) =>
      step(() => {
        const row = connection.get(sql.DM, dmKey)
        return row && asRoomId(text(row, 'room_id'))
      }),

    misnamed: ({ id, name, avatarUrl = null }, limit) =>
      step(() =>
        connection.all(sql.MISNAMED, id, name, avatarUrl, limit).map((row) => asRoomId(text(row, 'room_id'))),
      ),

    reports: (roomId, { resolved, after = '', limit }) =>
      step(() => {
        const statement = resolved ? sql.REPORTS_RESOLVED : sql.REPORTS_OPEN
        return connection.all(statement, roomId, after, limit).map(reportFrom)
      }),

    openReportsOf: (roomId, reporterId, limit) =>
      step(() => connection.all(sql.REPORTS_OF, roomId, reporterId, limit).map(reportFrom)),

    inRooms: async (userIds, atLeast) => {
      const rows = await inSteps(userIds, IN_ROOMS_STEP, (list) =>
        connection.all(sql.IN_ROOMS, list, atLeast, atLeast),
      )
      return new Set(rows.map((row) => asUserId(text(row, 'user_id'))))
    },

    deletedAmong: (roomIds) =>
      step(() => {
        const rows = connection.all(sql.DELETED_AMONG, JSON.stringify(roomIds))
        return rows.map((row) => asRoomId(text(row, 'room_id')))
      }),

    reportedRooms: ({ after = asRoomId(''), limit }) =>
      step(() => connection.all(sql.REPORTED_ROOMS, after, limit).map(reportedRoomFrom)),

    audit: (roomId, { after, limit }) =>
      step(() => {
        const rows =
          after === undefined
            ? connection.all(sql.AUDIT, roomId, limit)
            : connection.all(sql.AUDIT_AFTER, roomId, after, limit)
        return rows.map(auditFrom)
      }),
  }
}

/** For the writer's connection, whose markRead returns the unread of the same moment. */
export function unreadOf(connection: Connection, userId: UserId, roomId: RoomId): number {
  const row = connection.get(sql.UNREAD, LIMITS.unreadCap, JSON.stringify([roomId]), userId)
  return row ? integer(row, 'counted') : 0
}
