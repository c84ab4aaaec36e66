import { type Server as HttpServer, type IncomingMessage, ServerResponse } from 'node:http'
import { LIMITS } from '@roomful/protocol'
import { Server, type Socket } from 'socket.io'
import { type ServerOptions, WebSocketServer } from 'ws'
import { isListed, type Origins } from '../auth/origin'
import type { Clock } from '../ports/clock'
import type { Admission } from './admission'
import { frameLimitParser } from './frame-limit'

type EngineSocket = Socket['conn']

/** A dead link is noticed after 15 s; with Socket.IO's own figures it takes 45. */
const PING_INTERVAL_MS = 10_000
const PING_TIMEOUT_MS = 5_000
/** A larger websocket frame is dropped unread with its connection; one that is too large below this is answered. */
const MAX_BUFFER_BYTES = 1024 * 1024
/** The most a polling request may carry: one frame of the largest size, with its type and number. */
const MAX_POLL_BYTES = LIMITS.frameBytes + 64
/** Time to present a token after connecting. */
const TOKEN_TIMEOUT_MS = 5_000
/**
 * Time for all of a handshake: the check of the token may take 10 s of it, and its client gives it up after 15. Socket.IO
 * stops its timer only when that check has ended.
 */
const CONNECT_TIMEOUT_MS = 14_000

/** A client that does not answer the close of its websocket, or polls no more, is cut off after this; both wait 30 s. */
const CLOSE_TIMEOUT_MS = 2_000

class Websockets extends WebSocketServer {
  constructor(options: ServerOptions) {
    // With synchronous events all frames of a read, a thousand short ones, are handled before anything else is.
    const bounded = { ...options, closeTimeout: CLOSE_TIMEOUT_MS, allowSynchronousEvents: false }
    super(bounded)
  }
}

/** Socket.IO as the protocol needs it; still to be attached to an HTTP server, by `attachSockets`. */
export function socketServer(origins: Origins, admission: Admission): Server {
  return new Server({
    serveClient: false,
    transports: ['polling', 'websocket'],
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: MAX_BUFFER_BYTES,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Ten times the CPU a delivery, and 250 KB a connection.
    perMessageDeflate: false,
    wsEngine: Websockets,
    // `connectionStateRecovery` stays off: in a test it let a kicked user with a revoked token back in.
    parser: frameLimitParser(),
    cors: {
      // Cookies of an app's sign-in come from listed pages only, never from any page there is.
      credentials: origins !== '*',
      origin: (origin, answer) => answer(null, origin !== undefined && isListed(origin, origins)),
    },
    // CORS does not stop a websocket.
    allowRequest: (request, answer) => {
      const refusal = admission(request)
      if (refusal !== null) letItBeRead(request)
      answer(refusal, refusal === null)
    },
  })
}

/**
 * Attaches it to a server that never listens itself, with a separate bound for devices that poll; the handshake states
 * it, and their client obeys it.
 */
export function attachSockets(io: Server, http: HttpServer, clock: Pick<Clock, 'setTimer'>): void {
  io.attach(http)
  // Engine.IO has one option for both, and has already read the websocket's bound from it.
  io.engine.opts.maxHttpBufferSize = MAX_POLL_BYTES
  io.engine.on('connection', (line: EngineSocket) => {
    if ('closeTimeout' in line.transport) line.transport.closeTimeout = CLOSE_TIMEOUT_MS
    const cancel = clock.setTimer(TOKEN_TIMEOUT_MS, () => line.close())
    line.once('data', cancel)
    line.once('close', cancel)
  })
}

/** Lets a page read why it is refused, and nothing else: without it a browser shows its script a network error. */
function letItBeRead(request: IncomingMessage): void {
  const { origin } = request.headers
  // Engine.IO keeps the response beside the request; an upgrade has none.
  if (origin !== undefined && 'res' in request && request.res instanceof ServerResponse)
    request.res.setHeader('Access-Control-Allow-Origin', origin)
}
