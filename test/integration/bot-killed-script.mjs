// A bot as users write it: answers twice, in other words each time it runs, and counts in a session. The test kills it over
// and over.
import { createBot, fileBotStore, runBot } from '@roomful/bot'

const { URL: url = '', TOKEN: auth = '', STATE: folder = '' } = process.env
const bot = createBot({ url, auth, store: fileBotStore(folder), begin: 'first', sessionKey: () => 'all' })
bot.command('count', '', async ({ session, message, reply }) => {
  process.send?.({ handles: message.content })
  const count = Number(session.count ?? 0) + 1
  await reply(`first ${message.content} = ${count} (${process.pid})`)
  session.count = count
  await reply(`second ${message.content} = ${count} (${process.pid})`)
})
await runBot(bot)
process.disconnect?.()
