/** Why a request came to nothing: the server refused it, or there was no answer. */
export class Failure extends Error {
  override readonly name = 'Failure'

  constructor(
    readonly code: string,
    message: string,
    /** What the server's log has of it. */
    readonly requestId?: string,
    readonly status = 0,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  /** The key or the token is not valid, or not any more. */
  get isSignedOut(): boolean {
    return this.status === 401
  }
}

/** The problem document of a refusal, which a proxy in between may have replaced by a page of its own. */
export function failureOf(status: number, body: unknown): Failure {
  const { code, title, detail, requestId, field } = (body ?? {}) as Record<string, unknown>
  if (typeof code !== 'string' || typeof title !== 'string')
    return new Failure(`HTTP ${status}`, 'The server, or a proxy in front of it, failed.', undefined, status)
  const texts = [
    title,
    typeof detail === 'string' ? detail : '',
    typeof field === 'string' ? `(${field})` : '',
  ]
  const text = texts.filter((part) => part !== '').join(' ')
  return new Failure(code, text, typeof requestId === 'string' ? requestId : undefined, status)
}

/** Everything that was thrown, as what the page shows. */
export const asFailure = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('NO ANSWER', 'The server cannot be reached.', undefined, 0, { cause: error })
