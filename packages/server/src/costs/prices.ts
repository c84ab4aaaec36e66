import { type ClientEvent, LIMITS, type Payload } from '@roomful/protocol'

/**
 * Costs are counted in units of about 10 µs of this process: one row read, or one frame to one device. They were
 * measured on SQLite, where every row is read and written on this thread.
 */
export type Price = {
  /** Known before the work: rows to write, rows to look for. */
  readonly units: number
  /** The most the answer may weigh. Charged while the work runs, then replaced by the answer's actual weight. */
  readonly held?: number
  /** Frames for each device that has the room open; below 1 where several requests share a frame. */
  readonly framesPerDevice?: number
}

/** Any request: its frame, its decoding and its ack. */
export const REQUEST_UNITS = 4
/** A connection: a signature, the user's row, the default rooms. */
export const CONNECTION_UNITS = 150

const ROW_WRITTEN = 10
/** The wait for the disk, during which SQLite runs nothing else; writes of the same moment share it. */
const COMMIT = 50
/** A member of a new room: looked up, written, and their list item read for them. */
const NEW_MEMBER = 20
/** A search may read rooms that it does not return. */
const SEARCH = 200
/** A cursor of a sync: the room, the member's row and its unread count. */
const CURSOR = 4
/** The cursors of all rooms are checked, whatever the result. */
const LIST = 200
/** A sync's reply: half a megabyte of text at most. */
const REPLY = 2_000
const PAGE_DEFAULT = 50
/** A frame of this length takes twice as long as a short one. */
export const FRAME_CHARACTERS = 4_000
/** Writes and deltas of several streams of a room leave in one frame. */
export const STREAM_FRAMES = 0.3
/** Read cursors that move within 300 ms leave in one frame. */
const READ_FRAMES = 0.3

const change: Price = { units: COMMIT + 2 * ROW_WRITTEN, framesPerDevice: 1 }
/** The member's row, its system message, the head. */
const memberChange: Price = { units: COMMIT + 3 * ROW_WRITTEN, framesPerDevice: 1 }

const framesOf = (contents: readonly string[]): number =>
  1 + contents.reduce((sum, content) => sum + content.length, 0) / FRAME_CHARACTERS

/** What each event costs beside REQUEST_UNITS. An event without a price does not compile. */
export const PRICES: { readonly [E in ClientEvent]: (payload: Payload<E>) => Price } = {
  'join-rooms': ({ roomIds }) => ({ units: roomIds?.length ?? 0, held: roomIds?.length ?? LIMITS.syncRooms }),
  'leave-rooms': ({ roomIds }) => ({ units: roomIds.length }),
  'send-message': ({ content }) => ({ ...change, framesPerDevice: framesOf([content]) }),
  'send-messages': ({ messages }) => ({
    units: COMMIT + (messages.length + 1) * ROW_WRITTEN,
    framesPerDevice: framesOf(messages.map(({ content }) => content)),
  }),
  'fetch-history': ({ limit = LIMITS.historyPageDefault }) => ({ units: limit, held: limit }),
  // A row that is counted costs about a tenth of one that is sent.
  'count-unread': () => ({ units: LIMITS.unreadCount / 10 }),
  'edit-message': ({ content }) => ({ ...change, framesPerDevice: framesOf([content]) }),
  'delete-message': () => change,
  'react-message': () => change,
  'pin-message': () => change,
  // Those of a user's streams leave together: they share commits and frames.
  'write-stream': ({ content }) => ({
    units: COMMIT / 2 + ROW_WRITTEN,
    framesPerDevice: STREAM_FRAMES * framesOf([content]),
  }),
  'resume-stream': () => change,
  'cancel-stream': () => change,
  // Gathered a room, and charged when it is taken.
  'message-delta': ({ deltas }) => ({ units: deltas.length }),
  'mark-read': () => ({ units: COMMIT + ROW_WRITTEN, framesPerDevice: READ_FRAMES }),
  sync: ({ rooms, list }) => {
    const asked = Object.keys(rooms).length
    return { units: asked * CURSOR + (list === undefined ? 0 : LIST), held: REPLY }
  },
  // Broadcast at most once a second per room, and charged then.
  typing: () => ({ units: 0 }),
  'create-room': ({ members = [] }) => ({ units: COMMIT + 3 * ROW_WRITTEN + members.length * NEW_MEMBER }),
  'update-room': () => change,
  'delete-room': () => ({ units: COMMIT + 4 * ROW_WRITTEN, framesPerDevice: 1 }),
  'list-rooms': ({ query, limit }) => ({
    units: query === undefined ? 0 : SEARCH,
    held: limit ?? LIMITS.roomsPage,
  }),
  'open-dm': ({ userIds }) => ({ units: COMMIT + 3 * ROW_WRITTEN + userIds.length * NEW_MEMBER }),
  'add-member': () => memberChange,
  'remove-member': () => memberChange,
  'set-role': () => memberChange,
  'ban-member': () => memberChange,
  'unban-member': () => memberChange,
  'mute-member': () => memberChange,
  'fetch-members': ({ limit }) => ({ units: 0, held: limit ?? LIMITS.membersPage }),
  'report-message': () => ({ units: COMMIT + 3 * ROW_WRITTEN }),
  'list-reports': ({ limit }) => ({ units: 0, held: limit ?? PAGE_DEFAULT }),
  'fetch-report': () => ({ units: 3, held: 6 }),
  'list-reported-rooms': ({ limit }) => ({ units: 0, held: 2 * (limit ?? PAGE_DEFAULT) }),
  'resolve-report': () => ({ units: COMMIT + 3 * ROW_WRITTEN }),
  'fetch-audit': ({ limit }) => ({ units: 0, held: limit ?? PAGE_DEFAULT }),
  'list-invitations': () => ({ units: 0, held: LIMITS.invitationsReceived }),
  'accept-invitation': () => ({ ...memberChange, units: 4 * ROW_WRITTEN }),
  'decline-invitation': () => ({ units: ROW_WRITTEN }),
  'list-sent-invitations': () => ({ units: 0, held: LIMITS.invitationsSent }),
  'withdraw-invitation': () => ({ units: ROW_WRITTEN }),
  // The blocking user leaves the dm of the two.
  'block-user': () => ({ ...memberChange, units: 5 * ROW_WRITTEN }),
  'unblock-user': () => ({ units: ROW_WRITTEN }),
  'list-blocked': ({ limit }) => ({ units: 0, held: limit ?? LIMITS.blockedPage }),
  'hide-dm': () => ({ units: 2 * ROW_WRITTEN }),
  'watch-presence': ({ userIds }) => ({ units: userIds.length }),
  'end-sessions': () => ({ units: 2 * ROW_WRITTEN }),
  'refresh-token': () => ({ units: CONNECTION_UNITS }),
}
