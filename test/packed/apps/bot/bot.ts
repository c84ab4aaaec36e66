import { createBot, fileBotStore, type Handler } from '@roomful/bot'

export const bot = createBot({
  url: 'http://localhost:3000',
  auth: 'token',
  rooms: ['general'],
  store: fileBotStore('./bot'),
})
export const { chat } = bot
export const room = chat.room('general')
export const idOf: Handler = ({ message }) => void message.id
export const messagesOf = () => room.messages()
export const sent = room.send('hello')
export const connectionOf = () => chat.getState().connection
export const answer = () => chat.request('fetch-members', { roomId: 'general' })
export const scored = createBot({ url: 'x', auth: 'y', session: () => ({ score: 0 }) }).command(
  'a',
  '',
  (context) => context.reply(String(context.session.score)),
)
export async function run(): Promise<void> {
  await using own = bot
  await own.start()
}
