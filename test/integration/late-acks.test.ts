import { type Chat, createChat } from '@roomful/client'
import type { ChatServer } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { createTcpProxy, type TcpProxy } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Device, signIn, startServer, tokenOf } from './server-fixture'

// Two of the bad inputs are not inputs but bad moments: the numbers are those of the table in the reliability page.

const TIMEOUT_MS = 500

let server: ChatServer
let proxy: TcpProxy
let bob: Device
let chat: Chat

beforeEach(async () => {
  server = await startServer()
  proxy = await createTcpProxy(Number(new URL(server.url).port))
  bob = await signIn(server, 'bob')
  await bob.do('join-rooms', { roomIds: ['general'] })
  const auth = await tokenOf('ann')
  chat = createChat({ url: proxy.url, auth, storage: 'memory', requestTimeoutMs: TIMEOUT_MS })
  await chat.room('general').open()
})
afterEach(async () => {
  await chat.close()
  expect(await bob.ask('join-rooms', { roomIds: ['general'] })).toMatchObject({ ok: true })
  await proxy.close()
  await server.close()
})

/** Each status that the message has had, in order. */
function watchStatus(): string[] {
  const room = chat.room('general')
  const seen: string[] = []
  room.subscribe(() => {
    for (const { status } of room.messages()) if (seen.at(-1) !== status) seen.push(status)
  })
  return seen
}

async function expectOneRow(seen: readonly string[]): Promise<void> {
  const room = chat.room('general')
  await waitUntil('the message to be sent', () => room.messages().every(({ status }) => status === 'sent'))
  expect(room.messages().map(({ content }) => content)).toEqual(['once'])
  expect(seen).not.toContain('failed')
  expect(seen.at(-1)).toBe('sent')
  const { messages } = await bob.do('fetch-history', { roomId: 'general' })
  expect(messages.map(({ content }) => content)).toEqual(['once'])
}

test('26: committed, and the connection drops before the ack: sent after the reconnect, one row', async () => {
  const seen = watchStatus()
  proxy.dropReplies()
  chat.room('general').send('once')
  await bob.heard('once')
  expect(seen).not.toContain('sent')
  // Lost bytes of the stream cannot be recovered: the client needs another connection.
  proxy.heal()
  await expectOneRow(seen)
})

test('27: the ack comes after the timeout: pending, then sent, and never failed', async () => {
  const seen = watchStatus()
  // Both ways: so late that the request has long timed out, and so early that the connection is not given up.
  proxy.delay(2 * TIMEOUT_MS)
  const sentAt = performance.now()
  chat.room('general').send('once')
  await expectOneRow(seen)
  expect(performance.now() - sentAt).toBeGreaterThan(2 * TIMEOUT_MS)
  expect(seen.filter((status) => status !== 'queued')).toEqual(['sending', 'sent'])
})
