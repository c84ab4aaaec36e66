import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatServer } from '@roomful/server'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { afterEach, describe, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { type Answer, type Device, signIn, startServer } from './server-fixture'

const devices: Device[] = []
afterEach(() => {
  for (const device of devices.splice(0)) device.close()
})
async function enter(server: ChatServer, id: string, protocol: 1 | 2 = 2): Promise<Device> {
  const device = await signIn(server, id, protocol)
  devices.push(device)
  return device
}

const message = (n: number, content = `m${n}`) => ({ content, clientId: `client-id-${n}` })
const inGeneral = { roomId: 'general' }

async function contentsOf(device: Device): Promise<string[]> {
  const contents: string[] = []
  for (let afterSeq = 0; ; ) {
    const page = await device.do('fetch-history', { ...inGeneral, afterSeq, limit: 200 })
    if (page.messages.length === 0) return contents
    contents.push(...page.messages.map(({ content }) => content))
    afterSeq = page.toSeq
  }
}

describe('36: 1,000 sends in one second', () => {
  test('the first 20 are accepted, the rest RATE_LIMITED except for what has trickled in', async () => {
    await using server = await startServer({ limits: { eventsPerSecond: 0 } })
    const ann = await enter(server, 'ann')
    const began = performance.now()
    const sends = Array.from({ length: 1_000 }, (_, n) =>
      ann.ask('send-message', { ...inGeneral, ...message(n) }),
    )
    const answers: Answer[] = await Promise.all(sends)
    const seconds = (performance.now() - began) / 1_000
    const refused = answers.filter(({ ok }) => !ok)
    expect(answers.slice(0, 20).every(({ ok }) => ok)).toBe(true)
    expect(1_000 - refused.length).toBeLessThanOrEqual(20 + Math.ceil(seconds * 10))
    for (const refusal of refused)
      expect(refusal).toMatchObject({
        code: 'RATE_LIMITED',
        retry: 'after',
        retryAfterMs: expect.any(Number),
      })
  })

  test('all arrive, in order, if an outbox waits as required', async () => {
    await using server = await startServer({ limits: { sendsPerSecond: 500, eventsPerSecond: 0 } })
    const ann = await enter(server, 'ann')
    let pauses = 0
    for (let next = 0; next < 1_000; ) {
      const messages = Array.from({ length: Math.min(50, 1_000 - next) }, (_, n) => message(next + n))
      const { results } = await ann.do('send-messages', { ...inGeneral, messages })
      const stop = results.findIndex((result) => !result.ok)
      next += stop < 0 ? messages.length : stop
      if (stop < 0) continue
      pauses++
      const refused = results[stop]
      const waitMs = refused?.ok === false ? refused.retryAfterMs : undefined
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
    expect(pauses).toBeGreaterThan(0)
    expect(await contentsOf(ann)).toEqual(Array.from({ length: 1_000 }, (_, n) => `m${n}`))
  })

  test('by default a burst of 20', async () => {
    await using server = await startServer()
    const ann = await enter(server, 'ann')
    const messages = Array.from({ length: 50 }, (_, n) => message(n))
    const { results } = await ann.do('send-messages', { ...inGeneral, messages })
    const codes = results.map((result) => (result.ok ? 'ok' : result.code))
    expect(codes.slice(0, 20)).toEqual(Array(20).fill('ok'))
    expect(codes.slice(20)).toEqual(['RATE_LIMITED', ...Array(29).fill('NOT_ATTEMPTED')])
  })

  test('100 requests a second per socket, without an effect on the others', async () => {
    await using server = await startServer()
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')]
    const begun = performance.now()
    const answers: Answer[] = await Promise.all(Array.from({ length: 115 }, () => ann.ask('list-rooms')))
    const seconds = (performance.now() - begun) / 1_000
    const refused = answers.filter(({ ok }) => !ok)
    const taken = answers.length - refused.length
    // A burst of 100, and what the time of these requests, on whatever machine, gives back.
    expect(taken).toBeGreaterThanOrEqual(100)
    expect(taken).toBeLessThanOrEqual(100 + Math.ceil(100 * seconds))
    for (const one of refused) expect(one).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await bob.ask('list-rooms')).toMatchObject({ ok: true })
  })
})

test('P10: an app that creates 200 rooms at once, and opens them all, is not refused: its client keeps the pace', async () => {
  await using server = await createTestServer({ limits: { costPerSecond: 0 } })
  await using ann = await createTestClient(server, { id: 'ann', admin: true })
  const names = Array.from({ length: 200 }, (_, n) => `Room ${n}`)
  const rooms = await Promise.all(names.map((name) => ann.createRoom({ name, type: 'public' })))
  await Promise.all(rooms.map((room) => room.open()))
  expect(ann.getState().connection.status).toBe('online')
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).not.toContain('roomful_refusals_total{')
})

test('a client that stops reading is cut off, and the others are served', async () => {
  const warnings: string[] = []
  const logger = { debug() {}, info() {}, warn: (_: object, text: string) => warnings.push(text), error() {} }
  await using server = await startServer({ limits: { sendsPerSecond: 0, eventsPerSecond: 0 }, logger })
  const [ann, bob, slow] = [
    await enter(server, 'ann'),
    await enter(server, 'bob'),
    await enter(server, 'slow'),
  ]
  for (const device of [bob, slow]) await device.ask('join-rooms', { roomIds: ['general'] })
  const sockets = async (): Promise<string> => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    return /^roomful_sockets (\d+)$/m.exec(metrics)?.[1] ?? ''
  }
  expect(await sockets()).toBe('3')
  pauseReading(slow)
  // Past what the system's own buffers hold: some ten megabytes on this machine's loopback.
  let sent = 0
  while ((await sockets()) === '3' && sent < 8_000) {
    const messages = Array.from({ length: 7 }, () => message(sent++, 'x'.repeat(8_000)))
    const batches = Array.from({ length: 10 }, (_, n) =>
      ann.ask('send-messages', {
        ...inGeneral,
        messages: messages.map((one) => ({ ...one, clientId: `${one.clientId}-${n}` })),
      }),
    )
    await Promise.all(batches)
  }
  expect(await sockets()).toBe('2')
  // Not by its silence, which would take 15 s.
  expect(warnings).toEqual(['a slow consumer is cut off'])
  await ann.do('send-message', { ...inGeneral, ...message(-1, 'after all') })
  await bob.heard('after all')
})

/** Stops the system from reading the connection, as in a suspended process or a dead phone. */
function pauseReading({ socket }: Device): void {
  const transport = Reflect.get(socket.io.engine, 'transport')
  const websocket = Reflect.get(transport, 'ws')
  websocket._socket.pause()
}

describe('a stop', () => {
  test('tells the devices when to come back, loses nothing that was acked, and takes no more than 10 s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-stop-'))
    const database = `sqlite:${join(folder, 'chat.db')}`
    const server = await startServer({ database, limits: { sendsPerSecond: 0, eventsPerSecond: 0 } })
    const ann = await enter(server, 'ann')
    const acked: string[] = []
    const sends = Array.from({ length: 300 }, (_, n) =>
      ann.do('send-message', { ...inGeneral, ...message(n) }).then(
        (ack) => acked.push(ack.message.content),
        () => undefined,
      ),
    )
    await Promise.race(sends)
    const watch = stopwatch()
    await server.close()
    expect(watch.idleMs()).toBeLessThan(10_000)
    await Promise.all(sends)
    const bye = await ann.next('bye')
    expect(bye.reason).toBe('SERVER_SHUTDOWN')
    expect(bye.reconnectInMs).toBeGreaterThanOrEqual(500)
    expect(bye.reconnectInMs).toBeLessThanOrEqual(5_000)
    await ann.disconnected
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')

    await using again = await startServer({ database })
    const bob = await enter(again, 'bob')
    const stored = await contentsOf(bob)
    expect(acked.length).toBeGreaterThan(0)
    expect(stored).toEqual(expect.arrayContaining(acked))
    expect(new Set(stored).size).toBe(stored.length)
    rmSync(folder, { recursive: true })
  })

  test('called twice runs once', async () => {
    const server = await startServer()
    await Promise.all([server.close(), server.close()])
    await server.close()
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
  })
})
