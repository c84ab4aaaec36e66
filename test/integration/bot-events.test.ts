import { type BotSettings, createBot, memoryBotStore } from '@roomful/bot'
import type { Chat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

async function botFor(settings: BotSettings = {}) {
  return createBot({ url: server.url, auth: await server.token('bot'), ...settings })
}

async function shows(chat: Chat, id: string, content: string) {
  await chat.room(id).open()
  return waitUntil(content, () =>
    chat
      .room(id)
      .messages()
      .find((message) => message.content === content),
  )
}

test('it answers in a dm that is opened while it runs, from the first message on', async () => {
  await using bot = await botFor({ acceptInvitations: 'all' })
  bot.onMessage((context) => context.reply(`echo ${context.message.content}`))
  await bot.start()
  await using ada = await createTestClient(server, 'ada')
  const dm = await ada.openDm(['bot'])
  await dm.send('at once')
  await shows(ada, dm.id, 'echo at once')
})

test('in a room that is made with it in it, it hears the first message', async () => {
  await using ada = await createTestClient(server, 'ada')
  await (await createTestClient(server, 'bot')).close()
  const heard: string[] = []
  await using bot = await botFor()
  bot.onMessage(({ message }) => void heard.push(message.content))
  await bot.start()
  const room = await ada.createRoom({ name: 'R', type: 'private', members: ['bot'] })
  await room.send('at once')
  await waitUntil('the message', () => heard.length > 0)
  expect(heard).toEqual(['at once'])
})

test('in a room that it is added to it answers what is said from then on, and nothing older', async () => {
  await using ada = await createTestClient(server, 'ada')
  await (await createTestClient(server, 'bot')).close()
  const room = await ada.createRoom({ name: 'R', type: 'private' })
  await room.send('before')
  const heard: string[] = []
  await using bot = await botFor()
  bot.onMessage(({ message }) => void heard.push(message.content))
  await bot.start()
  await ada.request('add-member', { roomId: room.id, userId: 'bot' })
  await room.send('after')
  await waitUntil('the message', () => heard.length > 0)
  await room.send('and more')
  await waitUntil('the next', () => heard.length > 1)
  expect(heard).toEqual(['after', 'and more'])
})

test.each(['private', 'dm'] as const)(
  'what is said while it does not run is handled at its next start, in a %s room that it came into and where it heard nothing',
  async (type) => {
    await using ada = await createTestClient(server, 'ada')
    await (await createTestClient(server, 'bot')).close()
    const store = memoryBotStore()
    const heard: string[] = []
    const added: string[] = []
    const begin = async () => {
      const bot = await botFor({ store })
      bot.onMessage(({ message }) => void heard.push(message.content))
      bot.on('added', ({ room }) => void added.push(room.id))
      await bot.start()
      return bot
    }
    const first = await begin()
    const room =
      type === 'dm' ? await ada.openDm(['bot']) : await ada.createRoom({ name: 'R', type, members: ['bot'] })
    await waitUntil('its coming', () => added.includes(room.id))
    await first.stop()
    await room.send('while it was away')
    await using _second = await begin()
    await waitUntil('the message', () => heard.length > 0)
    expect(heard).toEqual(['while it was away'])
  },
)

test.each([
  ['none', 0],
  ['by Ada', 1],
] as const)('invitations are accepted by the rule: %s', async (rule, expected) => {
  // Strangers have to be invited.
  await using strict = await createTestServer({ invitations: 'consent', defaultRooms: [] })
  await (await createTestClient(strict, 'bot')).close()
  const asked: string[] = []
  await using bot = createBot({
    url: strict.url,
    auth: await strict.token('bot'),
    acceptInvitations: rule === 'none' ? 'none' : ({ inviter }) => inviter.id === 'ada',
  })
  bot.on('invitation', ({ invitation }) => void asked.push(invitation.inviter.id))
  await bot.start()
  const withBot = (name: string) => ({ name, type: 'private' as const, members: ['bot'] })
  await using bob = await createTestClient(strict, 'bob')
  await bob.createRoom(withBot('of Bob'))
  await waitUntil('the first', () => asked.length === 1)
  await using ada = await createTestClient(strict, 'ada')
  await ada.createRoom(withBot('of Ada'))
  await waitUntil('both', () => asked.length === 2)
  await waitUntil('its rooms', () => {
    const { rooms, invitations } = bot.chat.getState()
    return invitations.length === 2 - expected && rooms.length === expected
  })
})

test('who comes and goes is welcomed once, also one who came while it did not run', async () => {
  const store = memoryBotStore()
  await using ada = await createTestClient(server, 'ada')
  await (await createTestClient(server, 'bot')).close()
  const room = await ada.createRoom({ name: 'R', type: 'public', members: ['bot'] })
  const live = async () => {
    const bot = await botFor({ store })
    bot
      .on('join', ({ send, userId }) => send(`welcome ${userId}`))
      .on('leave', ({ send, userId, action }) => send(`${userId}: ${action}`))
    await bot.start()
    return bot
  }
  await (await live()).stop()
  await using bob = await createTestClient(server, 'bob')
  await bob.joinRoom(room.id)
  await using _ = await live()
  await shows(ada, room.id, 'welcome bob')
  await bob.leaveRoom(room.id)
  await shows(ada, room.id, 'bob: leave')
  const welcomes = room.messages().filter(({ content }) => content.startsWith('welcome'))
  expect(welcomes).toHaveLength(1)
})

test('a newcomer of a default room, of whom no system message tells, is welcomed too', async () => {
  await using bot = await botFor()
  bot.on('join', ({ send, userId }) => send(`welcome ${userId}`))
  await bot.start()
  await using ada = await createTestClient(server, 'ada')
  await shows(ada, 'general', 'welcome ada')
})

test('it hears edits, deletes, reactions and typing', async () => {
  const heard: string[] = []
  await using bot = await botFor()
  bot
    .on('edit', ({ message, before }) => void heard.push(`${before.content} → ${message.content}`))
    .on('delete', ({ before }) => void heard.push(`deleted ${before.content}`))
    .on('reaction', ({ emoji, op, userId }) => void heard.push(`${op} ${emoji} ${userId}`))
    .on('typing', ({ userId }) => void heard.push(`${userId} types`))
    // Its own does not count.
    .onMessage(({ room, message }) => room.react(message.id, '🤖', 'add'))
  await bot.start()
  await using ada = await createTestClient(server, 'ada')
  const room = ada.room('general')
  await room.open()
  room.setTyping(true)
  const { id } = await room.send('one')
  await waitUntil('its reaction', () => room.messages()[0]?.reactions.length === 1)
  await room.edit(id, 'two')
  await room.react(id, '👍', 'add')
  await room.react(id, '👍', 'remove')
  await room.delete(id)
  await waitUntil('all of it', () => heard.includes('deleted two'))
  expect(heard.filter((one) => one !== 'ada types')).toEqual([
    'one → two',
    'add 👍 ada',
    'remove 👍 ada',
    'deleted two',
  ])
})

test('system messages go to those who ask for them', async () => {
  const heard: string[] = []
  await using ada = await createTestClient(server, 'ada')
  await (await createTestClient(server, 'bot')).close()
  const room = await ada.createRoom({ name: 'R', type: 'private', members: ['bot'] })
  await using bot = await botFor()
  bot.on('system', ({ action }) => void heard.push(action)).onMessage(() => void heard.push('message'))
  await bot.start()
  await ada.request('update-room', { roomId: room.id, name: 'S' })
  await waitUntil('it', () => heard.length > 0)
  expect(heard).toEqual(['rename'])
})
