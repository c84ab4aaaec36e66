import type { ConnectionState, RoomSummary } from '@roomful/client'
import { useContext } from 'react'
import { useChatSelector } from './chat-provider'
import { RoomContext } from './room-provider'

/** The line to the server, with its reason. */
export function useConnection(): ConnectionState {
  return useChatSelector((state) => state.connection)
}

/** The user's rooms by last activity, newest first, with preview and unread. */
export function useRooms(): readonly RoomSummary[] {
  return useChatSelector((state) => state.rooms)
}

/** Unread messages: of the room named, else of the room around, else of all rooms together. */
export function useUnread(roomId?: string): number {
  const around = useContext(RoomContext)
  const id = roomId ?? around?.id
  return useChatSelector((state) =>
    id === undefined ? state.unreadTotal : (state.rooms.find((room) => room.id === id)?.unread ?? 0),
  )
}
