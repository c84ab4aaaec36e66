// A bot as users write it. Tells the test when it listens.
import { createBot, runBot } from '@roomful/bot'

const { URL: url = '', TOKEN: auth = '', HOW: how = '' } = process.env
const bot = createBot({ url, auth })
bot.on('message', (context) => context.reply(`echo ${context.message.content}`))
if (how === 'runBot') {
  const ended = runBot(bot)
  await bot.start()
  process.send?.('ready')
  await ended
} else {
  await bot.start()
  process.send?.('ready')
}
process.disconnect?.()
