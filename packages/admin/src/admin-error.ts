export type AdminErrorOptions = {
  readonly code: string
  readonly status: number
  readonly field?: string
  readonly limit?: number
  readonly retryAfterMs?: number
  readonly requestId?: string
  readonly cause?: unknown
}

/**
 * Why a call was refused, or had no answer. `code` is one of the server's, such as ROOM_NOT_FOUND, or UNREACHABLE if no
 * server answered; then `status` is 0. `field` is the path of the value that was refused; `requestId` is in the server's
 * log. A call that a signal ends rejects with the signal's reason instead.
 *
 * @example
 * const admin = createAdmin({ url: 'https://chat.example.com', apiKey })
 * const nobody = await admin.users.get({ userId: 'nobody' }).catch((error: unknown) => {
 *   if (error instanceof AdminError && error.code === 'USER_NOT_FOUND') return undefined
 *   throw error
 * })
 */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly code: string
  /** The HTTP status; 0: no server answered, or none was asked. */
  readonly status: number
  readonly field?: string
  readonly limit?: number
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs?: number
  readonly requestId?: string

  constructor(
    message: string,
    { code, status, field, limit, retryAfterMs, requestId, cause }: AdminErrorOptions,
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.status = status
    if (field !== undefined) this.field = field
    if (limit !== undefined) this.limit = limit
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
    if (requestId !== undefined) this.requestId = requestId
  }
}
