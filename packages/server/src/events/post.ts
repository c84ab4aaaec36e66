/** A receiver's answer is not read beyond this; a longer one costs it its connection. */
const ANSWER_BYTES = 4_096
/** A redirect is a failure: only this address is agreed on, and none that it names. */
const REDIRECT = 'manual'

export type Call = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/**
 * `gone`: it answered 410 and wants no more. `failed`: everything else but 2xx; `reason` is a word of ours or a status,
 * never what the receiver wrote.
 */
export type Answer =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }

export type Post = (call: Call) => Promise<Answer>

/** One attempt. Never rejects. */
export const post: Post = async ({ url, headers, body, signal }) => {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: REDIRECT, signal })
    await dispose(response)
    if (response.ok) return { kind: 'delivered' }
    if (response.status === 410) return { kind: 'gone' }
    return { kind: 'failed', reason: `status ${response.status}`, ...retryAfter(response) }
  } catch (error) {
    return { kind: 'failed', reason: signal.aborted ? 'no answer in time' : reasonOf(error) }
  }
}

/** A short answer is read, so that the connection can be used again. */
async function dispose(response: Response): Promise<void> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (length <= ANSWER_BYTES) await response.arrayBuffer()
  else await response.body?.cancel()
}

/** In seconds; a date is not taken, as the clocks may differ. */
function retryAfter(response: Response): { retryAfterMs?: number } {
  const seconds = response.headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1_000 } : {}
}

/** Such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  for (const one of [cause, error])
    if (one instanceof Error && 'code' in one && typeof one.code === 'string') return one.code
  return 'no connection'
}
