import { type Delta, LIMITS, RoomId, type Sync, type SyncAck, type UserId } from '@roomful/protocol'
import * as v from 'valibot'
import { standingIn } from '../core/authorise'
import type { Membership, Reader, RoomsPage } from '../stores/port'
import { type DeltaRequest, deltaOf, isUpToDate } from './delta'
import { readableMemberships } from './readable'
import { itemSize, memberSize, messageSize, REPLY_BYTES, readsSize } from './reply-size'
import { pageOfList, roomListOf } from './room-list'

/** The most that the list takes of a reply if rooms are asked for too. */
const LIST_BYTES = REPLY_BYTES / 2
/**
 * `list: true` asks for the whole list, up to the rooms a user may be in, unless they are too large for one reply.
 * Requests for pages get the size of every other reply.
 */
const WHOLE_LIST = { limit: 2_000, bytes: 4 * REPLY_BYTES }
/** With less space left than this no room is begun: it would be split into more pages than needed. */
const ROOM_BYTES = REPLY_BYTES / 2

export type SyncContext = {
  readonly viewer: UserId
  readonly epoch: string
  /** Rooms this socket is subscribed to: it receives the others' read cursors there even if nothing else changed. */
  readonly openRooms?: ReadonlySet<RoomId>
}

/**
 * Everything one client missed, in all of its rooms, in one snapshot. Rooms without changes cost no query. What does
 * not fit is named in `more`, `cont` or `listNext`; some part always fits, so that every request makes progress.
 */
export async function sync(reader: Reader, context: SyncContext, request: Sync): Promise<SyncAck> {
  const { viewer, epoch, openRooms } = context
  const cursors = new Map(Object.entries(request.rooms).flatMap(([id, cursor]) => cursorOf(id, cursor)))
  const asked = [...cursors.keys()]
  const { limit, bytes, ...place } = listQuery(request.list)
  // One more than is sent, to see whether there are more.
  const listed = request.list ? await reader.roomsOf(viewer, { ...place, limit: limit + 1 }) : []
  const known = new Map(listed.map((membership) => [membership.room.id, membership]))
  const missing = asked.filter((roomId) => !known.has(roomId))
  const { found, away } = await readableMemberships(reader, viewer, missing)
  for (const membership of found) known.set(membership.room.id, membership)
  const mine = new Map(
    asked.flatMap((roomId) => {
      const membership = known.get(roomId)
      return membership && isPresent(membership) ? [[roomId, membership]] : []
    }),
  )
  const counted = new Set([...mine.keys(), ...listed.map(({ room }) => room.id)])
  const unread = await reader.unread(viewer, [...counted])
  const items = request.list ? await roomListOf(reader, listed.slice(0, limit), unread) : []
  const list = request.list ? pageOfList(items, listed.length <= limit, bytes) : undefined

  const rooms = new Map<RoomId, Delta>()
  const more: RoomId[] = []
  let left = REPLY_BYTES - (list ? list.list.reduce((sum, item) => sum + itemSize(item), 0) : 0)
  let isBegun = false
  for (const [roomId, cursor] of cursors) {
    const membership = mine.get(roomId)
    if (!membership?.member) continue
    const asking: DeltaRequest = {
      room: membership.room,
      member: membership.member,
      roomFloor: membership.floorSeq,
      cursor,
      unread: unread.get(roomId) ?? 0,
      foreignEpoch: request.epoch !== undefined && request.epoch !== epoch,
      wantReads: openRooms?.has(roomId) ?? false,
      bytes: Math.max(left, ROOM_BYTES),
    }
    const isFree = isUpToDate(asking) && !asking.wantReads
    if (!isFree && isBegun && left < ROOM_BYTES) {
      more.push(roomId)
      continue
    }
    const delta = await deltaOf(reader, asking)
    left -= sizeOf(delta)
    isBegun ||= !isFree
    rooms.set(roomId, delta)
  }
  return {
    ok: true,
    epoch,
    rooms: Object.fromEntries(rooms),
    // Missing, hidden and ended get the same answer (P9): the client drops its local copy.
    removed: asked.filter((roomId) => !mine.has(roomId) && !away.has(roomId)),
    ...list,
    ...(list && reader.hasLeftOut?.() ? { listPartial: true as const } : {}),
    ...(more.length > 0 ? { more } : {}),
  }
}

function listQuery(list: Sync['list']): RoomsPage & { readonly bytes: number } {
  if (list === undefined || list === true) return WHOLE_LIST
  const { limit = LIMITS.listPage, after } = list
  return { limit, ...(after === undefined ? {} : { after }), bytes: LIST_BYTES }
}

/** A key that is not a room's id is ignored. */
function cursorOf(
  id: string,
  cursor: Sync['rooms'][string],
): readonly (readonly [RoomId, Sync['rooms'][string]])[] {
  const roomId = v.safeParse(RoomId, id)
  return roomId.success ? [[roomId.output, cursor]] : []
}

function isPresent({ room, member }: Membership): boolean {
  return standingIn(room, member) !== 'none'
}

function sizeOf({ patch, tail, members = [], reads = {}, pins = [] }: Delta): number {
  const rows = [...patch, ...tail, ...pins].reduce((sum, row) => sum + messageSize(row), UP_TO_DATE_BYTES)
  return rows + readsSize(reads) + members.reduce((sum, member) => sum + memberSize(member), 0)
}

/** The size of an empty delta. */
const UP_TO_DATE_BYTES = 150
