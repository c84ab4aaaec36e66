import { type Retry, retryOf, WIRE_ERRORS, type WireErrorCode } from '@roomful/protocol'
import type { Refusal } from '../core/ops'

/**
 * Why a call of the server API was refused. `code` and `retry` are those of the one error table; `field` is the path of
 * the value that was refused.
 *
 * @example
 * const server = await createChatServer({ port: 0, database: 'memory:', guests: true })
 * const error: unknown = await server.api.users.get({ userId: 'nobody' }).catch((reason) => reason)
 * if (error instanceof ApiError) console.log(error.code) // USER_NOT_FOUND
 * await server.close()
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: WireErrorCode
  readonly retry: Retry
  readonly field?: string
  readonly limit?: number
  readonly retryAfterMs?: number

  constructor({ code, field, limit, retryAfterMs }: Refusal) {
    super(`${WIRE_ERRORS[code].text}${field === undefined ? '' : ` (${field})`}`)
    this.code = code
    this.retry = retryOf(code)
    if (field !== undefined) this.field = field
    if (limit !== undefined) this.limit = limit
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}
