import { type Delta, RoomId, type Sync, type SyncAck, type UserId } from '@roomful/protocol'
import * as v from 'valibot'
import { standingIn } from '../core/authorise'
import type { Membership, Reader } from '../stores/port'
import { type DeltaRequest, deltaOf, isQuiet } from './delta'
import { roomListOf } from './room-list'

/**
 * About the bytes of one reply, counted in characters: a reader whose line is slow gets something he can show before
 * all is there. What does not fit is named in `more`; one room always fits, so that every request gets on.
 */
const REPLY_CHARACTERS = 500_000
/** A row's fields beside its content, roughly. */
const ROW_CHARACTERS = 400

export type SyncContext = {
  readonly viewer: UserId
  readonly epoch: string
  /** Rooms this socket is subscribed to: it is told the others' read cursors there even if nothing else changed. */
  readonly openRooms?: ReadonlySet<RoomId>
}

/** All that one client missed, in all of its rooms, as of one snapshot. Rooms in which nothing happened cost no query. */
export async function sync(reader: Reader, context: SyncContext, request: Sync): Promise<SyncAck> {
  const { viewer, epoch, openRooms } = context
  const cursors = new Map(Object.entries(request.rooms).flatMap(([id, cursor]) => cursorOf(id, cursor)))
  const asked = [...cursors.keys()]
  const found = await reader.memberships(viewer, request.list ? undefined : asked)
  const mine = new Map(found.filter(isPresent).map((membership) => [membership.room.id, membership]))
  const wanted = request.list ? [...mine.keys()] : asked.filter((roomId) => mine.has(roomId))
  const unread = await reader.unread(viewer, wanted)

  const rooms = new Map<RoomId, Delta>()
  const more: RoomId[] = []
  let left = REPLY_CHARACTERS
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
    }
    if (left <= 0 && !isQuiet(asking)) {
      more.push(roomId)
      continue
    }
    const delta = await deltaOf(reader, asking)
    left -= sizeOf(delta)
    rooms.set(roomId, delta)
  }
  return {
    ok: true,
    epoch,
    rooms: Object.fromEntries(rooms),
    // Missing, hidden and over are one thing to whoever asks (P9): his local copy goes.
    removed: asked.filter((roomId) => !mine.has(roomId)),
    ...(request.list ? { list: await roomListOf(reader, [...mine.values()], unread) } : {}),
    ...(more.length > 0 ? { more } : {}),
  }
}

/** A key that is no room's id names nothing, and is answered with nothing. */
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

function sizeOf({ patch, tail, members = [] }: Delta): number {
  const rows = patch.length + tail.length + members.length
  const content = [...patch, ...tail].reduce((sum, row) => sum + row.content.length, 0)
  return rows * ROW_CHARACTERS + content
}
