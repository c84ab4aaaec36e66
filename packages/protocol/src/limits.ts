/**
 * Every limit of the wire, in one place. Both sides use the same figures: the server to refuse, the client to refuse
 * before it sends. A server may lower some of them, and sends its values in `ready.limits`.
 */
export const LIMITS = {
  /** One frame from a client, in bytes. A larger one is refused with PAYLOAD_TOO_LARGE, not cut. */
  frameBytes: 64 * 1024,
  /** One message's content, in Unicode code points. */
  contentCodePoints: 8_000,
  metadataBytes: 4 * 1024,
  metadataDepth: 8,
  metadataKeys: 64,
  /** One `fetch-history` page. */
  historyPage: 200,
  historyPageDefault: 50,
  /** One `send-messages`; the server commits them in one transaction. */
  sendBatch: 50,
  /** Rooms in one `sync` or `join-rooms`: 500 entries stay below one frame. */
  syncRooms: 500,
  /** Rooms in one page of the list. */
  listPage: 500,
  /** Changed rows inside the client's window in one sync page; more come by `cont`. */
  syncPatch: 500,
  /** Up to this many new rows are sent whole; beyond it only the newest `syncTailLimited`, which leaves a hole. */
  syncTail: 200,
  syncTailLimited: 50,
  /** Unread is counted up to here and no further, so that its cost does not grow with the room. */
  unreadCap: 100,
  /** Messages that one `count-unread` goes through. */
  unreadCount: 2_000,
  /** A room with more members than this sends only the reader's own row; the others come by `fetch-members`. */
  membersInline: 200,
  membersPage: 100,
  roomsPage: 100,
  /** A direct-message room, the opener included. */
  dmMembers: 8,
  /** The content of a preview or a pin, in code points. */
  previewCodePoints: 200,
  reactionEmojis: 50,
  /** `reactions[].users` names this many of the first; `count` counts all. */
  reactionUsers: 20,
  emojiLength: 32,
  /** Pinned messages of one room. */
  pins: 50,
  /** Messages that grow at a time: of one user, and in one room. */
  streamsPerUser: 50,
  streamsPerRoom: 200,
  /** One `message-delta` of a client; the server sends as many at once as a room has streams. */
  streamDeltas: 50,
  roomNameLength: 100,
  userNameLength: 100,
  avatarUrlLength: 500,
  typeLength: 20,
  queryLength: 100,
  reasonLength: 500,
  watchedUsers: 200,
  /** Invitations of one user that are neither accepted nor expired; a declined one counts until it expires. */
  invitationsSent: 100,
  /** Invitations that one user sees; later ones are not shown, and their sender is not notified. */
  invitationsReceived: 100,
  /** Of those, from one inviter. */
  invitationsFromOne: 3,
  invitationDays: 30,
  blockedUsers: 1_000,
  blockedPage: 100,
} as const

/** The producer of a growing message writes what it has this often. */
export const STREAM_WRITE_MS = 1_000
/** A producer with nothing to add sends an empty delta this often. */
export const STREAM_ALIVE_MS = 5_000
/** A growing message is `interrupted` when nothing has come from its producer for this long. */
export const STREAM_LEASE_MS = 15_000

/** A typing signal expires after this long at the receiver unless renewed. */
export const TYPING_TTL_MS = 5_000
/** A sender renews its typing signal no more often than this. */
export const TYPING_RENEW_MS = 2_500
/** `room-heads` and the node's repair loop: the longest time a lost last event goes unnoticed. */
export const HEADS_INTERVAL_MS = 10_000
