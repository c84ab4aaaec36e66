import { asRoomId, type ClientEvent, type OkAck, type Payload, type RoomId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import { PRICES } from './prices'
import { weightOf } from './weight'

/** What a charge is taken from, and how many devices a frame goes to. */
export type Account = {
  /** From the budget and the pace. */
  readonly spend: (units: number) => void
  /** From the budget alone, while the work runs: requests under way must not all fit into the same budget. */
  readonly hold: (units: number) => void
  readonly hub: Pick<Hub, 'audience'>
  readonly device: Device
}

/**
 * Charges a request for what it will do, and returns the function that corrects the charge by the answer. A budget may
 * go below zero: the last request is still charged in full, by the wait after it.
 */
export function charge<E extends ClientEvent>(
  { spend, hold, hub, device }: Account,
  event: E,
  payload: Payload<E>,
): (answer: OkAck<E> | Refusal) => void {
  const { units, held = 0, framesPerDevice = 0 } = PRICES[event](payload)
  const named = roomIn(payload)
  // The size of a room would reveal it to a user who may not know it: it is not charged before the request is accepted.
  const isKnown = named !== undefined && device.rooms.has(named)
  hold(held)
  spend(units + (isKnown ? framesPerDevice * hub.audience(named) : 0))
  return (answer) => {
    if (!answer.ok) return
    if (held > 0) {
      hold(-held)
      spend(weightOf(answer))
    }
    if (framesPerDevice === 0 || isKnown) return
    const roomId = named ?? roomIn('message' in answer ? answer.message : undefined)
    if (roomId !== undefined) spend(framesPerDevice * hub.audience(roomId))
  }
}

function roomIn(value: unknown): RoomId | undefined {
  if (typeof value !== 'object' || value === null || !('roomId' in value)) return undefined
  return typeof value.roomId === 'string' ? asRoomId(value.roomId) : undefined
}
