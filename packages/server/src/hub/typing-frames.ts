import type { RoomId } from '@roomful/protocol'
import type { BusMessage } from '../cluster/bus'
import type { Rates } from '../handlers/rates'
import { type Broadcaster, roomChannel } from './device'
import type { Subscriptions } from './subscriptions'

/** Sends a typing signal to the devices that have the room open, unless the room has used up its frames. */
export function sendTyping(
  broadcaster: Broadcaster,
  subscriptions: Subscriptions,
  frames: Rates<RoomId>,
  { signal, lineId }: Extract<BusMessage, { type: 'typing' }>,
): void {
  const { roomId } = signal
  const budget = frames.of(roomId)
  if (budget.isSpent) return
  budget.spend(subscriptions.size(roomId, 1) + subscriptions.size(roomId, 2))
  for (const protocol of [1, 2] as const) {
    if (!subscriptions.has(roomId, protocol)) continue
    broadcaster.broadcast(roomChannel(protocol, roomId), 'typing', signal, { volatile: true, except: lineId })
  }
}
