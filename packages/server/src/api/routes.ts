import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import { Rates } from '../handlers/rates'
import type { Rate } from '../handlers/token-bucket'
import { addressOf } from '../http/bearer'
import openapi from '../http/openapi.json'
import { answerOf, isRefusal } from './answer'
import { permits } from './api-keys'
import type { Caller, FindCaller } from './callers'
import type { ApiContext } from './operation'
import { type ListedOperation, OPERATIONS } from './operations'
import { problemResponse } from './problem'
import { hasQuery, requestValues } from './request-values'

export type ApiRoutesDeps = {
  readonly context: ApiContext
  readonly findCaller: FindCaller
  /** Rows a second that one key may ask for. */
  readonly rate: Rate
  /** Trusted proxies in front of this server. */
  readonly proxies: number
}

/** Of one address, callers who are not known. Those that are do not pay for what others of their address try. */
const UNKNOWN_CALLERS: Rate = { perSecond: 10, burst: 50 }
const UNKNOWN: ReadonlySet<Refusal['code']> = new Set(['TOKEN_INVALID', 'TOKEN_EXPIRED'])

/** A thousand users with the longest names and ids. */
const BODY_BYTES = 1024 * 1024

/** `/v1`: every operation of the server API for those who show a key. Every refusal is a problem document. */
export function apiRoutes(app: Hono, { context, findCaller, rate, proxies }: ApiRoutesDeps): void {
  const { ids, clock, log, rules } = context.services
  const rates = new Rates<string>(rate, clock)
  const unknown = new Rates<string>(UNKNOWN_CALLERS, clock)
  const problem = (refusal: Refusal, detail?: string): Response =>
    problemResponse(refusal, ids.requestId(), detail)

  const allowed = async (c: Context, { id, scope }: ListedOperation): Promise<Caller | Response> => {
    const caller = await findCaller(c)
    if ('refusal' in caller) {
      if (!UNKNOWN.has(caller.refusal.code)) return problem(caller.refusal, caller.detail)
      const bucket = unknown.of(addressOf(c, proxies))
      if (bucket.take(1) === 1) return problem(caller.refusal, caller.detail)
      return problem(refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }))
    }
    if (!permits(caller, scope)) return problem(refuse('FORBIDDEN'), `The API key lacks the scope ${scope}`)
    // Two users may share an API key, and no log knows which; a token has one.
    if (caller.actor.id !== SERVER_ACTOR.id)
      log.info({ userId: caller.actor.id, operationId: id }, 'an admin token was used for the server API')
    return caller
  }

  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: () => problem(refuse('PAYLOAD_TOO_LARGE', { limit: BODY_BYTES })),
  })
  for (const operation of OPERATIONS) {
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1')
    const answer = async (c: Context): Promise<Response> => {
      const caller = await allowed(c, operation)
      if (caller instanceof Response) return caller
      const values = await requestValues(c, operation)
      const call = isRefusal(values) ? values : operation.prepare(values)
      const bucket = rates.of(caller.id)
      if (bucket.isSpent) return problem(refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }))
      bucket.spend(isRefusal(call) ? 1 : call.weight)
      const refused =
        caller.identity &&
        (await rules.refusalOf(caller.identity, 'use-server-api', { operation: operation.id }))
      if (refused) return problem(refused)
      const found = isRefusal(call)
        ? call
        : await answerOf({ ...context, actor: caller.actor }, operation.id, call)
      return isRefusal(found) ? problem(found) : json(found)
    }
    const safely = (c: Context): Promise<Response> =>
      answer(c).catch((error: unknown) => {
        // Such as a body that was cut off.
        log.error({ err: error, operationId: operation.id }, 'a request of the server API failed')
        return problem(refuse('INTERNAL'))
      })
    // A body that is never read needs no limit.
    if (hasQuery(operation)) app.on(operation.method, path, safely)
    else app.on(operation.method, path, limit, safely)
  }
  app.get('/v1/openapi.json', (c) => c.json(openapi))
  app.all('/v1/*', () => problem(refuse('UNKNOWN_EVENT'), 'There is no such operation'))
}

const json = (answer: object, status: ContentfulStatusCode = 200): Response =>
  new Response(JSON.stringify(answer), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  })
