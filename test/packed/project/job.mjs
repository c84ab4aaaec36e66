// What a backend runs beside its pages, as installed: the server's API, and a bot that keeps its place in a folder.
import { createAdmin } from '@roomful/admin'
import { createBot, fileBotStore } from '@roomful/bot'

const {
  URL: url = '',
  TOKEN: auth = '',
  API_KEY: apiKey = '',
  STATE: state = '',
  ROOM: roomId = '',
} = process.env
const admin = createAdmin({ url, apiKey })
await admin.users.upsertMany({
  users: [
    { id: 'adder', name: 'Adder' },
    { id: 'ann', name: 'Ann' },
  ],
})
await admin.rooms.upsert({ roomId, name: 'Sums', type: 'private' })
await admin.members.addMany({ roomId, members: [{ userId: 'adder' }, { userId: 'ann' }], silent: true })
const ask = (/** @type {string} */ content, /** @type {string} */ clientId) =>
  admin.messages.send({ roomId, userId: 'ann', content, clientId })

/** One life of the bot: it ends once it has answered. @param {string} question */
async function life(question) {
  const bot = createBot({ url, auth, store: fileBotStore(state) })
  /** @type {Promise<void>} */
  const answered = new Promise((resolve) => {
    bot.hears(/^(\d+) \+ (\d+)$/, async ({ match, reply }) => {
      await reply(String(Number(match[1]) + Number(match[2])))
      if (match[0] === question) resolve()
    })
  })
  await bot.start()
  if (question === '2 + 3') await ask(question, `${roomId}-first`)
  await answered
  await bot.stop()
}

await life('2 + 3')
// Asked while it was away.
await ask('4 + 5', `${roomId}-second`)
await life('4 + 5')
const { messages } = await admin.messages.list({ roomId })
process.stdout.write(JSON.stringify(messages.map(({ content }) => content)))
