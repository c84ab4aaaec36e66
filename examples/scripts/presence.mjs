// Who of a room is online, as CSV. For `watch`, or a chart.
import { args, withChat } from './with-chat.mjs'

const [roomId] = args('room')
const WATCHED_MOST = 200

await withChat(async (chat, signal) => {
  const room = chat.room(roomId)
  await room.open({ signal, timeoutMs: 30_000 })
  const members = room.getState().members.slice(0, WATCHED_MOST)
  const watch = chat.presence(members.map(({ userId }) => userId))
  await new Promise((resolve) => {
    const look = () => watch.getState().users.size >= members.length && resolve()
    watch.subscribe(look)
    signal.addEventListener('abort', resolve)
    look()
  })
  for (const { userId, name } of members)
    console.log(`${userId},"${name.replaceAll('"', '""')}",${watch.getState().users.get(userId)?.status}`)
})
