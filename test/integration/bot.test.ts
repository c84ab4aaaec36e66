import { type BotErrorContext, type BotSettings, createBot, fileBotStore, memoryBotStore } from '@roomful/bot'
import type { Room } from '@roomful/client'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from './roomful-command'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

async function botFor(options: BotSettings = {}) {
  return createBot({ url: server.url, auth: await server.token('bot'), rooms: ['general'], ...options })
}

async function contents(): Promise<string[]> {
  await using reader = await createTestClient(server, 'reader')
  return (await readRoom(reader, 'general')).messages.map((row) => row.content)
}

async function withAda<T>(run: (room: Room) => Promise<T>): Promise<T> {
  await using ada = await createTestClient(server, 'ada')
  const room = ada.room('general')
  await room.open()
  return await run(room)
}

const shows = (room: Room, content: string) =>
  waitUntil(content, () => room.messages().find((message) => message.content === content))

test('it answers commands, as a reply to the message, and has its own help', async () => {
  await using bot = await botFor()
  bot.command('add', 'adds numbers', (context) =>
    context.reply(String(context.command?.args.reduce((sum, arg) => sum + Number(arg), 0))),
  )
  await bot.start()
  await withAda(async (room) => {
    const question = await room.send('/add 2 40')
    expect(await shows(room, '42')).toMatchObject({ senderId: 'bot', type: 'reply', replyTo: question.id })
    await room.send('/help')
    await shows(room, '/add – adds numbers\n/help – lists the commands')
  })
})

test('middleware runs around the handler, and may end the handling', async () => {
  const log: string[] = []
  await using bot = await botFor()
  bot
    .use(async (context, next) => {
      log.push('before')
      if (context.message.content !== 'secret') await next()
      log.push('after')
    })
    .onMessage((context) => {
      log.push(context.message.content)
      return context.reply(`heard ${context.message.content}`)
    })
  await bot.start()
  await withAda(async (room) => {
    await room.send('secret')
    await room.send('hello')
    await shows(room, 'heard hello')
  })
  expect(log).toEqual(['before', 'after', 'before', 'hello', 'after'])
})

test('it pins what it handles, where it may', async () => {
  await using bot = await botFor()
  bot.onMessage((context) => context.pin().catch((error: { code: string }) => context.reply(error.code)))
  await bot.start()
  await withAda(async (room) => {
    await room.send('keep this')
    await shows(room, 'FORBIDDEN')
  })
})

test('stopped, it resumes where it was: every message once, in order', async () => {
  using folder = temporaryFolder()
  const store = () => fileBotStore(`${folder.path}/bot`)
  const heard: string[] = []
  const listen = async () => {
    const bot = await botFor({ store: store(), begin: 'first' })
    bot.onMessage((context) => void heard.push(context.message.content))
    await bot.start()
    return bot
  }
  await withAda(async (room) => {
    await room.send('one')
    const first = await listen()
    await waitUntil('the first', () => heard.length === 1)
    await first.stop()
    for (const word of ['two', 'three']) await room.send(word)
    const second = await listen()
    await room.send('four')
    await waitUntil('the rest', () => heard.length === 4)
    await second.stop()
  })
  expect(heard).toEqual(['one', 'two', 'three', 'four'])
})

test('a message that is handled again is answered once', async () => {
  await withAda(async (room) => {
    await room.send('ping')
    for (let run = 1; run <= 2; run++) {
      // Its memory is lost between the runs, and its words differ.
      await using bot = await botFor({ store: memoryBotStore(), begin: 'first' })
      let handled = false
      bot.onMessage(async (context) => {
        await context.reply(`pong ${run}`)
        handled = true
      })
      await bot.start()
      await waitUntil('the answer', () => handled)
    }
  })
  expect(await contents()).toEqual(['ping', 'pong 1'])
})

test('a handler that throws is tried again, its replies are not repeated, and the bot continues', async () => {
  const told: BotErrorContext[] = []
  let tries = 0
  await using bot = await botFor({ onError: (_, context) => void told.push(context) })
  bot.onMessage(async (context) => {
    if (context.message.content === 'fine') return context.reply('ok')
    await context.reply('working on it')
    tries++
    throw new Error('the handler failed')
  })
  await bot.start()
  await withAda(async (room) => {
    await room.send('bad')
    await room.send('fine')
    await shows(room, 'ok')
  })
  expect(tries).toBe(3)
  expect(told.map((context) => context.source === 'handler' && context.isLast)).toEqual([false, false, true])
  // The second message may overtake the first answer; each is there once all the same.
  expect((await contents()).sort()).toEqual(['bad', 'fine', 'ok', 'working on it'])
})

test('it does not answer itself', async () => {
  await using bot = await botFor()
  bot.onMessage((context) => context.reply(`echo ${context.message.content}`))
  await bot.start()
  await withAda(async (room) => {
    await room.send('a')
    await shows(room, 'echo a')
    await room.send('b')
    await shows(room, 'echo b')
  })
  expect((await contents()).filter((content) => content.startsWith('echo echo'))).toEqual([])
})

test('a second command with the same name is an error', async () => {
  const bot = await botFor()
  bot.command('a', '', () => {})
  expect(() => bot.command('a', '', () => {})).toThrow('already')
  await bot.stop()
})

test('messages that a handler sends by the room are there after stop(), even on a slow server', async () => {
  await using slow = await createTestServer({ limits: { sendsPerSecond: 4, sendsBurst: 1 } })
  const bot = createBot({ url: slow.url, auth: await slow.token('bot'), rooms: ['general'] })
  const handled = new Promise<void>((resolve) => {
    bot.onMessage(({ room }) => {
      for (const n of [1, 2, 3]) room.send(`aside ${n}`)
      resolve()
    })
  })
  await bot.start()
  await using ada = await createTestClient(slow, 'ada')
  await ada.room('general').send('hello')
  await handled
  await bot.stop()
  await using reader = await createTestClient(slow, 'reader')
  const { messages } = await readRoom(reader, 'general')
  expect(messages.map(({ content }) => content)).toEqual(['hello', 'aside 1', 'aside 2', 'aside 3'])
})
