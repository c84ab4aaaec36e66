import type * as v from 'valibot'
import { Presence } from '../client-events/signals'
import * as changes from './changes'
import * as notices from './notices'
import * as protocol1 from './protocol-1'

/** Every event a server may send, with the shape of its one payload. */
export const serverEvents = {
  ready: notices.Ready,
  changes: changes.Changes,
  'message-delta': changes.MessageDelta,
  'read-receipts': changes.ReadReceipts,
  'room-activity': changes.RoomActivity,
  'room-heads': changes.RoomHeads,
  'room-added': notices.RoomAdded,
  'room-removed': notices.RoomRemoved,
  'user-changed': notices.UserChanged,
  invitation: notices.InvitationCame,
  'invitation-removed': notices.InvitationRemoved,
  'dm-hidden': notices.DmHidden,
  typing: notices.TypingSignal,
  presence: Presence,
  bye: notices.Bye,
  'new-message': protocol1.NewMessage,
  'message-edited': protocol1.MessageEdited,
  'message-deleted': protocol1.MessageDeleted,
  'rooms-joined': protocol1.RoomsJoined,
  'unread-counts': protocol1.UnreadCounts,
  'read-receipt': protocol1.ReadReceipt,
} as const

export type ServerEvent = keyof typeof serverEvents
export type ServerPayload<E extends ServerEvent> = v.InferOutput<(typeof serverEvents)[E]>
/** The events of protocol 2, as a tagged union: what a client's inbox handles. */
export type ServerMessage = {
  [E in ServerEvent]: { event: E; payload: ServerPayload<E> }
}[ServerEvent]
