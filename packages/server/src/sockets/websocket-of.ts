import type { Socket } from 'socket.io'
import { WebSocket } from 'ws'

/** The websocket of a connection, to stop reading from it; undefined for a device that polls, with a bound a request. */
export function websocketOf({ transport }: Socket['conn']): WebSocket | undefined {
  return 'socket' in transport && transport.socket instanceof WebSocket ? transport.socket : undefined
}
