import type { Socket } from 'socket.io'

type Connection = Socket['conn']

/**
 * Packets that leave together leave in one system call. Engine.IO hands the transport all that waits, and the
 * websocket then writes each frame by itself: the acks of one batch would be as many writes, and a write to a socket
 * is what a delivery costs most.
 */
export function joinWrites(connection: Connection): void {
  const { socket } = connection.request
  connection.on('flush', (packets: readonly unknown[]) => {
    if (packets.length < 2) return
    socket.cork()
    process.nextTick(() => socket.uncork())
  })
}
