import type { Server } from 'socket.io'
import type { Endpoint } from './http/endpoint'
import type { ChatNode } from './node/chat-node'
import type { Clock } from './ports/clock'

/** Accepted work is committed within this time, or the devices must send it again (they will). */
const DRAIN_MS = 6_000
/** Time for the last frames to leave. */
const FLUSH_MS = 2_000
const POLL_MS = 10

/** Stops a server within 10 s, without losing an acked message. */
export async function closeAll(parts: {
  node: ChatNode
  io: Server
  clock: Clock
  endpoints: readonly Endpoint[]
  /** Background work beside the sockets; ended before the store. */
  beside: readonly { stop(): Promise<void> }[]
}): Promise<void> {
  const { node, io, clock, endpoints } = parts
  await withTimeout(clock, DRAIN_MS, node.drain())
  // The acks of the last commits are written in the turns after it.
  await pause(clock, POLL_MS)
  node.stop()
  // Socket.IO's own close drops what still waits in its queues.
  const deadline = clock.now() + FLUSH_MS
  while (io.engine.clientsCount > 0 && clock.now() < deadline) await pause(clock, POLL_MS)
  // Connections that do not close by themselves are cut.
  const closed = Promise.all([io.close(), ...endpoints.map((endpoint) => endpoint.close())])
  await pause(clock, POLL_MS)
  for (const endpoint of endpoints) endpoint.cut()
  await closed
  await Promise.all(parts.beside.map((part) => part.stop()))
  await node.services.bus.close()
  await node.services.store.close()
}

/** Resolves with the work, or when the time is over. Leaves no timer, which would keep the process alive. */
async function withTimeout(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  let cancel = (): void => {}
  const timeIsUp = new Promise<void>((resolve) => {
    cancel = clock.setTimer(ms, resolve)
  })
  await Promise.race([work, timeIsUp])
  cancel()
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms, resolve))
}
