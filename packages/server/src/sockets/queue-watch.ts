import type { Socket } from 'socket.io'

type Connection = Socket['conn']
/** The parts of Engine.IO's packet that are counted. */
type QueuedPacket = { readonly data?: unknown }

/** What may wait for one device that does not read. Beyond it, it is cut off and catches up when it comes back. */
export const QUEUE_LIMIT = { packets: 1_000, bytes: 1024 * 1024 }

/**
 * Calls `onFull` once, when more waits for this connection than it may. Socket.IO has no bound of its own: one
 * client that stopped reading was seen to take 300 MB.
 */
export function watchQueue(connection: Connection, onFull: () => void): void {
  let packets = 0
  let bytes = 0
  const onPacket = ({ data }: QueuedPacket): void => {
    // Before this packet is counted: a single large answer to a quick reader is no sign of a slow one.
    const isFull = packets > QUEUE_LIMIT.packets || bytes > QUEUE_LIMIT.bytes
    packets++
    bytes += typeof data === 'string' ? data.length : 0
    if (!isFull) return
    stop()
    onFull()
  }
  // Engine.IO hands all that waits to the transport in one go, when the last such batch has left this process.
  const onFlush = (): void => {
    packets = 0
    bytes = 0
  }
  const stop = (): void => {
    connection.off('packetCreate', onPacket)
    connection.off('flush', onFlush)
  }
  connection.on('packetCreate', onPacket)
  connection.on('flush', onFlush)
}
