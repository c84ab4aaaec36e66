import { createBot, fileCursors, type Handler } from '@roomful/bot'

export const bot = createBot({
  url: 'http://localhost:3000',
  auth: 'token',
  rooms: ['general'],
  cursors: fileCursors('./bot.json'),
})
export const { chat } = bot
export const room = chat.room('general')
export const idOf: Handler = ({ message }) => void message.id
export const messagesOf = () => room.messages()
export const sent = room.send('hello')
export const connectionOf = () => chat.getState().connection
export const answer = () => chat.request('fetch-members', { roomId: 'general' })
export async function run(): Promise<void> {
  await using own = bot
  await own.start()
}
