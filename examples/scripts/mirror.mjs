// Mirrors one room into another, from the first message on, each once: it keeps no place of its own, because a message that
// is there already is not sent twice.
import { args, keyOf, whole, withChat } from './with-chat.mjs'

const [from, to] = args('from', 'to')

await withChat(async (chat, signal) => {
  const me = chat.getState().user?.id
  for await (const sent of chat.room(from).stream({ after: 0, signal })) {
    // Without this two mirrors that face each other would never end.
    if (sent.senderId === me || sent.type === 'system') continue
    const message = await whole(chat, sent, signal)
    if (!message) continue
    const content = `${message.senderName}: ${message.content}`.slice(0, 8_000)
    const clientId = keyOf('mirror', message.id, to)
    for (;;) {
      try {
        await chat.request('send-message', { roomId: to, content, clientId }, { signal })
        break
      } catch (error) {
        if (signal.aborted) return
        // It was mirrored before, and edited since: it stays.
        if (error.code === 'CLIENT_ID_CONFLICT') break
        if (error.retry === 'never') throw error
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 1_000))
      }
    }
  }
})
