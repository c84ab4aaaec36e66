import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '../ports/clock'
import { QUEUE_LIMIT, watchQueue } from './queue-watch'
import { SocketConnection } from './socket-connection'

type Connection = Parameters<typeof watchQueue>[0]
type Socket = ConstructorParameters<typeof SocketConnection>[0]

/** A connection whose peer reads on request, and the packets that were written for it. */
function slow() {
  const events = new EventEmitter()
  const conn = Object.assign(events, { close: () => {} })
  const written: unknown[] = []
  const make = (data: string): void => {
    events.emit('packetCreate', { data })
  }
  const socket = {
    connected: true,
    conn,
    emit: (event: string, payload: unknown) => {
      const data = JSON.stringify([event, payload])
      written.push(event)
      make(data)
    },
    disconnect: () => {
      socket.connected = false
    },
  }
  return { conn: conn as unknown as Connection, socket: socket as unknown as Socket, make, written, events }
}

const large = 'x'.repeat(QUEUE_LIMIT.bytes / 2)

test('a packet for a device that does not read is not even written: the device is closed', () => {
  const { conn, socket, written } = slow()
  const queue = watchQueue(conn)
  const line = new SocketConnection(socket, systemClock, queue)
  for (let n = 0; n < 10; n++) line.emit('typing', large as never)
  // Two of them with their event names exceed the bound; the third is not written.
  expect(written).toEqual(['typing', 'typing', 'bye'])
  expect(socket.connected).toBe(false)
})

test('a broadcast closes a full connection too, once', () => {
  const { conn, make } = slow()
  const queue = watchQueue(conn)
  let times = 0
  queue.onFull(() => times++)
  for (let n = 0; n < QUEUE_LIMIT.packets + 1; n++) make('x')
  expect([queue.isFull(), times]).toEqual([true, 0])
  make('x')
  make('x')
  expect(times).toBe(1)
})

test('a device that reads is never full, however much it gets', () => {
  const { conn, make, events } = slow()
  const queue = watchQueue(conn)
  for (let n = 0; n < 50; n++) {
    make(large + large)
    events.emit('flush')
    expect(queue.isFull()).toBe(false)
  }
})
