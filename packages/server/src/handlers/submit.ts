import type { RoomId } from '@roomful/protocol'
import type { Op, Outcome, Refusal } from '../core/ops'
import type { Device } from '../hub/device'
import type { Services } from './handler'

/** A write that is ready to be queued, or its refusal. */
export type Prepared = { readonly roomId: RoomId; readonly op: Op } | Refusal

/** Queues one write of a device, after its earlier ones; `prepare` may read the store. */
export async function submitInOrder(
  { pipeline }: Services,
  device: Device,
  prepare: () => Prepared | Promise<Prepared>,
): Promise<Outcome> {
  // In an object, so that the next write waits until this one is queued, not until it is committed.
  const queued = await device.inOrder(async () => {
    const prepared = await prepare()
    return { outcome: 'ok' in prepared ? prepared : pipeline.submit(prepared.roomId, prepared.op) }
  })
  return queued.outcome
}
