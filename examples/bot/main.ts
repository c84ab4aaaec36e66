import { createBot, fileBotStore, runBot } from '@roomful/bot'
import { addFeatures } from './features'

const {
  CHAT_URL: url = 'http://localhost:3000',
  BOT_TOKEN: auth = '',
  DATA: folder = './data/bot',
} = process.env

const bot = createBot({
  url,
  auth,
  store: fileBotStore(folder),
  acceptInvitations: 'all',
  // A bot that is told to do much at once stays polite.
  rate: { perSecond: 5, burst: 10 },
})
addFeatures(bot)
await runBot(bot)
