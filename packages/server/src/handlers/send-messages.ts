import { type MessageDraft, type OkAck, type RoomId, retryOf } from '@roomful/protocol'
import type { Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { verdictOn } from '../rules/ask-about'
import type { Handler, Services } from './handler'
import { messageAck } from './outcome-ack'
import { errorAck } from './refusal-ack'
import { noteSent, type SendOp, toSendOp } from './send-message'

/**
 * Each message counts against the rate. As many as there are tokens for are tried; the first of the rest is
 * RATE_LIMITED and what follows it NOT_ATTEMPTED, so that the order of sending holds (I9).
 */
export const sendMessages: Handler<'send-messages'> = async (services, device, { roomId, messages }) => {
  const bucket = services.sendRates.of(device.userId)
  const taken = bucket.take(messages.length)
  const outcomes = await send(services, device, roomId, messages.slice(0, taken))
  if (taken < messages.length) outcomes.push(refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }))
  return { ok: true, results: results(services, stopAtRetryable(outcomes, messages.length)) }
}

async function send(
  services: Services,
  device: Device,
  roomId: RoomId,
  drafts: readonly MessageDraft[],
): Promise<Outcome[]> {
  // The next write of this device waits until these are queued, not until they are committed.
  const { asked, queued } = await device.inOrder(async () => {
    const asked = await toOps(services, device, roomId, drafts)
    const ops = asked.filter((op): op is SendOp => !('ok' in op))
    const [first] = ops
    // One question for all of them: they are of one user in one room.
    const verdict = first ? await verdictOn(services, device.identity, roomId, first) : {}
    const queued = services.pipeline.submitAll(
      roomId,
      ops.map((op) => ({ ...op, ...verdict })),
    )
    return { asked, queued }
  })
  const outcomes = await queued
  for (const outcome of outcomes) noteSent(services, outcome)
  const next = outcomes.values()
  return asked.map((op) => ('ok' in op ? op : (next.next().value ?? refuse('INTERNAL'))))
}

/** In sequence, up to the first refusal that may be retried. */
async function toOps(
  services: Services,
  device: Device,
  roomId: RoomId,
  drafts: readonly MessageDraft[],
): Promise<(SendOp | Refusal)[]> {
  const asked: (SendOp | Refusal)[] = []
  for (const draft of drafts) {
    const op = await toSendOp(services, device, roomId, draft)
    asked.push(op)
    if ('ok' in op && retryOf(op.code) !== 'never') break
  }
  return asked
}

/** After a refusal that may be retried no later one counts as tried. */
function stopAtRetryable(outcomes: readonly Outcome[], length: number): Outcome[] {
  const stop = outcomes.findIndex((outcome) => !outcome.ok && retryOf(outcome.code) !== 'never')
  const kept = stop < 0 ? [...outcomes] : outcomes.slice(0, stop + 1)
  const rest = Array.from({ length: length - kept.length }, () => refuse('NOT_ATTEMPTED'))
  return [...kept, ...rest]
}

function results({ ids, meter }: Services, outcomes: readonly Outcome[]): OkAck<'send-messages'>['results'] {
  return outcomes.map((outcome) => {
    const ack = messageAck(outcome)
    if (ack.ok) return ack
    meter.refusal(ack.code)
    return errorAck(ack, ids.requestId())
  })
}
