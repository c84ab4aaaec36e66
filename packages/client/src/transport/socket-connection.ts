import { io, type Socket } from 'socket.io-client'
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

/** Dials. `onRefused` and `onLost` are called at most once, after the connection has ended. */
export function openSocket(
  url: string,
  auth: Record<string, unknown>,
  on: { refused(error: ConnectError): void; lost(): void },
): SocketConnection {
  const pending = new Set<() => void>()
  const socket = io(url, {
    auth,
    forceNew: true,
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
  })
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
