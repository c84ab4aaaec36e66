import { type Clock, createBot, sqliteBotStore } from '@roomful/bot'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from './roomful-command'

let server: TestServer
let folder: ReturnType<typeof temporaryFolder>
beforeEach(async () => {
  server = await createTestServer()
  folder = temporaryFolder()
})
afterEach(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

/** So long that no stall of this machine ends one: what is to end, the clock of the leases ends. */
const LEASE_MS = 3_000
let ahead = 0
beforeEach(() => {
  ahead = 0
})

/** One of the bot's processes: its own connection to the file, and to the server. */
async function processOf(name: string, faults: { isAsleep?: boolean } = {}) {
  const database = new Database(`${folder.path}/bot.db`)
  database.exec('PRAGMA busy_timeout = 5000')
  const store = sqliteBotStore(database, { now: () => Date.now() + ahead })
  // Asleep, it does not renew its lease, and does not notice that.
  const clock: Clock = {
    now: () => Date.now(),
    setTimer: (ms, fn) => {
      const timer = setTimeout(() => faults.isAsleep || fn(), ms)
      return () => clearTimeout(timer)
    },
  }
  const bot = createBot({
    url: server.url,
    auth: await server.token('bot'),
    store,
    clock,
    leaseMs: LEASE_MS,
    onError: (_, context) => void told.push(context.source),
  })
  const handled: string[] = []
  const told: string[] = []
  bot.onMessage(async ({ message, reply }) => {
    handled.push(message.content)
    await reply(`${name} answers ${message.content}`)
  })
  return { bot, handled, told, close: () => database.close() }
}

const answers = async () => {
  await using reader = await createTestClient(server, 'reader')
  return (await readRoom(reader, 'general')).messages
    .filter(({ senderId }) => senderId === 'bot')
    .map(({ content }) => content)
}

test('of two processes one runs; the other takes over when that stops', async () => {
  const [a, b] = [await processOf('a'), await processOf('b')]
  await a.bot.start()
  let isB = false
  const started = b.bot.start().then(() => {
    isB = true
  })
  await using ada = await createTestClient(server, 'ada')
  await ada.room('general').send('one')
  await waitUntil('the answer of a', async () => (await answers()).length === 1)
  expect(isB).toBe(false)
  await a.bot.stop()
  await ada.room('general').send('two')
  await started
  await waitUntil('the answer of b', async () => (await answers()).length === 2)
  await b.bot.stop()
  expect(await answers()).toEqual(['a answers one', 'b answers two'])
  for (const { close } of [a, b]) close()
})

test('one that sleeps through its lease and wakes doubles nothing, says so, and waits for its turn', async () => {
  const faults = { isAsleep: false }
  const a = await processOf('a', faults)
  await a.bot.start()
  await using ada = await createTestClient(server, 'ada')
  await ada.room('general').send('one')
  await waitUntil('the answer of a', async () => (await answers()).length === 1)
  faults.isAsleep = true
  ahead += LEASE_MS
  const b = await processOf('b')
  await b.bot.start()
  // Both hear it: the one that was replaced does not know that yet.
  await ada.room('general').send('two')
  await waitUntil('both', () => a.handled.includes('two') && b.handled.includes('two'))
  await waitUntil('the loss', () => a.told.includes('lease'))
  faults.isAsleep = false
  await ada.room('general').send('three')
  await waitUntil('the third answer', async () => (await answers()).length === 3)
  expect(b.handled).toEqual(['two', 'three'])
  expect(a.handled).toEqual(['one', 'two'])
  const texts = (await answers()).map((text) => text.slice('a answers '.length))
  expect(texts).toEqual(['one', 'two', 'three'])
  await a.bot.stop()
  await b.bot.stop()
  for (const { close } of [a, b]) close()
})

test('one that waits for its turn can be stopped', async () => {
  const [a, b] = [await processOf('a'), await processOf('b')]
  await a.bot.start()
  const started = b.bot.start().catch((error) => error.code)
  await b.bot.stop()
  expect(await started).toBe('ABORTED')
  await b.bot.done
  await a.bot.stop()
  for (const { close } of [a, b]) close()
})
