import type { RoomId } from '@roomful/protocol'
import { type Action, denialOf } from '../core/authorise'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { RoomKinds } from '../core/room-kinds'
import type { Device } from '../hub/device'
import type { Membership, Reader } from '../stores/port'

/** The room, if this user is permitted the action. For reads; writes are decided under the room's lock. */
export async function permitted(
  { kinds }: { readonly kinds: RoomKinds },
  reader: Reader,
  device: Device,
  roomId: RoomId,
  action: Action,
): Promise<Membership | Refusal> {
  const [found] = await reader.memberships(device.userId, [roomId])
  const denial = denialOf(action, {
    room: found?.room,
    member: found?.member,
    serverAdmin: device.identity.admin,
    kinds,
  })
  return found && !denial ? found : refuse(denial ?? 'ROOM_NOT_FOUND')
}
