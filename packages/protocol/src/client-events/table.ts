import type * as v from 'valibot'
import type { ErrorAck } from '../error-ack'
import * as members from './members'
import * as messages from './messages'
import * as people from './people'
import * as rooms from './rooms'
import * as signals from './signals'
import * as streams from './streams'
import * as sync from './sync'

/** Every event a client may send: one object as payload, one ack. `volatile`: sent at most once, no ack needed. */
export const clientEvents = {
  'join-rooms': { payload: rooms.JoinRooms, ack: rooms.JoinRoomsAck },
  'leave-rooms': { payload: rooms.LeaveRooms, ack: rooms.OkAck },
  'send-message': { payload: messages.SendMessage, ack: messages.SendMessageAck },
  'send-messages': { payload: messages.SendMessages, ack: messages.SendMessagesAck },
  'fetch-history': { payload: messages.FetchHistory, ack: messages.FetchHistoryAck },
  'count-unread': { payload: messages.CountUnread, ack: messages.CountUnreadAck },
  'edit-message': { payload: messages.EditMessage, ack: messages.MessageAck },
  'delete-message': { payload: messages.DeleteMessage, ack: messages.MessageAck },
  'react-message': { payload: messages.ReactMessage, ack: messages.MessageAck },
  'pin-message': { payload: messages.PinMessage, ack: messages.MessageAck },
  'write-stream': { payload: streams.WriteStream, ack: messages.MessageAck },
  'resume-stream': { payload: streams.ResumeStream, ack: messages.MessageAck },
  'cancel-stream': { payload: streams.CancelStream, ack: messages.MessageAck },
  'message-delta': { payload: streams.MessageDelta, ack: streams.MessageDeltaAck },
  'mark-read': { payload: messages.MarkRead, ack: messages.MarkReadAck },
  sync: { payload: sync.Sync, ack: sync.SyncAck },
  typing: { payload: signals.Typing, ack: rooms.OkAck },
  'create-room': { payload: rooms.CreateRoom, ack: rooms.RoomAck },
  'update-room': { payload: rooms.UpdateRoom, ack: rooms.RoomAck },
  'delete-room': { payload: rooms.DeleteRoom, ack: rooms.OkAck },
  'list-rooms': { payload: rooms.ListRooms, ack: rooms.ListRoomsAck },
  'open-dm': { payload: rooms.OpenDm, ack: rooms.RoomAck },
  'add-member': { payload: members.AddMember, ack: members.MemberAck },
  'remove-member': { payload: members.RemoveMember, ack: members.MemberAck },
  'set-role': { payload: members.SetRole, ack: members.MemberAck },
  'ban-member': { payload: members.BanMember, ack: members.MemberAck },
  'unban-member': { payload: members.UnbanMember, ack: members.MemberAck },
  'mute-member': { payload: members.MuteMember, ack: members.MemberAck },
  'fetch-members': { payload: members.FetchMembers, ack: members.FetchMembersAck },
  'report-message': { payload: members.ReportMessage, ack: members.ReportAck },
  'list-reports': { payload: members.ListReports, ack: members.ListReportsAck },
  'fetch-report': { payload: members.FetchReport, ack: members.FetchReportAck },
  'list-reported-rooms': { payload: members.ListReportedRooms, ack: members.ListReportedRoomsAck },
  'resolve-report': { payload: members.ResolveReport, ack: members.ReportAck },
  'fetch-audit': { payload: members.FetchAudit, ack: members.FetchAuditAck },
  'list-invitations': { payload: people.ListInvitations, ack: people.ListInvitationsAck },
  'accept-invitation': { payload: people.AcceptInvitation, ack: rooms.RoomAck },
  'decline-invitation': { payload: people.DeclineInvitation, ack: rooms.OkAck },
  'list-sent-invitations': { payload: people.ListSentInvitations, ack: people.ListSentInvitationsAck },
  'withdraw-invitation': { payload: people.WithdrawInvitation, ack: rooms.OkAck },
  'block-user': { payload: people.BlockUser, ack: rooms.OkAck },
  'unblock-user': { payload: people.UnblockUser, ack: rooms.OkAck },
  'list-blocked': { payload: people.ListBlocked, ack: people.ListBlockedAck },
  'hide-dm': { payload: people.HideDm, ack: rooms.OkAck },
  'watch-presence': { payload: signals.WatchPresence, ack: signals.WatchPresenceAck },
  'end-sessions': { payload: signals.EndSessions, ack: rooms.OkAck },
  'refresh-token': { payload: signals.RefreshToken, ack: signals.RefreshTokenAck },
} as const

export type ClientEvent = keyof typeof clientEvents
/** The payload of an event, as it is decoded. */
export type Payload<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]['payload']>
/** The same as an app may write it: ids are plain strings, checked when they are sent. */
export type PayloadInput<E extends ClientEvent> = v.InferInput<(typeof clientEvents)[E]['payload']>
/** The ack of an accepted request. */
export type OkAck<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]['ack']>
export type Ack<E extends ClientEvent> = OkAck<E> | ErrorAck
