import type { Message, MessageId, RoomId } from '@roomful/protocol'
import { actingUser } from '../auth/acting-user'
import type { Outcome, Refusal, StreamOp } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { moderate } from '../moderation/moderate'
import { withoutOpenWord } from '../moderation/open-word'
import { noteEnded } from '../streams/note-ended'
import { asMessageRefusal } from './change-message'
import { actorOf, type Handler, type Services } from './handler'
import { messageAck } from './outcome-ack'
import { submitInOrder } from './submit'

/**
 * The text so far, for good. Its deltas have shown it already; where the app looks at every text they have not, and a
 * word is written once its end is known.
 */
export const writeStream: Handler<'write-stream'> = async (services, device, payload) => {
  const { roomId, messageId, run, state } = payload
  const rate = services.streams.writesOf(device.userId, messageId)
  // The last one is not kept waiting: there is one.
  if (rate.take(1) === 0 && state === 'streaming')
    return refuse('RATE_LIMITED', { retryAfterMs: rate.retryAfterMs })
  const mayGoOn = services.hooks.beforeSend !== undefined && state === 'streaming'
  const content = mayGoOn ? withoutOpenWord(payload.content) : payload.content
  const outcome = await submitInOrder(services, device, async () => {
    const refusal = await contentRefusal(services, device, { roomId, messageId, content })
    if (refusal) return refusal
    const op: StreamOp = { kind: 'write-stream', messageId, run, content, state, ...by(services, device) }
    return { roomId, op }
  })
  // Such a write may change nothing for a long time: it still shows that its producer is there.
  if (outcome.ok && content !== payload.content)
    services.streams.take(device, roomId, { messageId, run, offset: content.length, text: '' })
  return ended(services, outcome)
}

export const resumeStream: Handler<'resume-stream'> = async (services, device, { roomId, messageId }) =>
  change(services, device, { roomId, op: { kind: 'resume-stream', messageId, ...by(services, device) } })

export const cancelStream: Handler<'cancel-stream'> = async (services, device, { roomId, messageId }) =>
  change(services, device, { roomId, op: { kind: 'cancel-stream', messageId, ...by(services, device) } })

/** Answered at once, in the order in which they came. */
export const messageDelta: Handler<'message-delta'> = async ({ streams }, device, { deltas }) => {
  const refused = deltas.filter(({ roomId, ...piece }) => !streams.take(device, roomId, piece))
  return { ok: true, refused: refused.map(({ messageId }) => messageId) }
}

const by = ({ clock }: Services, device: Device) => ({ actor: actorOf(device), at: clock.now() })

/** As often as a message is sent: everybody sees it. */
async function change(
  services: Services,
  device: Device,
  prepared: { readonly roomId: RoomId; readonly op: StreamOp },
) {
  const bucket = services.sendRates.of(device.userId)
  if (bucket.take(1) === 0) return refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs })
  return ended(services, await submitInOrder(services, device, () => prepared))
}

/** The app is asked about the whole text. It may refuse it, and not rewrite it: what is shown already would not fit. */
async function contentRefusal(
  services: Services,
  { identity }: Device,
  { roomId, messageId, content }: { roomId: RoomId; messageId: MessageId; content: string },
): Promise<Refusal | undefined> {
  const user = actingUser(identity)
  const moderated = await moderate(services, { kind: 'edit', roomId, user, content, type: 'text', messageId })
  if ('ok' in moderated) return moderated
  return moderated.content === content ? undefined : refuse('REFUSED', { field: 'content' })
}

function ended(services: Services, outcome: Outcome): { ok: true; message: Message } | Refusal {
  noteEnded(services, outcome)
  const answer = messageAck(asMessageRefusal(outcome))
  return answer.ok ? { ok: true, message: answer.message } : answer
}
