import { Server } from 'socket.io'
import { isOriginAllowed, type Origins } from '../auth/origin'
import { frameLimitParser } from './frame-limit'

/** A dead link is noticed after 15 s; with Socket.IO's own figures it takes 45. */
const PING_INTERVAL_MS = 10_000
const PING_TIMEOUT_MS = 5_000
/** Above this the connection is dropped unread; below it, a frame that is too large gets an answer. */
const MAX_BUFFER_BYTES = 1024 * 1024
/** So long somebody may stand at the door without showing a token. */
const CONNECT_TIMEOUT_MS = 5_000

/** Socket.IO as the protocol needs it; still to be attached to an HTTP server. */
export function socketServer(origins: Origins): Server {
  return new Server({
    serveClient: false,
    transports: ['polling', 'websocket'],
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: MAX_BUFFER_BYTES,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Ten times the CPU a delivery, and 250 KB a connection.
    perMessageDeflate: false,
    // `connectionStateRecovery` stays off: it was seen to let a kicked user with a revoked token back in.
    parser: frameLimitParser,
    cors: { origin: origins === '*' ? true : [...origins] },
    // CORS does not stop a websocket.
    allowRequest: (request, answer) => {
      const allowed = isOriginAllowed(request.headers, origins)
      answer(allowed ? null : 'ORIGIN_DENIED', allowed)
    },
  })
}
