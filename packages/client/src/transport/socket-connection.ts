import { io, type Socket } from 'socket.io-client'
import type { SocketOptions } from '../options'
import type { ConnectError } from './handshake-refusal'
import type { DownReason, RequestFailure } from './port'
import { UNWRITABLE } from './unwritable'

export type RawResult = { readonly kind: 'ack'; readonly answer: unknown } | { readonly kind: RequestFailure }

/** One socket from its dial to its end, used as a plain connection: no buffer, reconnect, retries or recovery. */
export type SocketConnection = {
  readonly socket: Socket
  request(event: string, payload: unknown, timeoutMs: number): Promise<RawResult>
  /** Requests under way end as `lost`, and nothing of the connection is received any more. */
  end(): void
}

export const LOST: DownReason = { code: 'OFFLINE', text: 'The connection was lost', next: 'retry' }

/**
 * Where the socket of a chat server is: Socket.IO takes a path in an address for one of its namespaces, and here it is
 * where the server is mounted. Nothing before the path: the page's own server.
 */
export function endpointOf(url: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = '', query = ''] = /^((?:\w+:)?\/\/[^/?#]*|[^/?#]*)([^?#]*)(.*)$/s.exec(url) ?? []
  return { host: host === '' ? '' : host + query, path: `${path.replace(/\/+$/, '')}/socket.io` }
}

/** Dials. `onRefused` and `onLost` are called at most once, after the connection has ended. */
export function openSocket(
  url: string,
  auth: Record<string, unknown>,
  options: SocketOptions,
  on: { refused(error: ConnectError): void; lost(): void },
): SocketConnection {
  const pending = new Set<() => void>()
  const { host, path } = endpointOf(url)
  const { withCredentials = false, extraHeaders = {}, transports = ['websocket', 'polling'] } = options
  const dial = {
    ...{ path: options.path ?? path, withCredentials, extraHeaders, transports },
    ...{ auth, forceNew: true, reconnection: false, tryAllTransports: true },
    // Its types know only the browser's build, in which an agent is a text.
    ...(options.agent ? ({ agent: options.agent } as { agent: never }) : {}),
  }
  const socket = host === '' ? io(dial) : io(host, dial)
  const end = (): void => {
    socket.offAny()
    socket.off()
    socket.disconnect()
    for (const lose of pending) lose()
  }
  socket.on('connect_error', (error) => {
    end()
    on.refused(error)
  })
  socket.on('disconnect', () => {
    end()
    on.lost()
  })

  return {
    socket,
    end,
    request: (event, payload, timeoutMs) =>
      new Promise((resolve) => {
        if (!socket.connected) return resolve({ kind: 'offline' })
        const finish = (result: RawResult): void => {
          clearTimeout(timer)
          pending.delete(lose)
          resolve(result)
        }
        const lose = (): void => finish({ kind: 'lost' })
        const timer = setTimeout(() => finish({ kind: 'timeout' }), timeoutMs)
        pending.add(lose)
        try {
          socket.emit(event, payload, (answer: unknown) => finish({ kind: 'ack', answer }))
        } catch {
          finish({ kind: 'ack', answer: UNWRITABLE })
        }
      }),
  }
}
