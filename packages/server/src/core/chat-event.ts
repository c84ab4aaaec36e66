import type { Member, Message, Report, Room, RoomId, User, UserId } from '@roomful/protocol'
import { assertNever } from './assert-never'
import type { Claims } from './claims'

/** What each type of event carries as its `data`. Rows are as they are after the act; `by` is the user who acted. */
export interface EventData {
  /** Also the server's own messages of type `system`. */
  'message.sent': { readonly message: Message }
  'message.edited': { readonly message: Message; readonly by: UserId }
  /** The row that is left of the message: without content, metadata and reactions. */
  'message.deleted': { readonly message: Message; readonly by: UserId }
  'message.reacted': {
    readonly message: Message
    readonly by: UserId
    readonly emoji: string
    readonly op: 'add' | 'remove'
  }
  'message.pinned': { readonly message: Message; readonly by: UserId; readonly op: 'add' | 'remove' }
  /** Followed by one `member.joined` for each of its first members. `by` null: the server made it. */
  'room.created': { readonly room: Room; readonly by: UserId | null }
  /** Its name, metadata or settings. */
  'room.changed': { readonly room: Room; readonly by: UserId }
  'room.deleted': { readonly roomId: RoomId; readonly by: UserId }
  /** A user sees an invitation. Of a room that is being made it comes before `room.created`. */
  'member.invited': { readonly roomId: RoomId; readonly userId: UserId; readonly by: UserId }
  /** `by` is another user where that user put the member there. */
  'member.joined': { readonly member: Member; readonly by: UserId }
  'member.left': { readonly member: Member }
  /** `member.removed` says whether the user is banned, too. */
  'member.kicked': { readonly member: Member; readonly by: UserId; readonly reason?: string }
  'member.role': { readonly member: Member; readonly by: UserId }
  /** The first device of the user connects, the last one has been away for some seconds. */
  'user.connected': { readonly userId: UserId }
  'user.disconnected': { readonly userId: UserId }
  /** The server stores the user for the first time. */
  'user.first_seen': { readonly user: User }
  'report.made': { readonly report: Report }
}

export type EventType = keyof EventData

/**
 * Something that has happened. Webhooks post it as JSON, and `chat.on` hands it to its listeners. `id` names it: a
 * webhook that is delivered twice has the same one. `timestamp` is ISO 8601.
 *
 * @example
 * const titleOf = (event: ChatEvent): string => (event.type === 'room.created' ? event.data.room.name : event.type)
 */
export type ChatEvent = {
  readonly [T in EventType]: {
    readonly id: string
    readonly type: T
    readonly timestamp: string
    readonly data: EventData[T]
  }
}[EventType]

/** An event that has no id yet. `at`: milliseconds since the epoch. `claims`: of the connection that did it. */
export type Happening = {
  readonly [T in EventType]: {
    readonly type: T
    readonly at: number
    readonly data: EventData[T]
    readonly claims?: Claims
  }
}[EventType]

const TYPES: Readonly<Record<EventType, true>> = {
  'message.sent': true,
  'message.edited': true,
  'message.deleted': true,
  'message.reacted': true,
  'message.pinned': true,
  'room.created': true,
  'room.changed': true,
  'room.deleted': true,
  'member.invited': true,
  'member.joined': true,
  'member.left': true,
  'member.kicked': true,
  'member.role': true,
  'user.connected': true,
  'user.disconnected': true,
  'user.first_seen': true,
  'report.made': true,
}

export const isEventType = (type: string): type is EventType => Object.hasOwn(TYPES, type)
/** All of them. */
export const EVENT_TYPES: readonly EventType[] = Object.keys(TYPES).filter(isEventType)

/** The room that an event is about. Undefined: it is about a user. */
export function roomOf(event: Happening): RoomId | undefined {
  switch (event.type) {
    case 'message.sent':
    case 'message.edited':
    case 'message.deleted':
    case 'message.reacted':
    case 'message.pinned':
      return event.data.message.roomId
    case 'room.created':
    case 'room.changed':
      return event.data.room.id
    case 'room.deleted':
    case 'member.invited':
      return event.data.roomId
    case 'member.joined':
    case 'member.left':
    case 'member.kicked':
    case 'member.role':
      return event.data.member.roomId
    case 'report.made':
      return event.data.report.roomId
    case 'user.connected':
    case 'user.disconnected':
    case 'user.first_seen':
      return undefined
    default:
      return assertNever(event, 'event')
  }
}

/** Events of one stream keep their order: those of a room, or of a user. No room's id has a colon. */
export function streamOf(event: Happening): string {
  const roomId = roomOf(event)
  if (roomId !== undefined) return roomId
  switch (event.type) {
    case 'user.connected':
    case 'user.disconnected':
      return `user:${event.data.userId}`
    case 'user.first_seen':
      return `user:${event.data.user.id}`
    default:
      return 'user:'
  }
}
