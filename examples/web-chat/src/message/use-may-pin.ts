import { useRoomSelector } from '@roomful/react'

/** Those who moderate the room; in a direct-message room, whose people are equals, all of them. */
export function useMayPin(): boolean {
  return useRoomSelector(({ role, room }) => role === 'owner' || role === 'admin' || room?.type === 'dm')
}
