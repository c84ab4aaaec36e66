import type { RoomId } from '@roomful/protocol'
import type { Op, Outcome, Refusal } from '../core/ops'
import type { Device } from '../hub/device'
import type { Services } from './handler'

/** What a write needs before it can be queued, or why it is not. */
export type Prepared = { readonly roomId: RoomId; readonly op: Op } | Refusal

/** Queues one write of a device, after those that it sent before; `prepare` may look things up. */
export async function submitInOrder(
  { pipeline }: Services,
  device: Device,
  prepare: () => Prepared | Promise<Prepared>,
): Promise<Outcome> {
  // In an object, so that the next write waits for the queueing of this one and not for its commit.
  const queued = await device.inOrder(async () => {
    const prepared = await prepare()
    return { outcome: 'ok' in prepared ? prepared : pipeline.submit(prepared.roomId, prepared.op) }
  })
  return queued.outcome
}
