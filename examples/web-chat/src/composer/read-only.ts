import type { RoomState } from '@roomful/client'

/** Why the user cannot write here, or null. */
export function whyReadOnly({ room, role }: RoomState): string | null {
  if (room?.settings.archived) return 'This room is archived. Nobody can write in it any more.'
  if (room?.settings.readOnly && role === 'member') return 'Only the owners of this room can write in it.'
  return null
}
