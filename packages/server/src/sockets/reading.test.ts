import type { Socket } from 'socket.io'
import { beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ManualClock } from '../node/test-node'
import { frameLimitParser } from './frame-limit'
import { Reading } from './reading'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const large = (n: number): string => `2["send-message",${n},"${'x'.repeat(50_000)}"]`

let isRead: boolean
let clock: ManualClock

function device() {
  const decoder = new (frameLimitParser().Decoder)()
  const websocket = Object.assign(Object.create(WebSocket.prototype), {
    pause: () => {
      isRead = false
    },
    resume: () => {
      isRead = true
    },
  })
  const socket = { client: { decoder }, conn: { transport: { socket: websocket } }, connected: true }
  return { decoder, socket, reading: new Reading(socket as unknown as Socket, clock) }
}

beforeEach(() => {
  isRead = true
  clock = new ManualClock()
})

test('P12: a device is not read from while its large frames wait to be parsed', async () => {
  const { decoder } = device()
  decoder.add('2["typing",1]')
  expect(isRead).toBe(true)
  decoder.add(large(1))
  decoder.add(large(2))
  expect(isRead).toBe(false)
  for (let n = 0; n < 100 && !isRead; n++) await turn()
  expect(isRead).toBe(true)
})

test('P12: it is read from again when both its pace and its frames allow it', async () => {
  const { decoder, reading } = device()
  reading.stop('pace')
  decoder.add(large(1))
  for (let n = 0; n < 100; n++) await turn()
  expect(isRead).toBe(false)
  reading.go('pace')
  expect(isRead).toBe(true)
})

test('after 2 s it is read from in any case, so that it can answer a ping', async () => {
  const { reading } = device()
  reading.stop('pace')
  await clock.pass(1_999)
  expect(isRead).toBe(false)
  await clock.pass(1)
  expect(isRead).toBe(true)
  reading.stop('pace')
  expect(isRead).toBe(false)
})

test('of one that is closed nothing is read any more', () => {
  const { socket, reading } = device()
  reading.stop('pace')
  socket.connected = false
  reading.go('pace')
  expect(isRead).toBe(false)
})
