import { asMessageId, type ClientId, isMetadata, type Message, type Metadata } from '@roomful/protocol'
import type { Op, Outcome, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import type { Services } from '../handlers/handler'
import { messageAck } from '../handlers/outcome-ack'
import { noteSent } from '../handlers/send-message'
import { isRefusal } from './answer'
import { operation } from './operation'
import { MOST, SendSystem, SendSystemMany, SentAnswer, SentManyAnswer } from './schemas'

const SEND_REFUSALS = [
  'ROOM_NOT_FOUND',
  'ROOM_ARCHIVED',
  'INVALID_CONTENT',
  'CONTENT_TOO_LONG',
  'CLIENT_ID_CONFLICT',
] as const

export const messages = {
  'messages.sendSystem': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/system-messages',
    scope: 'messages:write',
    summary:
      'Sends a message of type `system`: of no user, with a kind of your own, and not counted as unread.',
    request: SendSystem,
    answer: SentAnswer,
    refusals: SEND_REFUSALS,
    run: async ({ services }, { roomId, ...draft }) => {
      const op = systemOp(services, draft)
      return 'ok' in op ? op : sent(services, await services.pipeline.submit(roomId, op))
    },
  }),
  'messages.sendSystemMany': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/system-messages/batch',
    scope: 'messages:write',
    summary: `Sends up to ${MOST.messages} system messages in order. One that is refused refuses the call; a retry sends only what is missing.`,
    request: SendSystemMany,
    answer: SentManyAnswer,
    refusals: SEND_REFUSALS,
    weight: ({ messages }) => messages.length,
    run: async ({ services }, { roomId, messages }) => {
      const ops: Op[] = []
      for (const draft of messages) {
        const op = systemOp(services, draft)
        if ('ok' in op) return op
        ops.push(op)
      }
      const outcomes = await services.pipeline.submitAll(roomId, ops)
      const acks = outcomes.map((outcome) => sent(services, outcome))
      return acks.find(isRefusal) ?? { sent: acks.flatMap((ack) => (isRefusal(ack) ? [] : ack)) }
    },
  }),
} as const

type SystemDraft = {
  readonly kind: string
  readonly content: string
  readonly metadata?: Metadata
  readonly clientId?: ClientId
}

function systemOp(
  { clock, ids }: Services,
  { kind, content, metadata, clientId }: SystemDraft,
): Extract<Op, { kind: 'system' }> | Refusal {
  const marked = { ...metadata, action: kind }
  // With the kind it must still be what clients take.
  if (!isMetadata(marked)) return refuse('INVALID_PAYLOAD', { field: 'metadata' })
  const at = clock.now()
  return {
    kind: 'system',
    actor: SERVER_ACTOR,
    at,
    id: asMessageId(ids.uuid(at)),
    content,
    metadata: marked,
    ...(clientId === undefined ? {} : { clientId }),
  }
}

function sent(services: Services, outcome: Outcome): { message: Message; duplicate?: boolean } | Refusal {
  noteSent(services, outcome)
  const ack = messageAck(outcome)
  if (!ack.ok) return ack
  const { message, duplicate } = ack
  return { message, ...(duplicate ? { duplicate } : {}) }
}
