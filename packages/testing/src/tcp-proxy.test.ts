import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTcpProxy, type TcpProxy } from './tcp-proxy'
import { waitUntil } from './wait-until'

/** Echoes every byte, and keeps what it received. */
let echo: Server
let heard = ''
const served = new Set<Socket>()
const atServer = () => served.size
let proxy: TcpProxy
const clients: Socket[] = []

beforeEach(async () => {
  heard = ''
  echo = createServer((socket) => {
    served.add(socket)
    socket.on('close', () => served.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      heard += bytes.toString()
      socket.write(bytes)
    })
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  proxy = await createTcpProxy(address.port)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.close()
  echo.close()
})

type Client = { say(text: string): void; end(): void; got(): string; closed(): boolean }

async function client(by = proxy): Promise<Client> {
  const socket = connect(by.port, '127.0.0.1')
  clients.push(socket)
  let got = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => (got += bytes.toString()))
  // A proxy that is cut resets it before or after: both end the wait.
  await waitUntil('a connection or its refusal', () => !socket.connecting)
  return {
    say: (text) => void socket.write(text),
    end: () => void socket.end(),
    got: () => got,
    closed: () => socket.destroyed,
  }
}

test('it forwards everything in both directions', async () => {
  const one = await client()
  one.say('hello')
  await waitUntil('the echo', () => one.got() === 'hello')
  expect(proxy.connections).toBe(1)
})

test('cut resets open connections and refuses new ones, until it is healed', async () => {
  const one = await client()
  one.say('hello')
  await waitUntil('the echo', () => one.got() === 'hello')
  proxy.cut()
  await waitUntil('the reset', one.closed)
  const two = await client()
  await waitUntil('the refusal', two.closed)
  proxy.heal()
  const three = await client()
  three.say('again')
  await waitUntil('the echo', () => three.got() === 'again')
})

test('frozen, it is open and silent; healed, it forwards what it held', async () => {
  const one = await client()
  one.say('a')
  await waitUntil('the echo', () => one.got() === 'a')
  proxy.freeze()
  one.say('b')
  const two = await client()
  two.say('c')
  await waitUntil('both at the proxy', () => proxy.held === 2)
  expect({ heard, closed: one.closed() || two.closed() }).toEqual({ heard: 'a', closed: false })
  proxy.heal()
  await waitUntil('what was held', () => one.got() === 'ab' && two.got() === 'c')
})

test('replies are lost while requests arrive', async () => {
  const one = await client()
  one.say('a')
  await waitUntil('the echo', () => one.got() === 'a')
  proxy.dropReplies()
  one.say('b')
  await waitUntil('it at the server', () => heard === 'ab')
  proxy.heal()
  await waitUntil('the reset', one.closed)
  expect(one.got()).toBe('a')
})

test('delayed bytes keep their order', async () => {
  proxy.delay(20)
  const one = await client()
  for (const letter of 'abcdefghij') one.say(letter)
  await waitUntil('all', () => one.got().length === 10)
  expect(one.got()).toBe('abcdefghij')
})

test('bytes that are delayed less than those before them stay behind them', async () => {
  const one = await client()
  one.say('-')
  await waitUntil('the echo', () => one.got() === '-')
  proxy.delay(300)
  one.say('a')
  await sleep(50)
  proxy.delay(0)
  one.say('b')
  await waitUntil('both', () => one.got().length === 3)
  expect([heard, one.got()]).toEqual(['-ab', '-ab'])
})

test('the last bytes of a connection that ends arrive, and then its end', async () => {
  const last = 'x'.repeat(1_000_000)
  const goodbye = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`${last}bye`)
  })
  goodbye.listen(0, '127.0.0.1')
  await once(goodbye, 'listening')
  const address = goodbye.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  await using slow = await createTcpProxy(address.port)
  slow.delay(50)
  const one = await client(slow)
  await waitUntil('the end', one.closed)
  expect(one.got().slice(-5)).toBe('xxbye')
  expect(one.got()).toHaveLength(last.length + 3)
  await waitUntil('no connection', () => slow.connections === 0)
  goodbye.close()
})

test('cut resets connections with bytes under way at once, and those never arrive', async () => {
  const one = await client()
  one.say('a')
  await waitUntil('the echo', () => one.got() === 'a')
  proxy.delay(1_000)
  one.say('b')
  await sleep(50)
  const from = performance.now()
  proxy.cut()
  await waitUntil('the reset', one.closed)
  expect(performance.now() - from).toBeLessThan(500)
  await sleep(1_200)
  expect([heard, proxy.connections]).toEqual(['a', 0])
})

test.each(['delayed', 'frozen'] as const)(
  'the end of a %s proxy leaves no connection to the server',
  async (how) => {
    const one = await client()
    one.say('a')
    await waitUntil('the echo', () => one.got() === 'a')
    if (how === 'frozen') proxy.freeze()
    else proxy.delay(60_000)
    one.end()
    await waitUntil('its end at the proxy', () => proxy.connections === 0)
    await proxy.close()
    await waitUntil('the end at the server', () => atServer() === 0)
  },
)
