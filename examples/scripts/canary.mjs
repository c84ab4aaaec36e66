// Is the chat alive, from end to end? Sends a message, waits until it comes back by the stream, and deletes it. For a monitor:
// the time in ms and exit code 0, or an error and 75.
import { args, withChat } from './with-chat.mjs'

const [roomId, limit] = args('room', 'limit-ms')

await withChat(async (chat, stop) => {
  const room = chat.room(roomId)
  await room.open({ signal: stop, timeoutMs: Number(limit) })
  const signal = AbortSignal.any([stop, AbortSignal.timeout(Number(limit))])
  const messages = room.stream({ after: room.getState().lastSeq, signal })[Symbol.asyncIterator]()
  const begun = performance.now()
  const { id } = await room.send('canary', { signal, timeoutMs: Number(limit) })
  for (;;) {
    const { value, done } = await messages.next()
    if (done) throw Object.assign(new Error('The message did not come back in time'), { code: 'TIMEOUT' })
    if (value.id === id) break
  }
  console.log(Math.round(performance.now() - begun))
  await room.delete(id)
  await messages.return()
})
