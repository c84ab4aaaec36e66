import {
  type AuditEntry,
  asRoomId,
  asUserId,
  type Head,
  isGrowing,
  type Member,
  type MessageId,
  type Preview,
  type Report,
  type Room,
  type RoomId,
  type User,
  type UserId,
} from '@roomful/protocol'
import type { StoredMessage } from '../../core/ops'
import { isPresent } from '../../core/present'
import { toPreview } from '../../core/preview'
import { isSameProfile, profileOf } from '../../core/profile'
import { countUnread } from '../../core/unread'
import type {
  Attendance,
  Attending,
  Block,
  InvitationRow,
  Membership,
  MessageQuery,
  Reader,
  RoomsPage,
  Span,
  Standing,
} from '../port'
import { queryMessages } from './query-messages'
import type { RoomRecord } from './room-record'
import type { Tables } from './tables'
import { unreadIn } from './unread-in'
import { type Snapshot, valueAt } from './versions'

export class MemoryReader implements Reader {
  constructor(
    private readonly tables: Tables,
    private readonly snapshot: Snapshot,
  ) {}

  async memberships(userId: UserId, roomIds: readonly RoomId[]): Promise<readonly Membership[]> {
    return [...new Set(roomIds)].flatMap((roomId) => this.membershipAt(userId, roomId) ?? [])
  }

  async roomsOf(userId: UserId, { after = asRoomId(''), limit }: RoomsPage): Promise<readonly Membership[]> {
    const found: Membership[] = []
    for (const roomId of [...(this.tables.roomsOf.get(userId) ?? [])].sort()) {
      if (found.length >= limit) break
      const membership = roomId > after ? this.membershipAt(userId, roomId) : undefined
      if (membership && isPresent(membership.member)) found.push(membership)
    }
    return found
  }

  async heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Head>> {
    const rooms = roomIds.flatMap((roomId) => this.roomAt(roomId) ?? [])
    return new Map(rooms.map(({ id, rev, lastSeq }) => [id, { rev, lastSeq }]))
  }

  async messages(query: MessageQuery): Promise<readonly StoredMessage[]> {
    const record = this.live(query.roomId)
    return record ? queryMessages(record, query, this.snapshot) : []
  }

  async pins(roomId: RoomId): Promise<readonly StoredMessage[]> {
    const record = this.live(roomId)
    return [...(record?.pinnedSeqs ?? [])]
      .sort((a, b) => a - b)
      .flatMap((seq) => valueAt(record?.messages[seq - 1], this.snapshot) ?? [])
      .filter(({ pinned }) => pinned !== undefined)
  }

  async growing({
    after,
    limit,
  }: {
    after?: { roomId: RoomId; seq: number }
    limit: number
  }): Promise<readonly StoredMessage[]> {
    const found: StoredMessage[] = []
    for (const roomId of [...this.tables.rooms.keys()].sort(compareByCodePoint)) {
      const record = this.live(roomId)
      for (const seq of [...(record?.grownSeqs ?? [])].sort((a, b) => a - b)) {
        if (found.length >= limit) return found
        const isBehind =
          after !== undefined && (roomId < after.roomId || (roomId === after.roomId && seq <= after.seq))
        const row = isBehind ? undefined : valueAt(record?.messages[seq - 1], this.snapshot)
        if (row && isGrowing(row)) found.push(row)
      }
    }
    return found
  }

  async unread(userId: UserId, roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>> {
    const counts = new Map<RoomId, number>()
    for (const roomId of roomIds) {
      const record = this.live(roomId)
      const member = valueAt(record?.members.get(userId), this.snapshot)
      if (record && isPresent(member)) counts.set(roomId, unreadIn(record, member, this.snapshot))
    }
    return counts
  }

  async previews(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, Preview>> {
    const previews = new Map<RoomId, Preview>()
    for (const roomId of roomIds) {
      const lastSeq = this.roomAt(roomId)?.lastSeq ?? 0
      const newest = valueAt(this.live(roomId)?.messages[lastSeq - 1], this.snapshot)
      if (newest) previews.set(roomId, toPreview(newest))
    }
    return previews
  }

  async members(
    roomId: RoomId,
    { after, afterRev, limit }: { after?: UserId; afterRev?: number; limit: number },
  ): Promise<readonly Member[]> {
    const record = this.live(roomId)
    const found: Member[] = []
    for (const userId of record?.memberIds ?? []) {
      if (found.length >= limit) break
      if (after !== undefined && userId <= after) continue
      const member = valueAt(record?.members.get(userId), this.snapshot)
      if (member && (afterRev === undefined ? isPresent(member) : member.rev > afterRev)) found.push(member)
    }
    return found
  }

  async membersAmong(roomId: RoomId, userIds: readonly UserId[]): Promise<readonly Member[]> {
    const record = this.live(roomId)
    return [...new Set(userIds)].flatMap((id) => valueAt(record?.members.get(id), this.snapshot) ?? [])
  }

  async standings(pairs: readonly Attendance[]): Promise<readonly Standing[]> {
    return pairs.flatMap(({ roomId, userId }) => {
      const record = this.live(roomId)
      const member = valueAt(record?.members.get(userId), this.snapshot)
      if (!record || !isPresent(member)) return []
      return { member, unread: unreadIn(record, member, this.snapshot) }
    })
  }

  async whoIsIn(roomIds: readonly RoomId[], userIds: readonly UserId[]): Promise<readonly Attending[]> {
    return userIds.flatMap((userId) =>
      roomIds.flatMap((roomId) => {
        const member = this.memberAt(roomId, userId)
        return isPresent(member) ? [{ roomId, userId, added: member.added ?? false }] : []
      }),
    )
  }

  async acquaintances(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    const cameIn = (roomId: RoomId, id: UserId): boolean => {
      const member = this.memberAt(roomId, id)
      return isPresent(member) && member.added === undefined
    }
    const mine = [...(this.tables.roomsOf.get(userId) ?? [])].filter((roomId) => cameIn(roomId, userId))
    return new Set(others.filter((id) => mine.some((roomId) => cameIn(roomId, id))))
  }

  async blockersOf(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    return new Set(others.filter((id) => this.tables.people.blocksOf(id).has(userId)))
  }

  async blocked(
    userId: UserId,
    { after = asUserId(''), limit }: { after?: UserId; limit: number },
  ): Promise<readonly Block[]> {
    const blocks = [...this.tables.people.blocksOf(userId)].map(([id, blockedAt]) => ({
      userId: id,
      blockedAt,
    }))
    return blocks
      .filter((block) => block.userId > after)
      .sort((a, b) => compareByCodePoint(a.userId, b.userId))
      .slice(0, limit)
  }

  async invitations(
    userId: UserId,
    { nowMs, roomId, limit }: { nowMs: number; roomId?: RoomId; limit: number },
  ): Promise<readonly InvitationRow[]> {
    return this.tables.people.invitations(userId, nowMs, roomId).slice(0, limit)
  }

  async sentInvitations(
    inviterId: UserId,
    { nowMs, limit }: { nowMs: number; limit: number },
  ): Promise<readonly InvitationRow[]> {
    return this.tables.people.sent(inviterId, nowMs).slice(0, limit)
  }

  async roomOfMessage(messageId: MessageId): Promise<RoomId | undefined> {
    return valueAt(this.tables.roomOfMessage.get(messageId), this.snapshot)
  }

  async seqOfMessage(roomId: RoomId, messageId: MessageId): Promise<number | undefined> {
    const found = valueAt(this.tables.roomOfMessage.get(messageId), this.snapshot)
    return found === roomId ? this.live(roomId)?.seqOf(messageId) : undefined
  }

  async publicRooms({
    query = '',
    after,
    limit,
  }: {
    query?: string
    after?: { name: string; id: string }
    limit: number
  }): Promise<readonly Room[]> {
    const wanted = query.toLowerCase()
    const found: Room[] = []
    for (const roomId of this.tables.rooms.keys()) {
      const room = this.roomAt(roomId)
      if (room?.type !== 'public' || !room.name.toLowerCase().includes(wanted)) continue
      if (!after || compareRooms(room, after) > 0) found.push(room)
    }
    return found.sort(compareRooms).slice(0, limit)
  }

  async spans({ after = '', limit }: { after?: string; limit: number }): Promise<readonly Span[]> {
    const spans = [...this.tables.rooms.keys()].flatMap((roomId) => {
      const lastSeq = this.roomAt(roomId)?.lastSeq ?? 0
      const floorSeq = this.floorOf(roomId)
      return roomId > after && floorSeq <= lastSeq ? [{ roomId, floorSeq, lastSeq }] : []
    })
    return spans.sort((a, b) => compareByCodePoint(a.roomId, b.roomId)).slice(0, limit)
  }

  async isFileShown(fileId: string, userId?: UserId): Promise<boolean> {
    const { shownFiles, roomsOf } = this.tables
    const isShownIn = (roomId: RoomId, fromSeq: number): boolean =>
      shownFiles.isShownIn(this.live(roomId), fromSeq, fileId, this.snapshot)
    const rooms = shownFiles.roomsOf(fileId)
    if (userId === undefined) return rooms.some((roomId) => isShownIn(roomId, 1))
    const mine = [...(roomsOf.get(userId) ?? [])]
    return (mine.length < rooms.length ? mine : rooms).some((roomId) => {
      const member = this.memberAt(roomId, userId)
      return isPresent(member) && isShownIn(roomId, member.fromSeq)
    })
  }

  async user(userId: UserId): Promise<User | undefined> {
    const held = valueAt(this.tables.users.get(userId), this.snapshot)
    return held && { id: held.id, ...profileOf(held) }
  }

  async users({ after = asUserId(''), limit }: { after?: UserId; limit: number }): Promise<readonly User[]> {
    return [...this.tables.users.values()]
      .flatMap((cell) => valueAt(cell, this.snapshot) ?? [])
      .filter(({ id }) => id > after)
      .sort((a, b) => compareByCodePoint(a.id, b.id))
      .slice(0, limit)
      .map((user) => ({ id: user.id, ...profileOf(user) }))
  }

  async rooms({ after = asRoomId(''), limit }: RoomsPage): Promise<readonly Room[]> {
    return [...this.tables.rooms.keys()]
      .filter((roomId) => roomId > after)
      .sort(compareByCodePoint)
      .flatMap((roomId) => this.roomAt(roomId) ?? [])
      .slice(0, limit)
  }

  async leftRooms(userId: UserId, { after = asRoomId(''), limit }: RoomsPage): Promise<readonly RoomId[]> {
    return [...(this.tables.roomsOf.get(userId) ?? [])]
      .filter((roomId) => roomId > after && this.memberAt(roomId, userId)?.removed !== undefined)
      .sort(compareByCodePoint)
      .slice(0, limit)
  }

  async countMessages(roomId: RoomId, fromSeq: number, toSeq: number): Promise<number> {
    const query = { roomId, fromSeq, toSeq, includeDeleted: false, take: 'oldest' } as const
    return (await this.messages({ ...query, limit: Number.POSITIVE_INFINITY })).length
  }

  async countUnread(userId: UserId, roomId: RoomId, fromSeq: number, toSeq: number): Promise<number> {
    const query = { roomId, fromSeq, toSeq, includeDeleted: false, take: 'oldest' } as const
    const rows = await this.messages({ ...query, limit: Number.POSITIVE_INFINITY })
    return countUnread(rows, { userId, lastReadSeq: fromSeq - 1, fromSeq }, Number.POSITIVE_INFINITY)
  }

  async dm(dmKey: string): Promise<RoomId | undefined> {
    return this.tables.dmKeys.get(dmKey)
  }

  async misnamed(user: User, limit: number): Promise<readonly RoomId[]> {
    const found: RoomId[] = []
    for (const roomId of this.tables.roomsOf.get(user.id) ?? []) {
      if (found.length >= limit) break
      const member = valueAt(this.live(roomId)?.members.get(user.id), this.snapshot)
      if (isPresent(member) && !isSameProfile(member, user)) found.push(roomId)
    }
    return found
  }

  async reports(
    roomId: RoomId,
    { resolved, after = '', limit }: { resolved: boolean; after?: string; limit: number },
  ): Promise<readonly Report[]> {
    const cells = [...(this.tables.reports.get(roomId)?.values() ?? [])]
    return cells
      .flatMap((cell) => valueAt(cell, this.snapshot) ?? [])
      .filter((report) => (report.resolvedAt !== null) === resolved && report.id > after)
      .sort((a, b) => compareByCodePoint(a.id, b.id))
      .slice(0, limit)
  }

  async openReportsOf(roomId: RoomId, reporterId: UserId, limit: number): Promise<readonly Report[]> {
    const open = await this.reports(roomId, { resolved: false, limit: Number.POSITIVE_INFINITY })
    return open.filter((report) => report.reporterId === reporterId).slice(0, limit)
  }

  async inRooms(userIds: readonly UserId[], atLeast: number): Promise<ReadonlySet<UserId>> {
    const roomsOf = (userId: UserId): number =>
      [...(this.tables.roomsOf.get(userId) ?? [])].filter((roomId) =>
        isPresent(valueAt(this.live(roomId)?.members.get(userId), this.snapshot)),
      ).length
    return new Set(userIds.filter((userId) => roomsOf(userId) >= atLeast))
  }

  async deletedAmong(roomIds: readonly RoomId[]): Promise<readonly RoomId[]> {
    const { deletedRooms } = this.tables
    return roomIds.filter((roomId) => deletedRooms.has(roomId) && this.live(roomId) === undefined)
  }

  async reportedRooms({ after = '', limit }: { after?: string; limit: number }) {
    const found = [...this.tables.reports].flatMap(([roomId, reports]) => {
      const open = [...reports.values()].filter((cell) => valueAt(cell, this.snapshot)?.resolvedAt === null)
      return roomId > after && open.length > 0 ? [{ roomId, open: open.length }] : []
    })
    return found.sort((a, b) => compareByCodePoint(a.roomId, b.roomId)).slice(0, limit)
  }

  async audit(
    roomId: RoomId,
    { after, limit }: { after?: string; limit: number },
  ): Promise<readonly AuditEntry[]> {
    const cells = this.live(roomId)?.audit ?? []
    const found: AuditEntry[] = []
    for (let index = cells.length - 1; index >= 0 && found.length < limit; index--) {
      const entry = valueAt(cells[index], this.snapshot)
      if (entry && (after === undefined || entry.id < after)) found.push(entry)
    }
    return found
  }

  private live(roomId: RoomId): RoomRecord | undefined {
    return this.tables.liveAt(roomId, this.snapshot)
  }

  private membershipAt(userId: UserId, roomId: RoomId): Membership | undefined {
    const room = this.roomAt(roomId)
    const hiddenSeq = this.live(roomId)?.hidden.get(userId)
    const hidden = hiddenSeq === undefined ? {} : { hiddenSeq }
    return room && { room, member: this.memberAt(roomId, userId), floorSeq: this.floorOf(roomId), ...hidden }
  }

  private memberAt(roomId: RoomId, userId: UserId): Member | undefined {
    return valueAt(this.live(roomId)?.members.get(userId), this.snapshot)
  }

  private floorOf(roomId: RoomId): number {
    return valueAt(this.live(roomId)?.floor, this.snapshot) ?? 1
  }

  private roomAt(roomId: RoomId): Room | undefined {
    return valueAt(this.live(roomId)?.head, this.snapshot)
  }
}

function compareRooms(a: { name: string; id: string }, b: { name: string; id: string }): number {
  return compareByCodePoint(a.name, b.name) || compareByCodePoint(a.id, b.id)
}

/** The order of UTF-8 bytes, in which databases sort; `<` on strings goes by UTF-16 and puts emoji before U+FF00. */
function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    if (a[index] === b[index]) continue
    const [left = 0, right = 0] = [a.codePointAt(index), b.codePointAt(index)]
    return left - right
  }
  return a.length - b.length
}
