import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { Rates } from '../handlers/rates'
import type { Rate } from '../handlers/token-bucket'
import { bearerToken } from '../http/bearer'
import { answerOf, isRefusal } from './answer'
import { type ApiKey, permits } from './api-keys'
import type { ApiKeys } from './key-file'
import type { ApiContext, Operation } from './operation'
import { OPERATIONS } from './operations'
import { problemResponse } from './problem'
import { requestValues } from './request-values'

export type ApiRoutesDeps = {
  readonly context: ApiContext
  /** Absent: every request is refused. */
  readonly keys?: ApiKeys
  /** Rows a second that one key may ask for. */
  readonly rate: Rate
}

/** A thousand users with the longest names and ids. */
const BODY_BYTES = 1024 * 1024

/** `/v1`: every operation of the server API for those who show a key. Every refusal is a problem document. */
export function apiRoutes(app: Hono, { context, keys, rate }: ApiRoutesDeps): void {
  const { ids, clock } = context.services
  const rates = new Rates<string>(rate, clock)
  const problem = (refusal: Refusal, detail?: string): Response =>
    problemResponse(refusal, ids.requestId(), detail)

  const allowed = async (c: Context, { scope }: Operation): Promise<ApiKey | Response> => {
    const shown = bearerToken(c)
    if (shown === undefined)
      return problem(refuse('UNAUTHENTICATED'), 'Send `Authorization: Bearer` and an API key')
    const key = await keys?.find(shown)
    if (!key) return problem(refuse('TOKEN_INVALID'), 'The API key is not known, or was revoked')
    return permits(key, scope) ? key : problem(refuse('FORBIDDEN'), `The API key lacks the scope ${scope}`)
  }

  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: () => problem(refuse('PAYLOAD_TOO_LARGE', { limit: BODY_BYTES })),
  })
  for (const operation of OPERATIONS) {
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1')
    app.on(operation.method, path, limit, async (c) => {
      const key = await allowed(c, operation)
      if (key instanceof Response) return key
      const values = await requestValues(c, operation)
      const call = isRefusal(values) ? values : operation.prepare(values)
      const bucket = rates.of(key.id)
      if (bucket.isSpent) return problem(refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }))
      bucket.spend(isRefusal(call) ? 1 : call.weight)
      const answer = isRefusal(call) ? call : await answerOf(context, operation.id, call)
      return isRefusal(answer) ? problem(answer) : json(answer)
    })
  }
  app.all('/v1/*', () => problem(refuse('UNKNOWN_EVENT'), 'There is no such operation'))
}

const json = (answer: object, status: ContentfulStatusCode = 200): Response =>
  new Response(JSON.stringify(answer), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  })
