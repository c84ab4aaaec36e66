import { asMessageId, type RoomId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import type { Device } from '../hub/device'
import { moderateRoomName } from '../moderation/moderate-name'
import { actorOf, type Handler, type Services } from './handler'
import { roomAck } from './outcome-ack'
import { submitInOrder } from './submit'

export const updateRoom: Handler<'update-room'> = async (services, device, { roomId, name, ...changes }) => {
  const outcome = await submitInOrder(services, device, async () => {
    const named = await newName(services, device, roomId, name)
    if ('ok' in named) return named
    const at = services.clock.now()
    const messageId = asMessageId(services.ids.uuid(at))
    return {
      roomId,
      op: { kind: 'update-room', actor: actorOf(device), at, messageId, ...changes, ...named },
    }
  })
  return roomAck(outcome)
}

async function newName(
  services: Services,
  { identity: user }: Device,
  roomId: RoomId,
  name: string | undefined,
): Promise<{ name?: string } | Refusal> {
  return name === undefined ? {} : moderateRoomName(services, { roomId, user, name })
}
