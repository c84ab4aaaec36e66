// Writes all messages of a room to standard output, one JSON a line. A slow reader slows it down.
import { once } from 'node:events'
import { args, withChat } from './with-chat.mjs'

const [roomId] = args('room')

await withChat(async (chat, signal) => {
  for await (const message of chat.room(roomId).history({ signal })) {
    const { id, seq, senderId, senderName, type, content, metadata, createdAt } = message
    const line = JSON.stringify({ id, seq, senderId, senderName, type, content, metadata, createdAt })
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
  }
})
