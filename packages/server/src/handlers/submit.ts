import type { RoomId } from '@roomful/protocol'
import type { Op, Outcome, Refusal } from '../core/ops'
import type { Device } from '../hub/device'
import { verdictOn } from '../rules/ask-about'
import type { Services } from './handler'

/** A write that is ready to be queued, or its refusal. */
export type Prepared = { readonly roomId: RoomId; readonly op: Op } | Refusal

/** Queues one write of a device, after its earlier ones and with the app's verdict; `prepare` may read the store. */
export async function submitInOrder(
  services: Services,
  device: Device,
  prepare: () => Prepared | Promise<Prepared>,
): Promise<Outcome> {
  // In an object, so that the next write waits until this one is queued, not until it is committed.
  const queued = await device.inOrder(async () => {
    const prepared = await prepare()
    if ('ok' in prepared) return { outcome: prepared }
    const { roomId, op } = prepared
    const { rules, pipeline } = services
    if (!rules.areAsked) return { outcome: pipeline.submit(roomId, op) }
    const verdict = await verdictOn(services, device.identity, roomId, op)
    return { outcome: pipeline.submit(roomId, { ...op, ...verdict }) }
  })
  return queued.outcome
}
