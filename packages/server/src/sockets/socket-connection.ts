import type { Bye, ServerEvent, ServerPayload } from '@roomful/protocol'
import type { Server, Socket } from 'socket.io'
import type { Broadcaster, DeviceConnection } from '../hub/device'
import type { Clock } from '../ports/clock'
import type { QueueWatch } from './queue-watch'
import { websocketOf } from './websocket-of'

/** Time a closed connection has to flush its queue; then it is dropped. */
const FLUSH_ON_CLOSE_MS = 1_000

/** A DeviceConnection over one Socket.IO socket. */
export class SocketConnection implements DeviceConnection {
  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
    private readonly queue: Pick<QueueWatch, 'isFull'>,
  ) {}

  get id(): string {
    return this.socket.id
  }

  emit<E extends ServerEvent>(event: E, payload: ServerPayload<E>): void {
    // For a device that does not read, it is not even written.
    if (this.queue.isFull()) this.close({ reason: 'SLOW_CONSUMER' })
    else this.socket.emit(event, payload)
  }

  // With the in-memory adapter both take effect at once; the promise is for adapters that ask other nodes.
  join(channel: string): void {
    void this.socket.join(channel)
  }
  leave(channel: string): void {
    void this.socket.leave(channel)
  }

  close(bye?: Bye): void {
    if (!this.socket.connected) return
    if (bye) this.socket.emit('bye', bye)
    const { conn } = this.socket
    // Until a flood has read why it is closed, and has closed its end, each of its frames would still be parsed.
    if (bye?.reason === 'ABUSE') websocketOf(conn)?.pause()
    this.socket.disconnect(true)
    // Engine.IO first waits for its queue to drain; with a client that does not read, it never does.
    const cancel = this.clock.setTimer(FLUSH_ON_CLOSE_MS, () => conn.close(true))
    conn.once('close', cancel)
  }
}

/** Encodes each broadcast once, however many sockets receive it. */
export function socketBroadcaster(io: Server): Broadcaster {
  return {
    broadcast(channel, event, payload, { volatile = false, except } = {}) {
      const all = io.to(channel)
      const others = except === undefined ? all : all.except(except)
      if (volatile) others.volatile.emit(event, payload)
      else others.emit(event, payload)
    },
  }
}
