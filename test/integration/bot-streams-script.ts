// A bot that answers with several messages that grow at once. Told to end only by a kill.
import { createBot, fileBotStore } from '@roomful/bot'
import { answerTo } from './bot-streams'

const { URL: url = '', TOKEN: auth = '', FOLDER: folder = '', STREAMS: streams = '1' } = process.env
const bot = createBot({ url, auth, rooms: ['general'], store: fileBotStore(folder) })

async function* written(whole: string, soFar: string) {
  for (const word of whole.slice(soFar.length).match(/\S+\s*/g) ?? []) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    yield word
  }
}

bot.onMessage(async ({ message, replyStream }) => {
  if (message.content !== 'write') return
  const all = Array.from({ length: Number(streams) }, (_, no) =>
    replyStream((soFar) => written(answerTo(no), soFar), { key: String(no) }),
  )
  await Promise.all(all)
})
await bot.start()
process.send?.('ready')
