import type { Socket } from 'socket.io'

type Connection = Socket['conn']
/** The parts of Engine.IO's packet that are counted. */
type QueuedPacket = { readonly data?: unknown }

/** What may wait for one device. Beyond it, the device is cut off and catches up when it reconnects. */
export const QUEUE_LIMIT = { packets: 1_000, bytes: 1024 * 1024 }

/** What waits for one connection. */
export type QueueWatch = {
  /** Checked before a packet is made, so that a packet that will not be read is not written either. */
  isFull(): boolean
  /** Calls this once, when a packet is made while it is full: a broadcast is encoded for all sockets at once. */
  onFull(fn: () => void): void
}

/** Socket.IO sets no bound: one client that stopped reading took 300 MB. */
export function watchQueue(connection: Connection): QueueWatch {
  let packets = 0
  let bytes = 0
  let callback: (() => void) | undefined
  const isFull = (): boolean => packets > QUEUE_LIMIT.packets || bytes > QUEUE_LIMIT.bytes
  connection.on('packetCreate', ({ data }: QueuedPacket) => {
    // Before this packet is counted: a single large answer to a quick reader is no sign of a slow one.
    const wasFull = isFull()
    packets++
    bytes += typeof data === 'string' ? data.length : 0
    if (!wasFull) return
    const call = callback
    callback = undefined
    call?.()
  })
  // Engine.IO hands all waiting packets to the transport at once, when the last such batch has left this process.
  connection.on('flush', () => {
    packets = 0
    bytes = 0
  })
  return {
    isFull,
    onFull: (fn) => {
      callback = fn
    },
  }
}
