import * as v from 'valibot'
import { MessageId, Rev, RoomId, Seq, UserId } from '../ids'
import { Message } from '../rows'

// The same facts for protocol-1 sockets. `roomId` and `rev` are extra to the reference and may be ignored.

/** To subscribed protocol-1 sockets, one per message, after the commit. */
export const NewMessage = Message
export const MessageEdited = v.object({
  messageId: MessageId,
  content: v.string(),
  seq: Seq,
  roomId: RoomId,
  rev: Rev,
  editedAt: v.nullable(v.string()),
})
export const MessageDeleted = v.object({ messageId: MessageId, seq: Seq, roomId: RoomId, rev: Rev })
/** To the socket that sent `join-rooms` without ids: the rooms it is now subscribed to. */
export const RoomsJoined = v.array(RoomId)
/** To the same socket: unread by room id. */
export const UnreadCounts = v.record(v.string(), v.number())
/** To the other sockets of the room. */
export const ReadReceipt = v.object({ userId: UserId, roomId: RoomId, seq: Seq })
