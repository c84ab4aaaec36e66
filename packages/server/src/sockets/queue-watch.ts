import type { Socket } from 'socket.io'

type Connection = Socket['conn']
/** The parts of Engine.IO's packet that are counted. */
type QueuedPacket = { readonly data?: unknown }

/** What may wait for one device that does not read. Beyond it, it is cut off and catches up when it comes back. */
export const QUEUE_LIMIT = { packets: 1_000, bytes: 1024 * 1024 }

/** What waits for one connection. */
export type QueueWatch = {
  /** More waits than may: asked before a packet is made, so that one nobody reads is not written either. */
  isFull(): boolean
  /** Calls this once, when a packet is made all the same (a broadcast is written once for all) while it is full. */
  onFull(fn: () => void): void
}

/** Socket.IO has no bound of its own: one client that stopped reading was seen to take 300 MB. */
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
  // Engine.IO hands all that waits to the transport in one go, when the last such batch has left this process.
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
