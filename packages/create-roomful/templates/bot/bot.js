import { createBot, fileBotStore, runBot } from '@roomful/bot'

const bot = createBot({
  url: process.env.ROOMFUL_URL ?? 'http://localhost:3000',
  // npx roomful token --user dice --name Dice
  auth: process.env.BOT_TOKEN ?? '',
  rooms: ['general'],
  // What it has read, and more: it goes on there after a restart.
  store: fileBotStore('./data/bot'),
})

bot.command('roll', 'rolls a die', (context) => {
  const sides = Number(context.command.args[0] ?? 6)
  return context.reply(`rolled ${1 + Math.floor(Math.random() * sides)} of ${sides}`)
})

console.log('Write /roll or /help in the room')
// Until Ctrl+C; its exit code says whether to start it again.
await runBot(bot)
