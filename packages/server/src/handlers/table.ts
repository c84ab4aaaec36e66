import type { ClientEvent } from '@roomful/protocol'
import { blockUser, listBlocked, unblockUser } from './blocks'
import { deleteMessage, editMessage, pinMessage, reactMessage } from './change-message'
import { countUnread } from './count-unread'
import { createRoom, openDm } from './create-room'
import { deleteRoom } from './delete-room'
import { endSessions } from './end-sessions'
import { fetchHistory } from './fetch-history'
import type { Handler } from './handler'
import { hideDm } from './hide-dm'
import {
  acceptInvitation,
  declineInvitation,
  listInvitations,
  listSentInvitations,
  withdrawInvitation,
} from './invitations'
import { joinRooms, leaveRooms } from './join-rooms'
import { listRooms } from './list-rooms'
import { markRead } from './mark-read'
import { addMember, banMember, fetchMembers, muteMember, removeMember, setRole, unbanMember } from './members'
import { watchPresence } from './presence'
import { refreshToken } from './refresh-token'
import { fetchReport, listReportedRooms } from './reported'
import { fetchAudit, listReports, reportMessage, resolveReport } from './reports'
import { sendMessage } from './send-message'
import { sendMessages } from './send-messages'
import { cancelStream, messageDelta, resumeStream, writeStream } from './streams'
import { sync } from './sync'
import { typing } from './typing'
import { updateRoom } from './update-room'

/** Every event a client may send, with its handler: an event without one does not compile. */
export const handlers: { readonly [E in ClientEvent]: Handler<E> } = {
  'join-rooms': joinRooms,
  'leave-rooms': leaveRooms,
  'send-message': sendMessage,
  'send-messages': sendMessages,
  'fetch-history': fetchHistory,
  'count-unread': countUnread,
  'edit-message': editMessage,
  'delete-message': deleteMessage,
  'react-message': reactMessage,
  'pin-message': pinMessage,
  'write-stream': writeStream,
  'resume-stream': resumeStream,
  'cancel-stream': cancelStream,
  'message-delta': messageDelta,
  'mark-read': markRead,
  sync,
  typing,
  'create-room': createRoom,
  'update-room': updateRoom,
  'delete-room': deleteRoom,
  'list-rooms': listRooms,
  'open-dm': openDm,
  'add-member': addMember,
  'remove-member': removeMember,
  'set-role': setRole,
  'ban-member': banMember,
  'unban-member': unbanMember,
  'mute-member': muteMember,
  'fetch-members': fetchMembers,
  'report-message': reportMessage,
  'list-reports': listReports,
  'fetch-report': fetchReport,
  'list-reported-rooms': listReportedRooms,
  'resolve-report': resolveReport,
  'fetch-audit': fetchAudit,
  'list-invitations': listInvitations,
  'accept-invitation': acceptInvitation,
  'decline-invitation': declineInvitation,
  'list-sent-invitations': listSentInvitations,
  'withdraw-invitation': withdrawInvitation,
  'block-user': blockUser,
  'unblock-user': unblockUser,
  'list-blocked': listBlocked,
  'hide-dm': hideDm,
  'watch-presence': watchPresence,
  'end-sessions': endSessions,
  'refresh-token': refreshToken,
}
