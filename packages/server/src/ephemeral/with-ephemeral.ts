import { LIMITS, type RoomId, type UserId } from '@roomful/protocol'
import { countUnread } from '../core/unread'
import { type Reader, type Store, StoreError } from '../stores/port'
import type { EphemeralReader, EphemeralStore } from './ephemeral-store'
import { LazyRead } from './lazy-read'
import { isEphemeralId } from './room-id'

/**
 * One store for all rooms: their ids show which store has them. Sessions, users and lists of public rooms are in the
 * kept one. `isEphemeral`: for tests that want all rooms in one of the two.
 */
export function withEphemeral(
  kept: Store,
  ephemeral: EphemeralStore,
  isEphemeral: (roomId: RoomId) => boolean = isEphemeralId,
): Store {
  const storeOf = (roomId: RoomId): Store | EphemeralStore => (isEphemeral(roomId) ? ephemeral : kept)
  return {
    kind: kept.kind,
    epoch: kept.epoch,
    outbox: kept.outbox,
    commit: (roomId, need, decide) => storeOf(roomId).commit(roomId, need, decide),
    read: (reads) =>
      kept.read(async (reader) => {
        const lazy = new LazyRead(ephemeral)
        try {
          return await reads(readerOfBoth(reader, () => lazy.reader(), isEphemeral))
        } finally {
          await lazy.end()
        }
      }),
    createRoom: (input) => storeOf(input.room.id).createRoom(input),
    markRead: (roomId, userId, seq) => storeOf(roomId).markRead(roomId, userId, seq),
    putReport: (report, outbox) => storeOf(report.roomId).putReport(report, outbox),
    invite: (invitations) => kept.invite(invitations),
    answerInvitation: (userId, roomId, answer) => kept.answerInvitation(userId, roomId, answer),
    withdrawInvitation: (invitation) => kept.withdrawInvitation(invitation),
    forgetInvitations: (beforeMs) => kept.forgetInvitations(beforeMs),
    block: (userId, blockedId, at) => kept.block(userId, blockedId, at),
    unblock: (userId, blockedId) => kept.unblock(userId, blockedId),
    // For dms, which are kept.
    hide: (roomId, userId, hidden) => kept.hide(roomId, userId, hidden),
    purge: (roomId, belowSeq) => kept.purge(roomId, belowSeq),
    // An ephemeral room ends by itself: no user may delete one.
    deleteRoom: (roomId, by, atMs, outbox) => kept.deleteRoom(roomId, by, atMs, outbox),
    purgeDeleted: () => kept.purgeDeleted(),
    forgetOps: (beforeMs) => kept.forgetOps(beforeMs),
    putUser: (user, namedAt, outbox) => kept.putUser(user, namedAt, outbox),
    revokeSession: (sid, untilMs) => kept.revokeSession(sid, untilMs),
    isSessionRevoked: (sid) => kept.isSessionRevoked(sid),
    endSessions: (userId, atMs, untilMs) => kept.endSessions(userId, atMs, untilMs),
    resumeSessions: (userId, atMs) => kept.resumeSessions(userId, atMs),
    forgetUser: (userId) => kept.forgetUser(userId),
    sessionsEnded: (userIds) => kept.sessionsEnded(userIds),
    revokedSessions: (sids) => kept.revokedSessions(sids),
    ping: () => kept.ping(),
    async close() {
      await ephemeral.close()
      await kept.close()
    },
  }
}

/**
 * Reads of rooms by id are answered by both stores, or fail. Reads about a user, and those that find missed changes,
 * leave the ephemeral rooms out while their store is down (P16).
 */
function readerOfBoth(
  kept: Reader,
  ephemeral: () => Promise<EphemeralReader>,
  isEphemeral: (roomId: RoomId) => boolean,
): Reader {
  const about = (roomId: RoomId): Reader | Promise<EphemeralReader> =>
    isEphemeral(roomId) ? ephemeral() : kept
  /** Queries each reader for its rooms; one without any is not queried. */
  async function split<T>(
    roomIds: readonly RoomId[],
    ask: (reader: Reader | EphemeralReader, ids: readonly RoomId[]) => Promise<T>,
    join: (there: T, here: T) => T,
    isLenient = false,
  ): Promise<T> {
    const ids = roomIds.filter(isEphemeral)
    if (ids.length === 0) return ask(kept, roomIds)
    const fromEphemeral = ephemeral().then((reader) => ask(reader, ids))
    if (ids.length === roomIds.length && !isLenient) return fromEphemeral
    const here = isLenient ? await unlessAway(fromEphemeral) : await fromEphemeral
    const there = await ask(
      kept,
      roomIds.filter((id) => !isEphemeral(id)),
    )
    return here === undefined ? there : join(there, here)
  }
  let hasLeftOut = false
  const ofUser = async <T>(
    ask: (reader: Reader | EphemeralReader) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    const there = await ask(kept)
    const here = await unlessAway(ephemeral().then(ask))
    hasLeftOut ||= here === undefined
    return here && here.length > 0 ? [...there, ...here] : there
  }
  return {
    hasLeftOut: () => hasLeftOut,
    memberships: (userId, roomIds) => split(roomIds, (reader, ids) => reader.memberships(userId, ids), lists),
    async roomsOf(userId, page) {
      const found = await ofUser((reader) => reader.roomsOf(userId, page))
      return [...found].sort((a, b) => (a.room.id < b.room.id ? -1 : 1)).slice(0, page.limit)
    },
    heads: (roomIds) => split(roomIds, (reader, ids) => reader.heads(ids), maps, true),
    unread: (userId, roomIds) => split(roomIds, (reader, ids) => reader.unread(userId, ids), maps),
    previews: (roomIds) => split(roomIds, (reader, ids) => reader.previews(ids), maps),
    membersAmong: async (roomId, userIds) => (await about(roomId)).membersAmong(roomId, userIds),
    async standings(pairs) {
      const ids = pairs.filter(({ roomId }) => isEphemeral(roomId))
      const here = ids.length === 0 ? [] : await (await ephemeral()).standings(ids)
      return lists(await kept.standings(pairs.filter(({ roomId }) => !isEphemeral(roomId))), here)
    },
    whoIsIn: (roomIds, userIds) => split(roomIds, (reader, ids) => reader.whoIsIn(ids, userIds), lists, true),
    messages: async (query) => (await about(query.roomId)).messages(query),
    pins: async (roomId) => (await about(roomId)).pins(roomId),
    members: async (roomId, query) => (await about(roomId)).members(roomId, query),
    reports: async (roomId, query) => (await about(roomId)).reports(roomId, query),
    openReportsOf: async (roomId, reporterId, limit) =>
      (await about(roomId)).openReportsOf(roomId, reporterId, limit),
    // Each kind of room separately: the limit bounds work, not a sum.
    async inRooms(userIds, atLeast) {
      const there = await kept.inRooms(userIds, atLeast)
      const here = await unlessAway(ephemeral().then((reader) => reader.inRooms(userIds, atLeast)))
      return here && here.size > 0 ? new Set([...there, ...here]) : there
    },
    audit: async (roomId, query) => (await about(roomId)).audit(roomId, query),
    roomOfMessage: async (messageId) =>
      (await kept.roomOfMessage(messageId)) ?? (await ephemeral()).roomOfMessage(messageId),
    seqOfMessage: async (roomId, messageId) => (await about(roomId)).seqOfMessage(roomId, messageId),
    publicRooms: (query) => kept.publicRooms(query),
    user: (userId) => kept.user(userId),
    users: (query) => kept.users(query),
    rooms: (query) => kept.rooms(query),
    leftRooms: (userId, query) => kept.leftRooms(userId, query),
    countMessages: (roomId, fromSeq, toSeq) => kept.countMessages(roomId, fromSeq, toSeq),
    // An ephemeral room has a hundred messages at most.
    async countUnread(userId, roomId, fromSeq, toSeq) {
      if (!isEphemeral(roomId)) return kept.countUnread(userId, roomId, fromSeq, toSeq)
      const query = { roomId, fromSeq, toSeq, includeDeleted: false, take: 'oldest' } as const
      const rows = await (await ephemeral()).messages({ ...query, limit: LIMITS.unreadCount })
      return countUnread(rows, { userId, lastReadSeq: fromSeq - 1, fromSeq }, LIMITS.unreadCount)
    },
    async acquaintances(userId, others) {
      const there = await kept.acquaintances(userId, others)
      const here = await unlessAway(ephemeral().then((reader) => metIn(reader, userId, others)))
      return here && here.size > 0 ? new Set([...there, ...here]) : there
    },
    blockersOf: (userId, others) => kept.blockersOf(userId, others),
    blocked: (userId, query) => kept.blocked(userId, query),
    invitations: (userId, query) => kept.invitations(userId, query),
    sentInvitations: (inviterId, query) => kept.sentInvitations(inviterId, query),
    dm: (dmKey) => kept.dm(dmKey),
    misnamed: (user, limit) => ofUser((reader) => reader.misnamed(user, limit)),
    deletedAmong: (roomIds) => kept.deletedAmong(roomIds),
    reportedRooms: (query) => kept.reportedRooms(query),
    // Those of ephemeral rooms are looked for room by room: see stream-watch.ts.
    growing: (query) => kept.growing(query),
    spans: (query) => kept.spans(query),
    isFileShown: async (fileId, userId) =>
      (await kept.isFileShown(fileId, userId)) || (await ephemeral()).isFileShown(fileId, userId),
  }
}

/**
 * Which of these joined themselves an ephemeral room that the user also joined themselves; checks the first hundred
 * such rooms.
 */
async function metIn(
  reader: EphemeralReader,
  userId: UserId,
  others: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  const rooms = await reader.roomsOf(userId, { limit: 100 })
  const mine = rooms.filter(({ member }) => member?.added === undefined).map(({ room }) => room.id)
  if (mine.length === 0) return new Set()
  const there = await reader.whoIsIn(mine, others)
  return new Set(there.filter(({ added }) => !added).map((one) => one.userId))
}

async function unlessAway<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

const lists = <T>(there: readonly T[], here: readonly T[]): readonly T[] =>
  here.length > 0 ? [...there, ...here] : there

const maps = <K, V>(there: ReadonlyMap<K, V>, here: ReadonlyMap<K, V>): ReadonlyMap<K, V> =>
  here.size > 0 ? new Map([...there, ...here]) : there
