import type { RoomId } from '@roomful/protocol'
import type { Reader, Store } from '../stores/port'
import type { EphemeralRooms } from './ephemeral-rooms'

/** One store of all rooms: the ephemeral ones are in memory, the others where they are kept. */
export function routedStore(kept: Store, rooms: EphemeralRooms): Store {
  return {
    kind: kept.kind,
    epoch: kept.epoch,
    commit: async (roomId, need, decide) =>
      rooms.has(roomId) ? rooms.commit(roomId, need, decide) : kept.commit(roomId, need, decide),
    read: (reads) => kept.read((reader) => reads(routedReader(reader, rooms))),
    async createRoom(input) {
      if (input.room.type !== 'ephemeral') return kept.createRoom(input)
      rooms.create(input.room, input.members)
      return { room: input.room, created: true }
    },
    async markRead(roomId, userId, seq) {
      if (!rooms.has(roomId)) return kept.markRead(roomId, userId, seq)
      const read = rooms.markRead(roomId, userId, seq)
      const unread = await rooms.reader().unread(userId, [roomId])
      return read && { ...read, unread: unread.get(roomId) ?? 0 }
    },
    putReport: async (report) =>
      rooms.has(report.roomId) ? rooms.putReport(report) : kept.putReport(report),
    purge: (roomId, belowSeq) => kept.purge(roomId, belowSeq),
    forgetOps: (beforeMs) => kept.forgetOps(beforeMs),
    putUser: (user, namedAt) => kept.putUser(user, namedAt),
    revokeSession: (sid, untilMs) => kept.revokeSession(sid, untilMs),
    isSessionRevoked: (sid) => kept.isSessionRevoked(sid),
    revokedSessions: (sids) => kept.revokedSessions(sids),
    ping: () => kept.ping(),
    async close() {
      rooms.close()
      await kept.close()
    },
  }
}

function routedReader(kept: Reader, rooms: EphemeralRooms): Reader {
  const memory = rooms.reader()
  const readerOf = (roomId: RoomId): Omit<Reader, 'publicRooms' | 'user' | 'spans' | 'inRooms'> =>
    rooms.has(roomId) ? memory : kept
  const isKept = (roomId: RoomId): boolean => !rooms.has(roomId)
  const isMemory = (roomId: RoomId): boolean => rooms.has(roomId)
  return {
    async memberships(userId, roomIds) {
      const here = await memory.memberships(userId, roomIds.filter(isMemory))
      const there = await kept.memberships(userId, roomIds.filter(isKept))
      return here.length > 0 ? [...there, ...here] : there
    },
    async roomsOf(userId, page) {
      const here = await memory.roomsOf(userId, page)
      const there = await kept.roomsOf(userId, page)
      if (here.length === 0) return there
      return [...here, ...there].sort((a, b) => (a.room.id < b.room.id ? -1 : 1)).slice(0, page.limit)
    },
    async heads(roomIds) {
      const here = await memory.heads(roomIds.filter(isMemory))
      const there = await kept.heads(roomIds.filter(isKept))
      return here.size > 0 ? new Map([...there, ...here]) : there
    },
    async unread(userId, roomIds) {
      const here = await memory.unread(userId, roomIds.filter(isMemory))
      const there = await kept.unread(userId, roomIds.filter(isKept))
      return here.size > 0 ? new Map([...there, ...here]) : there
    },
    async previews(roomIds) {
      const here = await memory.previews(roomIds.filter(isMemory))
      const there = await kept.previews(roomIds.filter(isKept))
      return here.size > 0 ? new Map([...there, ...here]) : there
    },
    messages: (query) => readerOf(query.roomId).messages(query),
    members: (roomId, query) => readerOf(roomId).members(roomId, query),
    openReportsOf: (roomId, reporterId, limit) => readerOf(roomId).openReportsOf(roomId, reporterId, limit),
    // Of ephemeral rooms a user has a bound of its own.
    inRooms: (userIds, atLeast) => kept.inRooms(userIds, atLeast),
    reports: (roomId, query) => readerOf(roomId).reports(roomId, query),
    audit: (roomId, query) => readerOf(roomId).audit(roomId, query),
    membersAmong: (roomId, userIds) => readerOf(roomId).membersAmong(roomId, userIds),
    async standings(pairs) {
      const here = await memory.standings(pairs.filter(({ roomId }) => isMemory(roomId)))
      const there = await kept.standings(pairs.filter(({ roomId }) => isKept(roomId)))
      return here.length > 0 ? [...there, ...here] : there
    },
    async whoIsIn(roomIds, userIds) {
      const here = await memory.whoIsIn(roomIds.filter(isMemory), userIds)
      const there = await kept.whoIsIn(roomIds.filter(isKept), userIds)
      return here.length > 0 ? [...there, ...here] : there
    },
    roomOfMessage: async (messageId) =>
      (await memory.roomOfMessage(messageId)) ?? kept.roomOfMessage(messageId),
    seqOfMessage: (roomId, messageId) => readerOf(roomId).seqOfMessage(roomId, messageId),
    publicRooms: (query) => kept.publicRooms(query),
    user: (userId) => kept.user(userId),
    misnamed: async (user, limit) => [
      ...(await memory.misnamed(user, limit)),
      ...(await kept.misnamed(user, limit)),
    ],
    spans: (query) => kept.spans(query),
    isFileShown: async (fileId, userId) =>
      (await memory.isFileShown(fileId, userId)) || kept.isFileShown(fileId, userId),
  }
}
