import type { ErrorAck } from '@roomful/protocol'
import { ChatError } from '../model/chat-error'
import type { Clock } from '../platform/clock'
import type { Http, HttpAnswer, HttpRequest } from '../platform/http'

/** A request that nothing moves for so long, there or back, is given up: a check of viruses may take a minute. */
const STALL_MS = 100_000

export type FileServerOptions = {
  readonly http: Http
  readonly clock: Clock
  /** Where the server is mounted. What it has after the path goes with each request. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly withCredentials: boolean
  token(fresh: boolean): Promise<string>
}

type Call = Pick<HttpRequest, 'method' | 'signal'> &
  Partial<Pick<HttpRequest, 'body' | 'onSent'>> & {
    /** The server does the same for a repeated call with it. */
    readonly key?: string
  }

/** The routes of files at the server, for this user. */
export type FileServer = {
  /** An answer to this user; a token that was refused is replaced once. Rejects with ChatError, or when there is no answer. */
  call(path: string, call: Call): Promise<Blob>
  /** A PUT to an address outside the server, which gets none of the user's secrets. */
  put(
    url: string,
    headers: Readonly<Record<string, string>>,
    call: Omit<Call, 'method' | 'key'>,
  ): Promise<void>
}

export function createFileServer(options: FileServerOptions): FileServer {
  const { http, clock, withCredentials, token } = options

  /** Ends by itself: when it stalls, too. */
  async function ask(
    request: Omit<HttpRequest, 'signal'> & { readonly signal: AbortSignal },
  ): Promise<HttpAnswer> {
    const stalled = new AbortController()
    const late = (): void => stalled.abort(new ChatError('TIMEOUT', 'The server does not answer'))
    let cancel = clock.setTimer(STALL_MS, late)
    const abort = (): void => stalled.abort(request.signal.reason)
    request.signal.addEventListener('abort', abort)
    if (request.signal.aborted) abort()
    try {
      return await http({
        ...request,
        signal: stalled.signal,
        // Called again, with the same number, as the answer arrives.
        onSent: (bytes) => {
          cancel()
          cancel = clock.setTimer(STALL_MS, late)
          request.onSent?.(bytes)
        },
      })
    } finally {
      cancel()
      request.signal.removeEventListener('abort', abort)
    }
  }

  return {
    call: async (path, { key, ...call }) => {
      let isFresh = false
      for (;;) {
        const bearer = await token(isFresh)
        const headers = {
          ...options.headers,
          ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(typeof call.body === 'string' ? { 'content-type': 'application/json' } : {}),
          ...(call.body instanceof Blob ? { 'content-type': 'application/octet-stream' } : {}),
        }
        const { status, body } = await ask({
          ...call,
          url: addressOf(options.url, path),
          headers,
          withCredentials,
        })
        if (status < 400) return body
        if (status !== 401 || isFresh) throw await refusalOf(status, body)
        isFresh = true
      }
    },
    put: async (address, headers, call) => {
      const { status } = await ask({ ...call, method: 'PUT', url: address, headers, withCredentials: false })
      // Of an address that has expired, too: the next try gets another one.
      if (status >= 400) throw new ChatError('UNAVAILABLE', `The storage answers ${status}`)
    },
  }
}

/** `path` may have a query, too. */
function addressOf(server: string, path: string): string {
  const [, mount = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(server) ?? []
  const more = query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`
  return `${mount.replace(/\/+$/, '')}/files${path}${more}`
}

/** The server's own refusal; or what a proxy before it, or a server without files, means by its status. */
async function refusalOf(status: number, body: Blob): Promise<ChatError> {
  const ack: unknown = await body
    .text()
    .then(JSON.parse)
    .catch(() => null)
  // The socket decides whether the session is over: an upload only waits for a token that is taken.
  if (status === 401) return new ChatError('UNAUTHENTICATED', 'The token is not taken')
  if (isRefusal(ack)) return ChatError.fromAck(ack)
  if (status === 413) return new ChatError('PAYLOAD_TOO_LARGE', 'The file is larger than the limit')
  if (status === 404) return new ChatError('REFUSED', 'This server has no such file, or takes none')
  return new ChatError(status === 429 ? 'RATE_LIMITED' : 'UNAVAILABLE', `The server answers ${status}`)
}

function isRefusal(value: unknown): value is ErrorAck {
  if (typeof value !== 'object' || value === null) return false
  const { code, error, retry } = value as Partial<Record<keyof ErrorAck, unknown>>
  return (
    typeof code === 'string' &&
    typeof error === 'string' &&
    (retry === undefined || typeof retry === 'string')
  )
}
