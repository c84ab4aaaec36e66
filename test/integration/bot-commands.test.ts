import { type BotOptions, createBot, memoryBotStore } from '@roomful/bot'
import type { Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import * as v from 'valibot'
import { afterEach, beforeEach, expect, test } from 'vitest'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

const connection = async () => ({ url: server.url, auth: await server.token('bot') })

async function withAda<T>(run: (room: Room) => Promise<T>): Promise<T> {
  await using ada = await createTestClient(server, 'ada')
  const room = ada.room('general')
  await room.open()
  return await run(room)
}
const shows = (room: Room, content: string) =>
  waitUntil(content, () => room.messages().find((message) => message.content === content))

const number = v.pipe(v.string(), v.transform(Number), v.number('expected a number'))

test('arguments have the types of their schemas; what does not fit is answered with the usage', async () => {
  await using bot = createBot(await connection())
  bot.command(
    'roll',
    { description: 'rolls dice', args: { count: number, title: v.optional(v.string(), 'dice') } },
    ({ args, reply }) => reply(`${args.count.toFixed(1)} ${args.title.toUpperCase()}`),
  )
  await bot.start()
  await withAda(async (room) => {
    await room.send('/roll 2 big  ones')
    await shows(room, '2.0 BIG  ONES')
    await room.send('/ROLL 3')
    await shows(room, '3.0 DICE')
    await room.send('/roll many')
    await shows(room, 'Usage: /roll <count> [title]\ncount: expected a number')
    await room.send('/help')
    await shows(room, '/help – lists the commands\n/roll <count> [title] – rolls dice')
  })
})

test('a command for some roles is refused to others, and its middleware still runs', async () => {
  await (await createTestClient(server, 'bot')).close()
  await (await createTestClient(server, 'bob')).close()
  await using ada = await createTestClient(server, 'ada')
  await using bob = await createTestClient(server, 'bob')
  const room = await ada.createRoom({ name: 'R', type: 'private', members: ['bot', 'bob'] })
  await room.open()
  await using bot = createBot(await connection())
  bot.command('close', { roles: ['owner', 'admin'] }, ({ reply }) => reply('closed'))
  await bot.start()
  await bob.room(room.id).send('/close')
  await shows(room, '/close is for owner, admin only')
  await room.send('/close')
  await shows(room, 'closed')
})

test('hears finds a text or a pattern, each message anew', async () => {
  await using bot = createBot(await connection())
  bot
    .hears(/(\d+) apples/g, ({ match, reply }) => reply(`${match[1]} it is`))
    .hears('Thanks', ({ reply }) => reply('you are welcome'))
  await bot.start()
  await withAda(async (room) => {
    for (const [said, answer] of [
      ['I have 5 apples', '5 it is'],
      ['I have 7 apples', '7 it is'],
      ['many thanks!', 'you are welcome'],
    ] as const) {
      await room.send(said)
      await shows(room, answer)
    }
  })
})

type Game = { score: number }

test('a session is of its user in its room, and outlives a restart; what a failed handler did to it does not', async () => {
  const store = memoryBotStore()
  const options: BotOptions<Game> & { session: () => Game } = {
    ...(await connection()),
    store,
    attempts: 1,
    onError: () => {},
    session: () => ({ score: 0 }),
  }
  const live = async (): Promise<() => Promise<void>> => {
    const bot = createBot(options)
    bot
      .command('score', '', async (context) => {
        context.session.score++
        await context.reply(`${context.message.senderId}: ${context.session.score}`)
      })
      .command('fail', '', (context) => {
        context.session.score = 1_000
        throw new Error('the handler failed')
      })
    await bot.start()
    return () => bot.stop()
  }
  const stop = await live()
  await withAda(async (room) => {
    await room.send('/score')
    await room.send('/fail')
    await room.send('/score')
    await shows(room, 'ada: 2')
    await stop()
    const stopAgain = await live()
    await room.send('/score')
    await shows(room, 'ada: 3')
    await using bob = await createTestClient(server, 'bob')
    await bob.room('general').send('/score')
    await shows(room, 'bob: 1')
    await stopAgain()
  })
})

test('messages of one session in several rooms are handled one after the other, and none is lost', async () => {
  const session = (): Game => ({ score: 0 })
  await using bot = createBot({ ...(await connection()), session, sessionKey: ({ senderId }) => senderId })
  const open: (() => void)[] = []
  bot.command('score', '', async (context) => {
    await new Promise<void>((resolve) => open.push(resolve))
    context.session.score++
    await context.reply(`${context.session.score}`)
  })
  await bot.start()
  await withAda(async (room) => {
    await using ada = await createTestClient(server, 'ada')
    const other = await ada.createRoom({ name: 'other', type: 'private', members: ['bot'] })
    await other.open()
    const asked = [room.send('/score'), other.send('/score')]
    await Promise.all(asked)
    const end = async (): Promise<void> => {
      await waitUntil('a handler', () => open.length > 0)
      open.shift()?.()
    }
    await end()
    await end()
    const replies = () => [room, other].flatMap((one) => one.messages().map(({ content }) => content))
    await waitUntil('both replies', () => replies().filter((text) => /^\d$/.test(text)).length === 2)
    expect(
      replies()
        .filter((text) => /^\d$/.test(text))
        .sort(),
    ).toEqual(['1', '2'])
  })
})

test('a sessionKey that throws is the error of its message, which becomes a dead letter; the next one is handled', async () => {
  let isBroken = true
  const sessionKey = ({ senderId }: { senderId: string }): string => {
    if (isBroken) throw new Error('no key')
    return senderId
  }
  await using bot = createBot({ ...(await connection()), attempts: 1, onError: () => {}, sessionKey })
  bot.command('ping', '', ({ reply }) => reply('pong'))
  await bot.start()
  await withAda(async (room) => {
    await room.send('/ping')
    await waitUntil('the letter', async () => (await bot.deadLetters.list()).length === 1)
    isBroken = false
    await room.send('/ping')
    await shows(room, 'pong')
  })
})

test('a session that is no JSON, or too large, is the error of its handler', async () => {
  await using bot = createBot({ ...(await connection()), attempts: 1, onError: () => {} })
  bot
    .command('big', '', ({ session }) => void Object.assign(session, { text: 'x'.repeat(20_000) }))
    .command('odd', '', ({ session }) => void Object.assign(session, { n: 1n }))
    .command('ping', '', ({ reply }) => reply('pong'))
  await bot.start()
  await withAda(async (room) => {
    for (const text of ['/big', '/odd', '/ping']) await room.send(text)
    await shows(room, 'pong')
  })
  expect((await bot.deadLetters.list()).map(({ error }) => error.text)).toEqual([
    expect.stringMatching(/at most 16384|BigInt/),
    expect.stringMatching(/at most 16384|BigInt/),
  ])
})

test('dead letters are listed, replayed once their cause is gone, and discarded', async () => {
  await using bot = createBot({ ...(await connection()), attempts: 1, onError: () => {} })
  let isBroken = true
  bot.onMessage(async ({ message, reply }) => {
    await reply(`working on ${message.content}`)
    if (isBroken) throw new Error('the database of the app is down')
    await reply(`done with ${message.content}`)
  })
  await bot.start()
  await withAda(async (room) => {
    await room.send('one')
    await room.send('two')
    const letters = await waitUntil('two letters', async () => {
      const found = await bot.deadLetters.list()
      return found.length === 2 && found
    })
    expect(await bot.deadLetters.replay(letters[0]?.id ?? '')).toBe(false)
    isBroken = false
    for (const { id } of letters) expect(await bot.deadLetters.replay(id)).toBe(true)
    expect(await bot.deadLetters.list()).toEqual([])
    await shows(room, 'done with one')
    await shows(room, 'done with two')
    expect(room.messages().filter(({ content }) => content.startsWith('working'))).toHaveLength(2)
    expect(await bot.deadLetters.replay('message unknown')).toBe(false)
  })
})

test('a rate of its own spreads what it sends, and loses nothing', async () => {
  await using bot = createBot({ ...(await connection()), rate: { perSecond: 50, burst: 2 } })
  bot.onMessage(async ({ send }) => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => send(`part ${i + 1}`)))
  })
  await bot.start()
  await withAda(async (room) => {
    await room.send('go')
    await shows(room, 'part 12')
    expect(room.messages().map(({ content }) => content)).toEqual([
      'go',
      ...Array.from({ length: 12 }, (_, i) => `part ${i + 1}`),
    ])
  })
})
