// Sends a text once a day, from cron: a second run on the same day changes nothing.
import { args, keyOf, withChat } from './with-chat.mjs'

const [roomId, content] = args('room', 'text')
const day = new Date().toISOString().slice(0, 10)

await withChat(async (chat, signal) => {
  const clientId = keyOf('send', roomId, content, day)
  const { message } = await chat.request('send-message', { roomId, content, clientId }, { signal })
  console.log(message.id)
})
