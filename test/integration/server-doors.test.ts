import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { LIMITS } from '@roomful/protocol'
import { io } from 'socket.io-client'
import { afterEach, describe, expect, test } from 'vitest'
import { type ConnectError, refusalOf } from '../../packages/client/src/transport/handshake-refusal'
import { type Device, signIn, startServer, tokenOf } from './server-fixture'

const devices: Device[] = []
afterEach(() => {
  for (const device of devices.splice(0)) device.close()
})

/** Opens a connection as a polling client does, and returns its URL and what it received. */
async function poll(url: string): Promise<{ at: string; told: { maxPayload: number } }> {
  const path = `${url}/socket.io/?EIO=4&transport=polling`
  const text = await (await fetch(path)).text()
  const told = JSON.parse(text.slice(1)) as { sid: string; maxPayload: number }
  return { at: `${path}&sid=${told.sid}`, told }
}

const post = async (at: string, body: string): Promise<number> =>
  (await fetch(at, { method: 'POST', body })).status

/** The largest frame of the protocol, as a polling client would post it. */
const largestFrame = (): string => {
  const head = '420["no-such-event","'
  return `4${head.slice(1)}${'x'.repeat(LIMITS.frameBytes - head.length - 1)}"]`
}

describe('a device that polls (P10, P12)', () => {
  test('gets the request size limit, and a larger request ends its connection', async () => {
    await using server = await startServer()
    const { at, told } = await poll(server.url)
    expect(told.maxPayload).toBeLessThan(LIMITS.frameBytes + 1_024)
    expect(await post(at, `40{"token":"${await tokenOf('ann')}","protocol":2}`)).toBe(200)
    expect(await post(at, largestFrame())).toBe(200)
    expect(await post(at, `${largestFrame()}\u001e${largestFrame()}`)).toBe(413)
  })

  test('cannot send thousands of frames in one request', async () => {
    await using server = await startServer()
    const { at } = await poll(server.url)
    expect(await post(at, `40{"token":"${await tokenOf('ann')}","protocol":2}`)).toBe(200)
    const frames = Array.from({ length: 5_000 }, () => '42["x"]').join('\u001e')
    await post(at, frames)
    // It receives what waits and the close, and then it is unknown.
    const statuses: number[] = []
    while (statuses.length < 10 && statuses.at(-1) !== 400) statuses.push((await fetch(at)).status)
    expect(statuses.at(-1)).toBe(400)
    const bob = await signIn(server, 'bob')
    devices.push(bob)
    expect(await bob.ask('list-rooms')).toMatchObject({ ok: true })
  })
})

test('P10: a device that continues after 20 rate limits is closed; a burst is only refused', async () => {
  await using server = await startServer({ limits: { eventsPerSecond: 10 } })
  const burst = await signIn(server, 'burst')
  devices.push(burst)
  const answers = await Promise.all(Array.from({ length: 30 }, () => burst.ask('list-rooms')))
  expect(answers.filter(({ code }) => code === 'RATE_LIMITED').length).toBeGreaterThan(10)
  expect(burst.socket.connected).toBe(true)

  const flood = await signIn(server, 'flood')
  devices.push(flood)
  let sent = 0
  while (flood.socket.connected && sent < 1_000_000) {
    for (let n = 0; n < 100; n++) flood.socket.emit('list-rooms')
    sent += 100
    await new Promise((resolve) => setImmediate(resolve))
  }
  await flood.disconnected
  expect(flood.all('bye')).toEqual([{ reason: 'ABUSE' }])
})

test('leaving the namespace ends the connection: none stays open that no limit counts (P11)', async () => {
  await using server = await startServer()
  const ann = await signIn(server, 'ann')
  const closed = new Promise((resolve) => ann.socket.io.engine.once('close', resolve))
  // A separate packet, as written by a client that wants to keep the connection.
  ann.socket.io.engine.write('41')
  await closed
})

test('a silent connection is cut off within seconds (P11)', async () => {
  await using server = await startServer()
  const silent = connectTcp(server.port, '127.0.0.1')
  await once(silent, 'connect')
  const half = connectTcp(server.port, '127.0.0.1')
  await once(half, 'connect')
  half.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n')
  await Promise.all([silent, half].map((line) => once(line.resume(), 'close')))
})

describe('handshakes of one address', () => {
  const handshake = async (url: string, forwarded: string): Promise<number> =>
    (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': forwarded } }))
      .status

  test('are limited behind a trusted proxy, per address', async () => {
    await using server = await startServer({ trustProxy: 1, limits: { handshakesPerSecond: 1 } })
    const statuses = await Promise.all(Array.from({ length: 60 }, () => handshake(server.url, '203.0.113.7')))
    expect(statuses.filter((status) => status === 403).length).toBeGreaterThan(20)
    expect(await handshake(server.url, '6.6.6.6, 203.0.113.8')).toBe(200)
  })

  test('are not limited on a private address without one: it may be a proxy for all clients', async () => {
    await using server = await startServer({ limits: { handshakesPerSecond: 1 } })
    const statuses = await Promise.all(Array.from({ length: 60 }, () => handshake(server.url, '203.0.113.7')))
    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})

test('35: a refused page is logged once, with what to do, however often it tries', async () => {
  const logged: object[] = []
  const note = (fields: object, text: string): void => void logged.push({ ...fields, text })
  const logger = { debug() {}, info() {}, warn: note, error: note }
  await using server = await startServer({ logger })
  const origin = 'https://evil.example.com'
  for (let n = 0; n < 3; n++) {
    const { status } = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin },
    })
    expect(status).toBe(403)
  }
  expect(logged).toEqual([{ origin, text: expect.stringContaining('--origins') }])
})

test('35: a refused page gets the reason: the SDK stops with ORIGIN_DENIED', async () => {
  await using server = await startServer()
  const evil = { origin: 'https://evil.example.com' }
  const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: evil })
  // The headers that a browser requires before it shows an answer to the page.
  expect(answer.headers.get('access-control-allow-origin')).toBe(evil.origin)
  expect(await answer.json()).toMatchObject({ message: 'ORIGIN_DENIED' })
  const socket = io(server.url, {
    ...{ transports: ['websocket', 'polling'], tryAllTransports: true, reconnection: false, forceNew: true },
    extraHeaders: evil,
  })
  // At once, as the SDK reads it: a moment later the request is gone with its answer.
  const reason = await new Promise((resolve) => {
    socket.once('connect_error', (error: ConnectError) => {
      socket.disconnect()
      resolve(refusalOf(error))
    })
  })
  expect(reason).toMatchObject({ code: 'ORIGIN_DENIED', next: 'stop' })
})

test('metrics on a separate port are not on the public one', async () => {
  await using probe = await startServer()
  const { port } = probe
  await probe.close()
  await using server = await startServer({ metrics: { port } })
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  const own = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect([own.status, await own.text()]).toEqual([200, expect.stringContaining('roomful_sockets 0')])
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(404)
})

test('a silent websocket upgrade is cut off within seconds (P11)', async () => {
  await using server = await startServer()
  const silent = connectTcp(server.port, '127.0.0.1')
  await once(silent, 'connect')
  silent.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  let said = ''
  silent.on('data', (bytes) => (said += bytes.toString('latin1')))
  // Seven seconds; with `ws`'s own wait for the answer to a close it was 35.
  const late = setTimeout(() => silent.destroy(new Error('still there after 25 s')), 25_000)
  await once(silent, 'close')
  clearTimeout(late)
  expect(said).toContain('101 Switching Protocols')
})
