import { LIMITS, type Member, type Message, type RoomId } from '@roomful/protocol'
import type { StoredMessage } from '../core/ops'
import { isPresent } from '../core/present'
import { toPreview } from '../core/preview'
import { shows } from '../core/shown-file'
import { countUnread } from '../core/unread'
import type { MessageQuery, Reader } from '../stores/port'
import type { RoomState } from './room-state'

/** What an ephemeral room can be asked. The rest of a Reader knows nothing of such rooms. */
export type EphemeralReader = Omit<Reader, 'publicRooms' | 'user' | 'spans' | 'inRooms'>

/** Reads of rooms as `stateOf` gives them: the same state for the same room, however often it is asked. */
export function ephemeralReader(
  stateOf: (roomId: RoomId) => RoomState | undefined,
  roomsOf: (userId: Member['userId']) => readonly RoomId[],
  roomOfMessage: (messageId: Message['id']) => RoomId | undefined,
): EphemeralReader {
  return {
    memberships: async (userId, roomIds) =>
      roomIds.flatMap((roomId) => {
        const state = stateOf(roomId)
        if (!state) return []
        const member = state.members.get(userId)
        return { room: state.room, member: member && withFloor(state, member), floorSeq: 1 }
      }),
    roomsOf: async (userId, { after = '', limit }) =>
      [...roomsOf(userId)]
        .sort()
        .flatMap((roomId) => {
          const state = roomId > after ? stateOf(roomId) : undefined
          const member = state?.members.get(userId)
          return state && isPresent(member)
            ? { room: state.room, member: withFloor(state, member), floorSeq: 1 }
            : []
        })
        .slice(0, limit),
    heads: async (roomIds) =>
      new Map(
        roomIds.flatMap((roomId) => {
          const room = stateOf(roomId)?.room
          return room ? [[roomId, { rev: room.rev, lastSeq: room.lastSeq }]] : []
        }),
      ),
    messages: async (query) => select(stateOf(query.roomId)?.messages ?? [], query),
    unread: async (userId, roomIds) =>
      new Map(
        roomIds.flatMap((roomId) => {
          const state = stateOf(roomId)
          const member = state?.members.get(userId)
          return state && member ? [[roomId, countUnread(state.messages, member, LIMITS.unreadCap)]] : []
        }),
      ),
    previews: async (roomIds) =>
      new Map(
        roomIds.flatMap((roomId) => {
          const last = stateOf(roomId)?.messages.at(-1)
          return last ? [[roomId, toPreview(last)]] : []
        }),
      ),
    members: async (roomId, { after = '', afterRev, limit }) =>
      [...(stateOf(roomId)?.members.values() ?? [])]
        .filter(({ rev, removed }) => (afterRev === undefined ? removed === undefined : rev > afterRev))
        .filter(({ userId }) => userId > after)
        .sort((a, b) => (a.userId < b.userId ? -1 : 1))
        .slice(0, limit),
    isFileShown: async (fileId, userId) =>
      (userId === undefined ? [] : roomsOf(userId)).some((roomId) => {
        const state = stateOf(roomId)
        const member = userId && state?.members.get(userId)
        if (!state || !member || member.removed !== undefined) return false
        return state.messages.some((row) => row.seq >= member.fromSeq && shows(row, fileId))
      }),
    membersAmong: async (roomId, userIds) =>
      userIds.flatMap((userId) => stateOf(roomId)?.members.get(userId) ?? []),
    standings: async (pairs) =>
      pairs.flatMap(({ roomId, userId }) => {
        const state = stateOf(roomId)
        const member = state?.members.get(userId)
        if (!state || !isPresent(member)) return []
        const unread = countUnread(state.messages, member, LIMITS.unreadCap)
        return { member: withFloor(state, member), unread }
      }),
    whoIsIn: async (roomIds, userIds) =>
      roomIds.flatMap((roomId) =>
        userIds.flatMap((userId) => {
          const member = stateOf(roomId)?.members.get(userId)
          return member && member.removed === undefined ? [{ roomId, userId }] : []
        }),
      ),
    misnamed: async ({ id, name }, limit) =>
      roomsOf(id)
        .filter((roomId) => {
          const member = stateOf(roomId)?.members.get(id)
          return isPresent(member) && member.name !== name
        })
        .slice(0, limit),
    roomOfMessage: async (messageId) => roomOfMessage(messageId),
    seqOfMessage: async (roomId, messageId) =>
      stateOf(roomId)?.messages.find(({ id }) => id === messageId)?.seq,
    reports: async (roomId, { resolved, after = '', limit }) =>
      [...(stateOf(roomId)?.reports.values() ?? [])]
        .filter(({ id, resolvedAt }) => id > after && (resolvedAt !== null) === resolved)
        .slice(0, limit),
    openReportsOf: async (roomId, reporterId, limit) =>
      [...(stateOf(roomId)?.reports.values() ?? [])]
        .filter((report) => report.reporterId === reporterId && report.resolvedAt === null)
        .slice(0, limit),
    audit: async (roomId, { after, limit }) =>
      [...(stateOf(roomId)?.audit ?? [])]
        .reverse()
        .filter(({ id }) => after === undefined || id < after)
        .slice(0, limit),
  }
}

/** What is forgotten is below everybody's floor: pages and deltas end there by themselves. */
function withFloor({ room, messages }: RoomState, member: Member): Member {
  const floor = room.lastSeq - messages.length + 1
  return member.fromSeq >= floor ? member : { ...member, fromSeq: floor }
}

function select(messages: readonly StoredMessage[], query: MessageQuery): readonly StoredMessage[] {
  const { fromSeq = 0, toSeq = Number.MAX_SAFE_INTEGER, afterRev = -1, includeDeleted, take, limit } = query
  const fitting = messages.filter(
    ({ seq, rev, deleted }) =>
      seq >= fromSeq && seq <= toSeq && rev > afterRev && (includeDeleted || !deleted),
  )
  switch (take) {
    case 'oldest':
      return fitting.slice(0, limit)
    case 'newest':
      return limit === 0 ? [] : fitting.slice(-limit)
    case 'rev':
      return fitting.sort((a, b) => a.rev - b.rev).slice(0, limit)
  }
}
