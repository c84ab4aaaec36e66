import { isRoomId } from '@roomful/protocol/plain'
import { ChatError, type RoomRemoval } from '../chat-error'

/**
 * Why a room is removed. The server does not distinguish missing from hidden, so neither does this (P9); how a membership
 * ended it says to whom it was.
 */
export const roomGoneError = (removal?: RoomRemoval): ChatError =>
  new ChatError('ROOM_NOT_FOUND', 'You are not in this room, or it is gone', removal && { removal })

/**
 * A room whose id no room can have is removed from the first on. It is never asked for: one such id would be refused
 * with the whole request, and keep the other rooms of it from being joined.
 */
export const neverThere = (id: string): ChatError | null => (isRoomId(id) ? null : roomGoneError())
