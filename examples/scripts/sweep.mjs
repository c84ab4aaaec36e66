// Moderation: deletes the messages of the last so many that match a pattern. For owners and admins of the room.
import { args, withChat } from './with-chat.mjs'

const [roomId, pattern, most] = args('room', 'pattern', 'most')
const unwanted = new RegExp(pattern, 'iu')

await withChat(async (chat, signal) => {
  const room = chat.room(roomId)
  let looked = 0
  let deleted = 0
  for await (const message of room.history({ order: 'newest', signal })) {
    if (looked++ >= Number(most)) break
    if (!unwanted.test(message.content)) continue
    await chat.request('delete-message', { roomId, messageId: message.id }, { signal })
    deleted++
  }
  // Not the texts: logs are read by others than the room's members.
  console.log(`deleted ${deleted} of ${Math.min(looked, Number(most))}`)
})
