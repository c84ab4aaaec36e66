import type { ClientEvent, Metadata, PayloadInput, UserId } from '@roomful/protocol'
import {
  isUserId,
  LIMITS,
  messageProblem,
  type Plain,
  plainMetadata,
  plainPayload,
  WIRE_ERRORS,
} from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'

// The app's values enter here. A value to be stored, sent, or passed to another tab becomes plain data at the call:
// later changes by the app have no effect, and nothing behind this has to check whether it can be written.

const invalid = (field: string, reason: string, more: { limit?: number; cause?: unknown } = {}): ChatError =>
  new ChatError('INVALID_PAYLOAD', `${field || 'The value'} ${reason}`, { field, ...more })

/** The value, or a throw of its refusal. */
function taken<T>(plain: Plain<T>): T {
  if (plain.ok) return plain.value
  const { ok: _, field, reason, ...more } = plain
  if (more.limit !== LIMITS.frameBytes) throw invalid(field, reason, more)
  throw new ChatError('PAYLOAD_TOO_LARGE', WIRE_ERRORS.PAYLOAD_TOO_LARGE.text, { field, ...more })
}

/** `problem`: why it cannot be sent. The rest is what could be read before it: the text, above all. */
export type Draft = {
  readonly content: string
  readonly type?: string
  readonly replyTo?: string
  readonly metadata?: Metadata
  readonly problem?: ChatError
}

/** What `send` is given. Each field is read once: a getter may answer something else the next time. */
export function readDraft(input: unknown): Draft {
  if (typeof input === 'string') return { content: input }
  const given = (field: keyof Draft): unknown => {
    try {
      return (input as Draft)[field]
    } catch (cause) {
      throw invalid(field, 'could not be read', { cause })
    }
  }
  const text = (field: 'content' | 'type' | 'replyTo'): { [key in typeof field]?: string } => {
    const value = given(field) ?? undefined
    if (value === undefined) return {}
    if (typeof value !== 'string') throw invalid(field, 'is not a string')
    return { [field]: value }
  }
  let draft: Draft = { content: '' }
  try {
    draft = { ...draft, ...text('content') }
    draft = { ...draft, ...text('replyTo'), ...text('type') }
    const metadata = given('metadata')
    return metadata === undefined ? draft : { ...draft, metadata: taken(plainMetadata(metadata)) }
  } catch (problem) {
    if (problem instanceof ChatError) return { ...draft, problem }
    throw problem
  }
}

/** The first of these that is not a text, as a refusal. */
export function textRefusal(values: Readonly<Record<string, unknown>>): ChatError | undefined {
  const field = Object.keys(values).find((name) => typeof values[name] !== 'string')
  return field === undefined ? undefined : invalid(field, 'is not a string')
}

export const statusRefusal = (status: unknown): ChatError | undefined =>
  status === 'online' || status === 'away' ? undefined : invalid('status', 'is neither `online` nor `away`')

/** Refused here, with the server's own rule: it shows as failed at once, and the text is not lost. */
export function contentRefusal(message: Parameters<typeof messageProblem>[0]): ChatError | undefined {
  const code = messageProblem(message)
  const limit = code === 'CONTENT_TOO_LONG' && { limit: LIMITS.contentCodePoints }
  return code && new ChatError(code, WIRE_ERRORS[code].text, { field: 'content', ...limit })
}

/** A list of users, as it is now; or its refusal, so that no other list is refused with it. */
export function readUserIds(values: unknown): readonly UserId[] | ChatError {
  if (!Array.isArray(values)) return invalid('userIds', 'is not a list')
  const ids: unknown[] = [...values]
  const odd = ids.findIndex((id) => !isUserId(id))
  return ids.every(isUserId) ? ids : invalid(`userIds.${odd}`, 'is not the id of a user')
}

/** Throws the refusal of what is no payload of any event. */
export const readPayload = <E extends ClientEvent>(payload: PayloadInput<E>): PayloadInput<E> =>
  // The same as JSON: what is missing or odd in it the decoder finds.
  taken(plainPayload(payload)) as PayloadInput<E>
