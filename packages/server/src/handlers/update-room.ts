import { asMessageId } from '@roomful/protocol'
import { actorOf, type Handler } from './handler'
import { roomAck } from './outcome-ack'
import { submitInOrder } from './submit'

export const updateRoom: Handler<'update-room'> = async (services, device, { roomId, ...changes }) => {
  const outcome = await submitInOrder(services, device, () => {
    const at = services.clock.now()
    const messageId = asMessageId(services.ids.uuid(at))
    return { roomId, op: { kind: 'update-room', actor: actorOf(device), at, messageId, ...changes } }
  })
  return roomAck(outcome)
}
