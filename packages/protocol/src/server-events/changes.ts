import * as v from 'valibot'
import { StreamPiece } from '../client-events/streams'
import { Count, Rev, RoomId, Seq, UserId } from '../ids'
import { Head, Member, Message, Preview, Room } from '../rows'

/** One committed change. It carries the whole row, so a client applies it by keeping the row with the higher rev. */
export const Change = v.variant('kind', [
  v.object({
    rev: Rev,
    kind: v.literal('message'),
    message: Message,
    /** Who made it, if not the sender: a reaction, a moderator's delete. */
    actor: v.exactOptional(UserId),
  }),
  v.object({
    rev: Rev,
    kind: v.literal('member'),
    member: Member,
    /** The member count after it. */
    memberCount: v.exactOptional(Count),
  }),
  v.object({ rev: Rev, kind: v.literal('room'), room: Room }),
  /** `count` revs from `rev` on that this reader does not get; they advance the cursor. */
  v.object({ rev: Rev, kind: v.literal('skip'), count: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) }),
])
export type Change = v.InferOutput<typeof Change>

/** To subscribed protocol-2 sockets, after the commit, in rev order: the commit batch is the broadcast batch. */
export const Changes = v.object({ roomId: RoomId, changes: v.array(Change) })
export type Changes = v.InferOutput<typeof Changes>

/** Volatile, to subscribed protocol-2 sockets: what growing messages have more than their rows. */
export const MessageDelta = v.object({ roomId: RoomId, deltas: v.array(StreamPiece) })
export type MessageDelta = v.InferOutput<typeof MessageDelta>

/** To subscribed protocol-2 sockets, coalesced: read cursors. */
export const ReadReceipts = v.object({ roomId: RoomId, reads: v.record(v.string(), Seq) })

/** To members who have not subscribed to the room, at most once a second. */
export const RoomActivity = v.object({
  rooms: v.array(
    v.object({
      roomId: RoomId,
      rev: Rev,
      lastSeq: Seq,
      /** The read cursor that `unread` counts from: the count may be older than the receiver's last read. */
      lastReadSeq: Seq,
      unread: v.number(),
      preview: v.nullable(Preview),
      memberCount: v.exactOptional(Count),
      /** Present if its name, settings or metadata may have changed since the last one. */
      room: v.exactOptional(Room),
    }),
  ),
})

/** Every 10 s, for subscribed rooms that changed since: finds a lost *last* event, which nothing else can. */
export const RoomHeads = v.object({ epoch: v.string(), heads: v.record(v.string(), Head) })
