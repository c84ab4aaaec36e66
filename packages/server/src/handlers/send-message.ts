import { asMessageId, type Message, type RoomId, type SendMessage } from '@roomful/protocol'
import { actingUser } from '../auth/acting-user'
import type { Op, Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { showsFiles } from '../core/shown-file'
import { fileRefusal } from '../files/file-reference'
import type { Device } from '../hub/device'
import { moderate } from '../moderation/moderate'
import { actorOf, type Handler, type Services } from './handler'
import { messageAck } from './outcome-ack'
import { submitInOrder } from './submit'

type Content = Omit<SendMessage, 'roomId'>
export type SendOp = Extract<Op, { kind: 'send' }>

export const sendMessage: Handler<'send-message'> = async (services, device, { roomId, ...content }) => {
  const bucket = services.sendRates.of(device.userId)
  if (bucket.take(1) === 0) return refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs })
  const outcome = await submitInOrder(services, device, async () => {
    const op = await toSendOp(services, device, roomId, content)
    return 'ok' in op ? op : { roomId, op }
  })
  noteSent(services, outcome)
  return messageAck(outcome)
}

/** The op with its time and id, or the refusal of the app's hook. */
export async function toSendOp(
  services: Services,
  device: Device,
  roomId: RoomId,
  { content, type, replyTo = null, clientId, metadata, stream }: Content,
): Promise<SendOp | Refusal> {
  const kind = type ?? (replyTo === null ? 'text' : 'reply')
  const extra = metadata === undefined ? {} : { metadata }
  // Most messages wait for neither.
  const refusal = showsFiles(kind)
    ? await fileRefusal(services, device, { type: kind, metadata, content })
    : undefined
  if (refusal) return refusal
  const user = actingUser(device.identity)
  const draft = { kind: 'send', roomId, user, content, type: kind, ...extra } as const
  const moderated = services.hooks.beforeSend ? await moderate(services, draft) : draft
  if ('ok' in moderated) return moderated
  const at = services.clock.now()
  return {
    kind: 'send',
    actor: actorOf(device),
    at,
    id: asMessageId(services.ids.uuid(at)),
    content: moderated.content,
    type: kind,
    replyTo,
    ...extra,
    ...(stream ? growing(services, device, roomId) : {}),
    ...(clientId === undefined ? {} : { clientId }),
  }
}

/** One too many is refused, unless it was opened before: then this is a retry. */
function growing(
  { streams }: Services,
  { userId }: Device,
  roomId: RoomId,
): Pick<SendOp, 'stream' | 'refused'> {
  const limit = streams.open.mayOpen(userId, roomId)
  return { stream: true, ...(limit && { refused: refuse('LIMIT_EXCEEDED', limit) }) }
}

/** For metrics and the app's `afterSend`: a duplicate does not count. */
export function noteSent({ meter, hooks, log }: Services, outcome: Outcome): void {
  if (!outcome.ok || outcome.kind !== 'message' || outcome.duplicate) return
  meter.sends(1)
  callHook({ hooks, log }, 'afterSend', outcome.message)
}

/** The ack does not wait for it, and its failure is logged. */
export function callHook(
  { hooks, log }: Pick<Services, 'hooks' | 'log'>,
  hook: 'afterSend' | 'afterEdit',
  message: Message,
): void {
  if (!hooks[hook]) return
  Promise.resolve(message)
    .then((sent) => hooks[hook]?.(sent))
    .catch((error: unknown) => log.error({ err: error, roomId: message.roomId }, `${hook} failed`))
}
