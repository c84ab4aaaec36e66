import * as v from 'valibot'
import { Epoch, Rev, RoomId, Seq } from '../ids'
import { LIMITS } from '../limits'
import { Invitation, Member, Message, Pin, Room, RoomListItem } from '../rows'

const Cont = v.pipe(v.string(), v.maxLength(100), v.regex(/^[A-Za-z0-9_:.-]+$/))

/**
 * Where a client stands in one room: its cursor, and the span of seqs it holds. `maxSeq` 0: it holds none. `members`:
 * it holds no members, as after a restart, and gets all of them, not only those that changed.
 */
export const RoomCursor = v.strictObject({
  rev: Rev,
  minSeq: Seq,
  maxSeq: Seq,
  members: v.exactOptional(v.literal(true)),
  cont: v.exactOptional(Cont),
})
export type RoomCursor = v.InferOutput<typeof RoomCursor>

/** The rooms after this one, at most this many. */
export const ListPage = v.strictObject({
  after: v.exactOptional(RoomId),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.listPage))),
})
export type ListPage = v.InferOutput<typeof ListPage>

/** Asks for everything missed, for all rooms at once; after every connect, and on a gap for one room. */
export const Sync = v.strictObject({
  epoch: v.exactOptional(Epoch),
  rooms: v.pipe(
    v.record(v.string(), RoomCursor),
    v.check((rooms) => Object.keys(rooms).length <= LIMITS.syncRooms, 'too many rooms'),
  ),
  /**
   * The list of rooms: all of it, or a page of it by room id. A server that names `listPage` in `ready.limits` supports
   * pages.
   */
  list: v.exactOptional(v.union([v.literal(true), ListPage])),
})
export type Sync = v.InferOutput<typeof Sync>

/**
 * What one client missed in one room, read in one snapshot. `patch`: changed rows with a rev above the cursor inside
 * minSeq..maxSeq. `tail`: rows past maxSeq, from `tailFrom` on without a hole; `limited` when older ones were left out.
 * `cont`: more pages follow, and only the last moves the cursor. `reset`: drop the room's rows and use the tail.
 */
export const Delta = v.object({
  rev: Rev,
  lastSeq: Seq,
  patch: v.array(Message),
  tail: v.array(Message),
  tailFrom: Seq,
  limited: v.boolean(),
  cont: v.exactOptional(Cont),
  reset: v.exactOptional(v.boolean()),
  lastReadSeq: Seq,
  /** Since when the reader is a member, or since when the history is kept: the later of the two. */
  floorSeq: Seq,
  unread: v.number(),
  /** Read cursors of the others, if the room is small enough to send them. */
  reads: v.exactOptional(v.record(v.string(), Seq)),
  members: v.exactOptional(v.array(Member)),
  /**
   * The room has more members than a delta sends: the client drops what it holds of the others, and loads them by
   * `fetch-members`.
   */
  membersPartial: v.exactOptional(v.boolean()),
  room: v.exactOptional(Room),
  /** All pins that the reader may see, the newest first. Absent: none changed, or more pages follow. */
  pins: v.exactOptional(v.array(Pin)),
})
export type Delta = v.InferOutput<typeof Delta>

export const SyncAck = v.object({
  ok: v.literal(true),
  epoch: Epoch,
  rooms: v.record(v.string(), Delta),
  /** Requested, and missing or no longer accessible: the client drops its copy. */
  removed: v.array(RoomId),
  list: v.exactOptional(v.array(RoomListItem)),
  /** The list continues after this room: ask for the next page. Absent: this was all, or the last page. */
  listNext: v.exactOptional(RoomId),
  /**
   * Some rooms cannot be read now: that a room is missing from this list, or page, means nothing. The client keeps what it
   * has, and asks again later.
   */
  listPartial: v.exactOptional(v.literal(true)),
  /** With the list, or its first page: all invitations that wait for an answer. */
  invitations: v.exactOptional(v.array(Invitation)),
  /** Rooms that did not fit into this reply; the client asks for them again. */
  more: v.exactOptional(v.array(RoomId)),
})
export type SyncAck = v.InferOutput<typeof SyncAck>
