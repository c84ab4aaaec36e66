import type { ChatServer } from '@roomful/server'
import { Manager } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Device, signIn, startServer, tokenOf } from './server-fixture'

// The numbers are those of the table of bad inputs in the reliability page.

let server: ChatServer
let device: Device
const problems: unknown[] = []
const note = (problem: unknown): unknown => problems.push(problem)

beforeAll(async () => {
  server = await startServer({ limits: { sendsPerSecond: 0, eventsPerSecond: 0 } })
  process.on('unhandledRejection', note)
  process.on('uncaughtExceptionMonitor', note)
})
afterEach(async () => {
  // After every one of them the server lives, and serves.
  const witness = await signIn(server, 'witness')
  expect(await witness.ask('join-rooms', { roomIds: ['general'] })).toMatchObject({ ok: true })
  witness.close()
  device?.close()
  expect(problems).toEqual([])
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  process.off('uncaughtExceptionMonitor', note)
  await server.close()
})

const enter = async (id = 'ann'): Promise<Device> => {
  device = await signIn(server, id)
  return device
}
const send = (more: object): object => ({ roomId: 'general', content: 'x', clientId: 'client-id-0', ...more })

describe('shape', () => {
  test('1: no ack function: handled, and the next request is answered', async () => {
    const ann = await enter()
    await ann.ask('join-rooms', { roomIds: ['general'] })
    ann.socket.emit('send-message', send({ content: 'no ack', clientId: 'client-id-1' }))
    ann.socket.emit('send-message', 'nonsense')
    ann.socket.emit('fetch-history')
    await ann.heard('no ack')
    expect(await ann.ask('list-rooms')).toMatchObject({ ok: true })
  })

  test('1: an argument in the place of the ack, and more than one argument: INVALID_PAYLOAD', async () => {
    const ann = await enter()
    ann.socket.emit('send-message', send({}), 'not a function')
    expect(await ann.ask('send-message', send({}), { more: true })).toMatchObject({ code: 'INVALID_PAYLOAD' })
  })

  test.each([[null], [[]], [[{}]], ['text'], [''], [7], [true]])(
    '2: payload %j: INVALID_PAYLOAD',
    async (payload) => {
      const ann = await enter()
      for (const event of ['send-message', 'join-rooms', 'sync', 'mark-read', 'list-rooms'])
        expect(await ann.ask(event, payload)).toMatchObject({
          ok: false,
          code: 'INVALID_PAYLOAD',
          retry: 'never',
        })
    },
  )

  test('3: nested 5,000 deep, as the payload and inside of it: INVALID_PAYLOAD', async () => {
    // By hand: the client's own encoder would overflow.
    const line = await rawLine(server)
    await line.signIn()
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    const payloads = [
      deep,
      `{"roomId":${deep}}`,
      `{"roomId":"general","content":"x","clientId":"client-id-3","metadata":{"a":${deep}}}`,
      `{"roomId":"general","content":${deep},"clientId":"client-id-3"}`,
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
    ]
    for (const [id, payload] of payloads.entries()) {
      line.send(`2${id}["send-message",${payload}]`)
      expect(await line.next((frame) => frame.startsWith(`3${id}[`))).toContain('"code":"INVALID_PAYLOAD"')
    }
    line.send(`29["sync",{"rooms":{"general":${deep}}}]`)
    expect(await line.next((frame) => frame.startsWith('39['))).toContain('"code":"INVALID_PAYLOAD"')
    line.close()
  })

  test('4: 100,000 keys: PAYLOAD_TOO_LARGE', async () => {
    const ann = await enter()
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [n.toString(36), 0]))
    const refusal = await ann.ask('send-message', many)
    expect(refusal).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', retry: 'never', limit: 65_536 })
  })

  test('18: seq 1e400, which JSON reads as infinity: INVALID_PAYLOAD', async () => {
    const line = await rawLine(server)
    await line.signIn()
    line.send('21["mark-read",{"roomId":"general","seq":1e400}]')
    expect(await line.next((frame) => frame.startsWith('31['))).toContain('"code":"INVALID_PAYLOAD"')
    line.send('22["send-message",{"roomId":"general","content":"x","metadata":{"a":1e400}}]')
    expect(await line.next((frame) => frame.startsWith('32['))).toContain('"code":"INVALID_PAYLOAD"')
    line.close()
  })

  test('12: a 70 KB frame: refused, and counted in UTF-8 as on the wire', async () => {
    const ann = await enter()
    for (const content of ['x'.repeat(70_000), 'é'.repeat(34_000)])
      expect(await ann.ask('send-message', send({ content }))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    // Under the limit for frames the content's own limit applies.
    expect(await ann.ask('send-message', send({ content: 'x'.repeat(60_000) }))).toMatchObject({
      code: 'CONTENT_TOO_LONG',
    })
  })

  test('12: a frame above the buffer of 1 MiB ends the connection', async () => {
    const ann = await enter()
    ann.socket.emit('send-message', send({ content: 'x'.repeat(1_100_000) }))
    await ann.disconnected
  })

  test('32: userId, role, createdAt, seq sent by the client: INVALID_PAYLOAD with the field', async () => {
    const ann = await enter()
    for (const field of ['userId', 'senderId', 'role', 'createdAt', 'seq', 'rev', 'deleted'])
      expect(await ann.ask('send-message', send({ [field]: 1 }))).toMatchObject({
        code: 'INVALID_PAYLOAD',
        field,
      })
  })
})

describe('38: invalid events', () => {
  test('an unknown name, "" and a number: UNKNOWN_EVENT; closed after 20', async () => {
    const ann = await enter()
    for (const event of ['no-such-event', '', 'error', 'message', 'toString', '__proto__'])
      expect(await ann.ask(event, {})).toMatchObject({ ok: false, code: 'UNKNOWN_EVENT', retry: 'never' })
    const left = Array.from({ length: 14 }, () => ann.ask('no-such-event', {}))
    expect((await Promise.all(left)).every(({ code }) => code === 'UNKNOWN_EVENT')).toBe(true)
    expect(ann.socket.connected).toBe(true)
    ann.socket.emit('no-such-event')
    expect(await ann.next('bye')).toEqual({ reason: 'ABUSE' })
    await ann.disconnected
  })

  test('a number as the name, with its own ack id', async () => {
    const line = await rawLine(server)
    await line.signIn()
    line.send('27[7,{}]')
    expect(await line.next((frame) => frame.startsWith('37'))).toContain('UNKNOWN_EVENT')
    line.close()
  })

  test('no name at all: counted as an unknown one', async () => {
    const line = await rawLine(server)
    await line.signIn()
    for (let n = 0; n < 21; n++) line.send('2')
    await line.closed
  })

  test('before the connection is authenticated: closed', async () => {
    const line = await rawLine(server)
    line.send('20["send-message",{}]')
    await line.closed
  })
})

describe('37: the parser closes on invalid frames', () => {
  test.each([
    '50-["x"]',
    '511-["x",{"_placeholder":true,"num":0}]',
    '61-["x"]',
    '9["x"]',
    '2{"a":',
    '2["x"',
    '2["disconnect"]',
    'x',
    '',
  ])('%j', async (frame) => {
    const line = await rawLine(server)
    await line.signIn()
    line.send(frame)
    await line.closed
  })

  test('a binary frame', async () => {
    const line = await rawLine(server)
    await line.signIn()
    line.send(new Uint8Array([1, 2, 3]))
    await line.closed
  })

  test('too many attempts to authenticate on one connection', async () => {
    const line = await rawLine(server)
    for (let n = 0; n < 30; n++) line.send(`0/namespace-${n},{}`)
    await line.closed
  })
})

/**
 * A connection below Socket.IO's client, which would not send such frames. A frame is written without Engine.IO's own
 * first character, which is 4 for every message.
 */
async function rawLine(to: ChatServer) {
  const manager = new Manager(to.url, { transports: ['websocket'], reconnection: false, autoConnect: false })
  await new Promise<void>((resolve, reject) => manager.open((error) => (error ? reject(error) : resolve())))
  const { engine } = manager
  const frames: string[] = []
  const waiting = new Set<() => void>()
  engine.on('data', (frame) => {
    frames.push(String(frame))
    for (const wake of waiting) wake()
  })
  const closed = new Promise<void>((resolve) => engine.on('close', () => resolve()))
  const next = async (fits: (frame: string) => boolean): Promise<string> => {
    for (;;) {
      const found = frames.find(fits)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  return {
    closed,
    next,
    send: (frame: string | Uint8Array) => engine.write(frame),
    close: () => engine.close(),
    signIn: async () => {
      engine.write(`0${JSON.stringify({ token: await tokenOf('raw') })}`)
      await next((frame) => frame.startsWith('0'))
    },
  }
}
