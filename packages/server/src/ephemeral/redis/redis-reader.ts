import {
  type AuditEntry,
  asRoomId,
  asUserId,
  type Head,
  LIMITS,
  type Member,
  type MessageId,
  type Preview,
  type Report,
  type RoomId,
  type User,
  type UserId,
} from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { isPresent } from '../../core/present'
import { isSameProfile } from '../../core/profile'
import type {
  Attendance,
  Attending,
  Membership,
  MessageQuery,
  Reader,
  RoomsPage,
  Standing,
} from '../../stores/port'
import type { EphemeralReader } from '../ephemeral-store'
import type { RedisConnection } from './connection'
import { list, TTL_MS } from './plan-values'
import {
  listOf,
  memberFrom,
  membersFrom,
  messageFrom,
  numberOf,
  previewFrom,
  reportFrom,
  roomFrom,
  textOf,
} from './rows'
import * as scripts from './scripts'
import { selectMessages } from './select-messages'

/** Rooms that one script reads: a few ms in which nothing else runs. */
const ROOMS_STEP = 100
/** Pairs of rooms and users that one script reads. */
const PAIRS_STEP = 5_000
/** Users whose unread one script counts. */
const STANDINGS_STEP = 200
/** A room keeps few. */
const ALL_ROWS = Number.MAX_SAFE_INTEGER
const NOBODY = asUserId('')

/** A room when this reader first read it, and one user in it. */
type Look = Membership & { readonly unread: number | undefined; readonly preview: Preview | undefined }

/**
 * A snapshot without a transaction: the first read of each thing is remembered, and later messages are left out. A row
 * that was changed since may appear as it is now; its rev above the room's shows that.
 */
export class RedisReader implements EphemeralReader {
  /** By user and room. Null: the room does not exist. */
  readonly #looks = new Map<string, Look | null>()
  readonly #rooms = new Map<RoomId, Look | null>()
  readonly #rows = new Map<RoomId, Promise<readonly StoredMessage[]>>()
  readonly #answers = new Map<string, Promise<unknown>>()

  constructor(private readonly connection: RedisConnection) {}

  async memberships(userId: UserId, roomIds: readonly RoomId[]): Promise<readonly Membership[]> {
    return (await this.#look(userId, roomIds)).map(membershipOf)
  }

  async roomsOf(userId: UserId, { after, limit }: RoomsPage): Promise<readonly Membership[]> {
    const found: Membership[] = []
    for (let last: string | undefined = after ?? ''; last !== undefined && found.length < limit; ) {
      const page: readonly RoomId[] = await this.#roomIdsOf(userId, last)
      const looks = await this.#look(userId, page)
      found.push(...looks.filter(({ member }) => isPresent(member)).map(membershipOf))
      last = page.length < ROOMS_STEP ? undefined : page.at(-1)
    }
    return found.slice(0, limit)
  }

  async heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Head>> {
    const heads = new Map<RoomId, Head>()
    const unknown: RoomId[] = []
    for (const roomId of roomIds) {
      const look = this.#rooms.get(roomId)
      if (look) heads.set(roomId, { rev: look.room.rev, lastSeq: look.room.lastSeq })
      else if (look === undefined) unknown.push(roomId)
    }
    for (const part of parts(unknown, ROOMS_STEP))
      for (const found of listOf(await this.connection.run(scripts.HEADS, ...list(part)))) {
        const [id, rev, lastSeq] = listOf(found)
        heads.set(asRoomId(textOf(id)), { rev: numberOf(rev), lastSeq: numberOf(lastSeq) })
      }
    return heads
  }

  async messages(query: MessageQuery): Promise<readonly StoredMessage[]> {
    await this.#lookAtRooms([query.roomId])
    const rows = await this.#rowsOf(query.roomId)
    const lastSeq = this.#rooms.get(query.roomId)?.room.lastSeq ?? 0
    return selectMessages(
      rows.filter(({ seq }) => seq <= lastSeq),
      query,
    )
  }

  async pins(roomId: RoomId): Promise<readonly StoredMessage[]> {
    const rows = await this.messages({ roomId, includeDeleted: false, take: 'oldest', limit: ALL_ROWS })
    return rows.filter(({ pinned }) => pinned !== undefined)
  }

  async unread(userId: UserId, roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>> {
    const looks = await this.#look(userId, roomIds)
    return new Map(
      looks.flatMap(({ room, unread }) => (unread === undefined ? [] : [[room.id, unread] as const])),
    )
  }

  async previews(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Preview>> {
    await this.#lookAtRooms(roomIds)
    const looks = roomIds.flatMap((roomId) => this.#rooms.get(roomId) ?? [])
    return new Map(looks.flatMap(({ room, preview }) => (preview ? [[room.id, preview] as const] : [])))
  }

  members(
    roomId: RoomId,
    { after = NOBODY, afterRev, limit }: Parameters<Reader['members']>[1],
  ): Promise<readonly Member[]> {
    return this.#once(`members ${roomId} ${after} ${afterRev} ${limit}`, async () => {
      const reply =
        afterRev === undefined
          ? await this.connection.run(scripts.MEMBERS, roomId, after, limit)
          : await this.#changedMembers(roomId, { after, afterRev, limit })
      const [rows, cursors] = listOf(reply)
      return membersFrom(rows, cursors)
    })
  }

  membersAmong(roomId: RoomId, userIds: readonly UserId[]): Promise<readonly Member[]> {
    return this.#once(`among ${roomId} ${userIds.join(' ')}`, async () => {
      const reply = await this.connection.run(scripts.MEMBERS_NAMED, roomId, ...list(userIds))
      const [rows, cursors] = listOf(reply)
      return membersFrom(rows, cursors)
    })
  }

  async standings(pairs: readonly Attendance[]): Promise<readonly Standing[]> {
    const usersIn = new Map<RoomId, UserId[]>()
    for (const { roomId, userId } of pairs) {
      const users = usersIn.get(roomId)
      if (users) users.push(userId)
      else usersIn.set(roomId, [userId])
    }
    await this.#lookAtRooms([...usersIn.keys()])
    const found: Standing[] = []
    for (const [roomId, users] of usersIn) {
      const last = this.#rooms.get(roomId)?.room.lastSeq
      if (last === undefined) continue
      for (const part of parts(users, STANDINGS_STEP)) {
        const values = [roomId, last, LIMITS.unreadCap, ...list(part)]
        for (const standing of listOf(await this.connection.run(scripts.STANDINGS, ...values))) {
          const [row, cursor, unread] = listOf(standing)
          found.push({ member: memberFrom(row, cursor ?? null), unread: numberOf(unread) })
        }
      }
    }
    return found
  }

  async whoIsIn(roomIds: readonly RoomId[], userIds: readonly UserId[]): Promise<readonly Attending[]> {
    const found: Attendance[] = []
    for (const rooms of parts(roomIds, Math.max(1, Math.floor(PAIRS_STEP / Math.max(1, userIds.length))))) {
      const reply = listOf(await this.connection.run(scripts.WHO_IS_IN, ...list(rooms), ...list(userIds)))
      for (let at = 0; at < reply.length; at += 2)
        found.push({ roomId: asRoomId(textOf(reply[at])), userId: asUserId(textOf(reply[at + 1])) })
    }
    const standings = found.length === 0 ? [] : await this.standings(found)
    return standings.map(({ member: { roomId, userId, added = false } }) => ({ roomId, userId, added }))
  }

  async roomOfMessage(messageId: MessageId): Promise<RoomId | undefined> {
    const reply = await this.connection.run(scripts.ROOM_OF_MESSAGE, messageId)
    return reply === null ? undefined : asRoomId(textOf(reply))
  }

  async seqOfMessage(roomId: RoomId, messageId: MessageId): Promise<number | undefined> {
    const reply = await this.connection.run(scripts.SEQ_OF_MESSAGE, roomId, messageId)
    return reply === null ? undefined : numberOf(reply)
  }

  async misnamed(user: User, limit: number): Promise<readonly RoomId[]> {
    const found = await this.roomsOf(user.id, { limit: Number.MAX_SAFE_INTEGER })
    return found
      .flatMap(({ room, member }) => (member && isSameProfile(member, user) ? [] : room.id))
      .slice(0, limit)
  }

  async isFileShown(fileId: string, userId?: UserId): Promise<boolean> {
    if (userId === undefined) return false
    for (let last: string | undefined = ''; last !== undefined; ) {
      const page: readonly RoomId[] = await this.#roomIdsOf(userId, last)
      if (numberOf(await this.connection.run(scripts.SHOWS_FILE, fileId, userId, ...list(page))) === 1)
        return true
      last = page.length < ROOMS_STEP ? undefined : page.at(-1)
    }
    return false
  }

  async reports(
    roomId: RoomId,
    { resolved, after = '', limit }: Parameters<Reader['reports']>[1],
  ): Promise<readonly Report[]> {
    const reports = await this.#reportsOf(roomId, resolved)
    return reports.filter(({ id }) => id > after).slice(0, limit)
  }

  async openReportsOf(roomId: RoomId, reporterId: UserId, limit: number): Promise<readonly Report[]> {
    const reports = await this.#reportsOf(roomId, false)
    return reports.filter((report) => report.reporterId === reporterId).slice(0, limit)
  }

  async inRooms(userIds: readonly UserId[], atLeast: number): Promise<ReadonlySet<UserId>> {
    const found = await this.connection.run(scripts.IN_ROOMS, atLeast, ...list(userIds))
    return new Set(listOf(found).map((userId) => asUserId(textOf(userId))))
  }

  async audit(
    roomId: RoomId,
    { after, limit }: Parameters<Reader['audit']>[1],
  ): Promise<readonly AuditEntry[]> {
    const reply = await this.#once(`audit ${roomId}`, () => this.connection.run(scripts.AUDIT, roomId))
    return listOf(reply)
      .map((entry): AuditEntry => JSON.parse(textOf(entry)))
      .reverse()
      .filter(({ id }) => after === undefined || id < after)
      .slice(0, limit)
  }

  /** All of them, by id: their number is bounded. */
  async #reportsOf(roomId: RoomId, resolved: boolean): Promise<readonly Report[]> {
    const reply = await this.#once(`reports ${roomId}`, () => this.connection.run(scripts.REPORTS, roomId))
    return listOf(reply)
      .filter((value) => textOf(value).startsWith(resolved ? '1' : '0'))
      .map(reportFrom)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Sorted by id here, so that Redis need not. */
  async #changedMembers(
    roomId: RoomId,
    { after, afterRev, limit }: { after: UserId; afterRev: number; limit: number },
  ): Promise<unknown> {
    const changed = listOf(await this.connection.run(scripts.MEMBERS_SINCE, roomId, afterRev)).map(textOf)
    const wanted = changed
      .filter((userId) => userId > after)
      .sort()
      .slice(0, limit)
    return this.connection.run(scripts.MEMBERS_NAMED, roomId, ...list(wanted))
  }

  #roomIdsOf(userId: UserId, after: string): Promise<readonly RoomId[]> {
    return this.#once(`rooms of ${userId} ${after}`, async () => {
      const page = await this.connection.run(scripts.ROOMS_OF, userId, TTL_MS, after, ROOMS_STEP)
      return listOf(page).map((id) => asRoomId(textOf(id)))
    })
  }

  async #lookAtRooms(roomIds: readonly RoomId[]): Promise<void> {
    const unknown = roomIds.filter((roomId) => !this.#rooms.has(roomId))
    if (unknown.length > 0) await this.#look(NOBODY, unknown)
  }

  async #look(userId: UserId, roomIds: readonly RoomId[]): Promise<readonly Look[]> {
    const keyOf = (roomId: RoomId): string => `${roomId} ${userId}`
    const unknown = [...new Set(roomIds)].filter((roomId) => !this.#looks.has(keyOf(roomId)))
    for (const part of parts(unknown, ROOMS_STEP)) {
      const reply = await this.connection.run(scripts.LOOK, userId, LIMITS.unreadCap, ...list(part))
      const found = new Map(
        listOf(reply)
          .map(lookFrom)
          .map((look) => [look.room.id, look]),
      )
      for (const roomId of part) {
        const look = found.get(roomId) ?? null
        const first = this.#rooms.get(roomId)
        if (first === undefined) this.#rooms.set(roomId, look)
        // The room as first read, for every user.
        this.#looks.set(keyOf(roomId), first && look ? { ...look, room: first.room } : look)
      }
    }
    return [...new Set(roomIds)].flatMap((roomId) => this.#looks.get(keyOf(roomId)) ?? [])
  }

  #rowsOf(roomId: RoomId): Promise<readonly StoredMessage[]> {
    const known = this.#rows.get(roomId)
    if (known) return known
    const rows = this.connection
      .run(scripts.ROWS, roomId)
      .then((reply) => listOf(reply).flatMap((row) => (row === null ? [] : [messageFrom(row)])))
    this.#rows.set(roomId, rows)
    return rows
  }

  /** Keeps the first answer to each query. */
  #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question)
    if (known) return known as Promise<T>
    const answer = ask()
    this.#answers.set(question, answer)
    return answer
  }
}

const membershipOf = ({ room, member, floorSeq }: Look): Membership => ({ room, member, floorSeq })

function lookFrom(reply: unknown): Look {
  const [, count, unread, room, rev, seq, floor, preview, member, cursor] = listOf(reply)
  const isKept = numberOf(seq) >= numberOf(floor)
  return {
    room: roomFrom(room, rev, seq, count),
    member: member === null ? undefined : memberFrom(member, cursor ?? null),
    floorSeq: numberOf(floor),
    unread: unread === null ? undefined : numberOf(unread),
    preview: isKept && preview !== null ? previewFrom(preview) : undefined,
  }
}

function* parts<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
