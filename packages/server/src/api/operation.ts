import type { WireErrorCode } from '@roomful/protocol'
import * as v from 'valibot'
import type { Actor, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Webhooks } from '../events/webhooks'
import type { Services } from '../handlers/handler'
import type { LiveFigures } from '../node/live-figures'

/** What the operations of the server API work on: the same services as the sockets. */
export type ApiContext = {
  readonly services: Services
  /** Who asks: the backend, or the user of an admin token. */
  readonly actor: Actor
  readonly figures: () => LiveFigures
  readonly webhooks: Webhooks
  readonly isDraining: () => boolean
}

export const SCOPES = [
  'users:read',
  'users:write',
  'rooms:read',
  'rooms:write',
  'messages:read',
  'messages:write',
  'moderation',
  'webhooks',
  'stats',
] as const
export type Scope = (typeof SCOPES)[number]

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
type RequestSchema = v.StrictObjectSchema<v.ObjectEntries, undefined>
type AnswerSchema = v.GenericSchema<object>

/** What is known of an operation without its types. */
type Description = {
  readonly method: Method
  /** With fields of the request in braces. */
  readonly path: `/v1/${string}`
  /** What a key must be allowed. */
  readonly scope: Scope
  /** One sentence, for the OpenAPI document and the types of the client. */
  readonly summary: string
  /** Refusals of this operation, besides those that every operation may have. */
  readonly refusals: readonly WireErrorCode[]
}

/** One operation of the server API, whole: without one of these it does not compile. */
type Whole<Request extends RequestSchema, Answer extends AnswerSchema> = Description & {
  readonly request: Request
  readonly answer: Answer
  /** How many rows it is about, for the key's rate; 1 by default. */
  readonly weight?: (request: v.InferOutput<Request>) => number
  /** May throw a StoreError. */
  readonly run: (
    context: ApiContext,
    request: v.InferOutput<Request>,
  ) => Promise<v.InferOutput<Answer> | Refusal>
}

/** A call with a valid request. */
export type PreparedCall<Answer = object> = {
  readonly weight: number
  run(context: ApiContext): Promise<Answer | Refusal>
}

export type Operation<
  Request extends RequestSchema = RequestSchema,
  Answer extends AnswerSchema = AnswerSchema,
> = Description & {
  readonly request: Request
  readonly answer: Answer
  /** Validates a request from outside. */
  prepare(request: unknown): PreparedCall<v.InferOutput<Answer>> | Refusal
}

/** Infers the types of an operation from its schemas. */
export const operation = <Request extends RequestSchema, Answer extends AnswerSchema>({
  run,
  weight = () => 1,
  ...description
}: Whole<Request, Answer>): Operation<Request, Answer> => ({
  ...description,
  prepare(request) {
    // One issue is enough to refuse. The field is named, the value never.
    const result = v.safeParse(description.request, request, { abortEarly: true })
    if (!result.success) return refuse('INVALID_PAYLOAD', fieldOf(result.issues[0].path))
    const valid = result.output
    return { weight: weight(valid), run: (context) => run(context, valid) }
  },
})

const FIELD_LENGTH = 100

function fieldOf(path: readonly { readonly key: unknown }[] | undefined): { field?: string } {
  const field = path?.map(({ key }) => String(key)).join('.') ?? ''
  return field === '' ? {} : { field: field.slice(0, FIELD_LENGTH) }
}
