import type { ChatState, RoomState } from '@roomful/client'

/** A chat that has not connected: what every hook answers on a server and while the page hydrates. */
export const IDLE_CHAT: ChatState = {
  connection: { status: 'idle' },
  user: null,
  epoch: null,
  rooms: [],
  roomsLoaded: false,
  invitations: [],
  unreadTotal: 0,
  storage: { status: 'ok' },
  unsent: 0,
}

/** A room that was not opened. The id is the only thing that differs between rooms then. */
export const IDLE_ROOM: RoomState = {
  id: '',
  status: 'idle',
  room: null,
  role: null,
  messages: [],
  pins: [],
  unread: 0,
  lastReadSeq: 0,
  lastSeq: 0,
  reads: new Map(),
  typing: [],
  members: [],
  memberCount: 0,
  hasMoreMembers: false,
  loadingMembers: false,
  hasOlder: false,
  hasNewer: false,
  loadingOlder: false,
  loadingNewer: false,
  jump: null,
  draft: '',
  error: null,
}
