import { asRoomId, type MessageId, type RoomId } from '@roomful/protocol'
import { actingUser } from '../auth/acting-user'
import type { Action } from '../core/authorise'
import { isCustomEmoji, isEmoji } from '../core/emoji'
import { isoTime } from '../core/iso-time'
import type { Op, Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import { moderate } from '../moderation/moderate'
import { actorOf, type Handler, type Services } from './handler'
import { messageAck } from './outcome-ack'
import { permitted } from './permission'
import { callHook } from './send-message'
import { submitInOrder } from './submit'

type Target = { readonly roomId?: RoomId; readonly messageId: MessageId }
type ChangeArgs = [
  target: Target,
  action: Action,
  toOp: (roomId: RoomId) => Op | Refusal | Promise<Op | Refusal>,
]

export const editMessage: Handler<'edit-message'> = async (services, device, payload) => {
  let editedAt: string | undefined
  const answer = await asSend(services, device, payload, 'edit-own', async (roomId) => {
    const { messageId, content, opId, baseRev } = payload
    const user = actingUser(device.identity)
    const draft = { kind: 'edit', roomId, user, content, type: 'text', messageId } as const
    const moderated = await moderate(services, draft)
    if ('ok' in moderated) return moderated
    const version = baseRev === undefined ? {} : { baseRev }
    const how = base(services, device, opId)
    editedAt = isoTime(how.at)
    return { kind: 'edit', content: moderated.content, messageId, ...version, ...how }
  })
  // Not for a retry, nor for an edit that keeps the content: neither changed anything.
  if (answer.ok && answer.message.editedAt === editedAt) callHook(services, 'afterEdit', answer.message)
  return answer
}

export const deleteMessage: Handler<'delete-message'> = (services, device, payload) =>
  change(services, device, payload, 'delete-own', () => {
    const { messageId, opId } = payload
    return { kind: 'delete', messageId, ...base(services, device, opId) }
  })

export const reactMessage: Handler<'react-message'> = async (services, device, payload) =>
  asSend(services, device, payload, 'react', async (roomId) => {
    const { messageId, emoji, op, opId } = payload
    // A reaction that was accepted before these rules can still be removed.
    const refusal =
      op === 'add' ? await emojiRefusal(services, device, { roomId, messageId, emoji }) : undefined
    return refusal ?? { kind: 'react', messageId, emoji, op, ...base(services, device, opId) }
  })

export const pinMessage: Handler<'pin-message'> = async (services, device, payload) =>
  asSend(services, device, payload, 'pin', () => {
    const { messageId, op, opId } = payload
    return { kind: 'pin', messageId, op, ...base(services, device, opId) }
  })

/** A reaction is a picture: words in its place would be a message that escapes the room's rules. */
async function emojiRefusal(
  services: Services,
  { identity }: Device,
  { roomId, messageId, emoji }: { roomId: RoomId; messageId: MessageId; emoji: string },
): Promise<Refusal | undefined> {
  if (!isEmoji(emoji) && !isCustomEmoji(emoji, services.customEmoji))
    return refuse('INVALID_PAYLOAD', { field: 'emoji' })
  const user = actingUser(identity)
  const draft = { kind: 'react', roomId, user, content: emoji, type: 'reaction', messageId } as const
  const moderated = await moderate(services, draft)
  return 'ok' in moderated ? moderated : undefined
}

const base = ({ clock }: Services, device: Device, opId: string | undefined) => ({
  actor: actorOf(device),
  at: clock.now(),
  ...(opId === undefined ? {} : { opId }),
})

/** The whole room sees it like a message, so it counts as one in the user's rate. */
function asSend(services: Services, device: Device, ...rest: ChangeArgs) {
  const bucket = services.sendRates.of(device.userId)
  if (bucket.take(1) === 0) return refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs })
  return change(services, device, ...rest)
}

async function change(services: Services, device: Device, ...[target, action, toOp]: ChangeArgs) {
  const outcome = await submitInOrder(services, device, async () => {
    const roomId = await roomOf(services, device, target, action)
    if (!roomId) return refuse('MESSAGE_NOT_FOUND')
    const op = await toOp(roomId)
    return 'ok' in op ? op : { roomId, op }
  })
  return messageAck(asMessageRefusal(outcome))
}

/**
 * Protocol 1's events name the message only. A room that is named is not trusted: the message must be in it. A hidden
 * message costs what a missing one costs, two queries, and never reaches the room's queue: the time would reveal it
 * (P9).
 */
async function roomOf(
  services: Services,
  device: Device,
  { roomId, messageId }: Target,
  action: Action,
): Promise<RoomId | undefined> {
  if (roomId !== undefined) return roomId
  return services.store.read(async (reader) => {
    const found = await reader.roomOfMessage(messageId)
    const may = await permitted(services, reader, device, found ?? NOWHERE, action)
    return 'ok' in may && may.code === 'ROOM_NOT_FOUND' ? undefined : found
  })
}

/** No room has this id. */
const NOWHERE = asRoomId('-')

/** A request about a message reveals no room: missing and hidden are answered with the same bytes (P9). */
export function asMessageRefusal(outcome: Outcome): Outcome {
  return !outcome.ok && outcome.code === 'ROOM_NOT_FOUND' ? refuse('MESSAGE_NOT_FOUND') : outcome
}
