import { asMessageId } from '@roomful/protocol'
import { actorOf, type Handler } from './handler'
import { roomAck } from './outcome-ack'
import { submitInOrder } from './submit'

export const updateRoom: Handler<'update-room'> = async (services, peer, { roomId, ...changes }) => {
  const outcome = await submitInOrder(services, peer, () => {
    const at = services.clock.now()
    const messageId = asMessageId(services.ids.uuid(at))
    return { roomId, op: { kind: 'update-room', actor: actorOf(peer), at, messageId, ...changes } }
  })
  return roomAck(outcome)
}
