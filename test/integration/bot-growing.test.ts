import { PassThrough } from 'node:stream'
import { type BotSettings, createBot, localBotStore } from '@roomful/bot'
import { type Chat, memoryStore, type Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

let server: TestServer
let ada: Chat
let room: Room
beforeEach(async () => {
  server = await createTestServer()
  ada = await createTestClient(server, 'ada')
  room = ada.room('general')
  await room.open()
})
afterEach(async () => {
  await ada.close()
  await server.close()
})

const botFor = async (settings: BotSettings = {}) =>
  createBot({ url: server.url, auth: await server.token('bot'), ...settings })

/** Ada's message, which has grown to this text on the server and goes on. */
async function growing(text: string, clientId: string) {
  const source = new PassThrough({ encoding: 'utf8' })
  source.write(text)
  const stream = room.sendStream(source, { clientId })
  await waitUntil('it grows', async () => {
    const { messages } = await ada.request('fetch-history', { roomId: 'general' })
    return messages.some((message) => message.clientId === clientId && message.content === text)
  })
  return { source, stream }
}

test('a message that grows is handled once, whole, when it has ended; what follows it does not wait', async () => {
  const handled: string[] = []
  await using bot = await botFor()
  bot
    .onMessage(({ message }) => void handled.push(message.content))
    .on('edit', ({ message }) => void handled.push(`edit ${message.content}`))
  bot.command('ask', 'asks', ({ command }) => void handled.push(`asked ${command?.rest}`))
  await bot.start()
  const { source, stream } = await growing('/ask wh', 'the-slow-one')
  await room.send('meanwhile')
  await waitUntil('what follows', () => handled.length > 0)
  source.end('y?')
  await stream.done
  await room.send('after')
  await waitUntil('all', () => handled.length === 3)
  expect(handled).toEqual(['meanwhile', 'asked why?', 'after'])
})

test('one that ends while the bot does not run is handled at its next start, and one that is deleted is not', async () => {
  const handled: string[] = []
  const store = memoryStore()
  const start = async () => {
    const bot = await botFor({ store: localBotStore(store) })
    bot.onMessage(({ message }) => void handled.push(message.content))
    await bot.start()
    return bot
  }
  const first = await start()
  const kept = await growing('It ', 'the-kept-one')
  const gone = await growing('Not ', 'the-gone-one')
  await room.send('one')
  await waitUntil('what follows', () => handled.length === 1)
  await first.stop()
  kept.source.end('ends')
  gone.source.end('this')
  await kept.stream.done
  await room.delete((await gone.stream.done).id)
  await room.send('two')
  const second = await start()
  await waitUntil('both', () => handled.length >= 3)
  await second.stop()
  const third = await start()
  await room.send('three')
  await waitUntil('the last', () => handled.includes('three'))
  await third.stop()
  expect(handled.toSorted()).toEqual(['It ends', 'one', 'three', 'two'])
})

test('one that was interrupted, and is continued, is handled as it was, and then as an edit', async () => {
  const handled: string[] = []
  await using bot = await botFor()
  bot
    .onMessage(({ message }) => void handled.push(message.content))
    .on('edit', ({ message, before }) => void handled.push(`${before.content} → ${message.content}`))
  await bot.start()
  const { stream } = await growing('First ', 'continued')
  stream.interrupt()
  await expect(stream.done).rejects.toMatchObject({ code: 'ABORTED' })
  await waitUntil('its beginning', () => handled.length === 1)
  const source = new PassThrough({ encoding: 'utf8' })
  const continued = room.sendStream(() => source, { clientId: 'continued' })
  source.write('second ')
  await waitUntil('it grows', () => room.messages().some(({ content }) => content === 'First second '))
  source.end('third')
  await continued.done
  await waitUntil('its end', () => handled.length === 2)
  expect(handled).toEqual(['First ', 'First  → First second third'])
})
