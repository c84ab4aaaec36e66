import type { ErrorAck } from '@roomful/protocol'
import type { Server, Socket } from 'socket.io'
import { sourceOf } from '../auth/credentials'
import type { Handshake } from '../auth/handshake'
import type { Origins } from '../auth/origin'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { errorAck } from '../handlers/refusal-ack'
import { clientAddress } from '../http/client-address'
import type { ChatNode, DeviceSession } from '../node/chat-node'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import { joinWrites } from './joined-writes'
import { type QueueWatch, watchQueue } from './queue-watch'
import { Reading } from './reading'
import { SocketConnection } from './socket-connection'

export type ConnectDeps = {
  readonly io: Server
  readonly node: ChatNode
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Meter
  /** Proxies in front of this server that are believed. */
  readonly proxies: number
  readonly origins: Origins
}

/** Connects Socket.IO to the node: admits devices and passes on their requests. */
export function acceptSockets(deps: ConnectDeps): void {
  /** Between the check of a handshake and its `connection`. */
  const admitted = new WeakMap<Socket, Handshake>()
  deps.io.use((socket, next) => {
    const { headers } = socket.request
    const { origins, proxies } = deps
    const address = clientAddress(socket.request, proxies)
    const source = sourceOf(headers, address, { origins, trustsProxy: proxies > 0 })
    deps.node.admit(socket.handshake.auth, source).then(
      (handshake) => {
        if ('ok' in handshake) return next(connectError(deps, handshake))
        admitted.set(socket, handshake)
        next()
      },
      (error: unknown) => {
        deps.log.error({ err: error }, 'a handshake failed')
        next(connectError(deps, refuse('INTERNAL')))
      },
    )
  })
  deps.io.on('connection', (socket) => {
    const handshake = admitted.get(socket)
    if (!handshake) throw new Error('a socket was connected that was not admitted')
    const queue = watchQueue(socket.conn)
    const deviceSession = deps.node.open(new SocketConnection(socket, deps.clock, queue), handshake)
    if (deviceSession) listen(deps, socket, queue, deviceSession)
  })
}

/** Socket.IO sends `message` and `data` of an error that refuses a handshake. */
function connectError({ ids, meter }: ConnectDeps, refusal: Refusal): Error & { data: ErrorAck } {
  meter.refusal(refusal.code)
  return Object.assign(new Error(refusal.code), { data: errorAck(refusal, ids.requestId()) })
}

/**
 * The only place that listens to a socket. A middleware that never calls `next` takes the events: none of them reaches
 * the emitter, where an event named `error` without a listener would end the process.
 */
function listen(
  { log, clock }: ConnectDeps,
  socket: Socket,
  queue: QueueWatch,
  deviceSession: DeviceSession,
): void {
  const { device } = deviceSession
  const reading = new Reading(socket, clock)
  const cutOff = (): void => {
    log.warn({ userId: device.userId }, 'a slow consumer is cut off')
    device.connection.close({ reason: 'SLOW_CONSUMER' })
  }
  socket.use((packet: readonly unknown[]) => {
    // For a device that sends requests and does not read, nothing is read and no answer is written.
    if (queue.isFull()) return cutOff()
    const last = packet.at(-1)
    const ack = typeof last === 'function' ? last : undefined
    const answering = deviceSession.request(ack ? packet.slice(0, -1) : packet)
    if (deviceSession.isAhead()) {
      reading.stop('pace')
      const go = (): void => void (deviceSession.isAhead() || reading.go('pace'))
      void answering.then(go, go)
    }
    answering
      .then((answer) => (queue.isFull() ? cutOff() : ack?.(answer)))
      .catch((error: unknown) => {
        // Mostly an answer that cannot be written: the device must not wait for it on a connection that looks healthy.
        log.error({ err: error, userId: device.userId }, 'a request failed')
        device.connection.close()
      })
  })
  socket.on('disconnect', () => {
    deviceSession.end()
    // Leaving the namespace alone would keep an uncounted connection.
    socket.conn.close()
  })
  // A frame that the parser refused: Socket.IO closes the connection by itself.
  socket.on('error', (error) => log.debug({ err: error }, 'a frame was refused'))
  joinWrites(socket.conn)
  queue.onFull(cutOff)
}
