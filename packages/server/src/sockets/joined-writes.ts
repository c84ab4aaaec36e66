import type { Socket } from 'socket.io'

type Connection = Socket['conn']

/**
 * Writes packets that leave together in one system call. Engine.IO hands all waiting packets to the transport, and the
 * websocket then writes each frame separately: the acks of one batch would be as many writes, and a socket write is the
 * largest cost of a delivery.
 */
export function joinWrites(connection: Connection): void {
  const { socket } = connection.request
  connection.on('flush', (packets: readonly unknown[]) => {
    if (packets.length < 2) return
    socket.cork()
    process.nextTick(() => socket.uncork())
  })
}
