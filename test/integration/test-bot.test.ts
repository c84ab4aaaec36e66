import { createBot } from '@roomful/bot'
import { testBot } from '@roomful/testing/bots'
import { expect, test } from 'vitest'

const bot = () => {
  const made = createBot({ url: 'https://chat.example.com', auth: 'a token of the app' })
  made.command('roll', 'rolls a die', (context) => context.reply(String(Math.ceil(Math.random() * 6))))
  made.hears(/weather/, (context) => context.reply('sunny'))
  return made
}

test('a bot is tested by what is said to it', async () => {
  await using tested = testBot(bot(), { users: ['ann', 'ben'], rooms: ['general', 'games'] })
  await tested.say('/roll').expectReply(/^[1-6]$/)
  expect(await tested.say('how is the weather?', { from: 'ben' }).expectReply(/sun/)).toBe('sunny')
  await tested.say('/roll', { room: 'games' }).expectReply(/^[1-6]$/)
})

test('a reply that grows is the whole of it', async () => {
  const made = createBot({ url: 'https://chat.example.com', auth: 'a token of the app' })
  async function* words() {
    for (const word of ['It ', 'grows ', 'and ', 'ends']) {
      yield word
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  made.command('ask', 'asks', ({ replyStream }) => replyStream(words()))
  await using tested = testBot(made)
  expect(await tested.say('/ask').expectReply(/It/)).toBe('It grows and ends')
})

test('a reply that does not fit fails with what the bot said', async () => {
  await using tested = testBot(bot())
  const said = tested.say('the weather')
  await said.expectReply('sunny')
  await expect(said.expectReply(/rain/, 50)).rejects.toThrow(
    'The bot replied ["sunny"] to "the weather", nothing like /rain/',
  )
})
