import { AdminError } from './admin-error'

export type CallOptions = {
  /** Ends the call, also while it waits to be tried again. */
  readonly signal?: AbortSignal
}

export type Connection = {
  readonly url: string
  readonly apiKey: string
  readonly fetch: typeof fetch
  readonly retries: number
  readonly timeoutMs: number
  /** Waits, or rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  readonly random: () => number
}

/** The first wait, doubled with each try up to the last; half of it at least, the rest by chance. */
const FIRST_WAIT_MS = 250
const LAST_WAIT_MS = 10_000
/** A server that asks for more time than this is not waited for. */
const PATIENCE_MS = 60_000

type Failure = { readonly error: AdminError; readonly isLasting: boolean }

/** One call of an operation: its fields in the path, the query or the body. Every operation may be repeated. */
export async function call(
  connection: Connection,
  route: string,
  request: Readonly<Record<string, unknown>>,
  { signal }: CallOptions,
): Promise<unknown> {
  const { url, init } = requestOf(connection, route, request)
  for (let tries = 0; ; tries++) {
    const outcome = await attempt(connection, url, init, signal)
    if ('answer' in outcome) return outcome.answer
    const { error, isLasting } = outcome
    const wait = error.retryAfterMs ?? backOff(tries, connection.random)
    if (isLasting || tries >= connection.retries || wait > PATIENCE_MS) throw error
    await connection.wait(wait, signal)
  }
}

function requestOf(
  { url, apiKey }: Connection,
  route: string,
  request: Readonly<Record<string, unknown>>,
): { url: string; init: RequestInit } {
  const [method = '', path = ''] = route.split(' ')
  const rest = new Map(Object.entries(request).filter(([, value]) => value !== undefined))
  const filled = path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest.get(field))
    rest.delete(field)
    // In a path it would be another operation: `/v1/users/../rooms` is `/v1/rooms`.
    if (/^\.\.?$/.test(value))
      throw new AdminError(`no id is ${value} (${field})`, { code: 'INVALID_PAYLOAD', status: 0, field })
    return encodeURIComponent(value)
  })
  const headers = { authorization: `Bearer ${apiKey}` }
  const base = url.replace(/\/+$/, '') + filled
  if (method !== 'GET' && method !== 'DELETE')
    return {
      url: base,
      init: {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(rest)),
      },
    }
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)])).toString()
  return { url: query === '' ? base : `${base}?${query}`, init: { method, headers } }
}

async function attempt(
  connection: Connection,
  url: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<{ answer: unknown } | Failure> {
  const ended = AbortSignal.timeout(connection.timeoutMs)
  try {
    const response = await connection.fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([signal, ended]) : ended,
    })
    const body: unknown = await response.json().catch(() => undefined)
    signal?.throwIfAborted()
    if (response.ok && body !== undefined) return { answer: body }
    return failureOf(response, body)
  } catch (cause) {
    signal?.throwIfAborted()
    const message = ended.aborted
      ? `no answer within ${connection.timeoutMs} ms`
      : 'the server cannot be reached'
    return { error: new AdminError(message, { code: 'UNREACHABLE', status: 0, cause }), isLasting: false }
  }
}

/** A proxy in between may answer by itself, and without a problem document. */
function failureOf({ status, headers, ok }: Response, body: unknown): Failure {
  const problem = typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map()
  const text = (key: string): string | undefined => {
    const value: unknown = problem.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const number = (key: string): number | undefined => {
    const value: unknown = problem.get(key)
    return typeof value === 'number' ? value : undefined
  }
  const [code, field, limit, requestId] = [text('code'), text('field'), number('limit'), text('requestId')]
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = number('retryAfterMs') ?? (Number.isFinite(seconds) ? seconds * 1_000 : undefined)
  const why = text('detail') ?? text('title') ?? `the server answered with ${status}`
  const error = new AdminError(field === undefined ? why : `${why} (${field})`, {
    ...{ code: code ?? (ok ? 'UNREACHABLE' : `HTTP_${status}`), status },
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
  })
  const retry = text('retry')
  const isLasting = retry === undefined ? !ok && status < 500 && status !== 429 : retry !== 'after'
  return { error, isLasting }
}

function backOff(tries: number, random: () => number): number {
  const most = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries)
  return Math.round(most * (0.5 + random() / 2))
}

export function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
