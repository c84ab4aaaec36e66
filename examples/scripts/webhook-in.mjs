// Webhook → room: POST { "text": "…" } with `Authorization: Bearer $WEBHOOK_SECRET` becomes a message. A call with the same
// `webhook-id` is one message. The answer comes when the server has it, so that the caller may try again.
import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { args, keyOf, withChat } from './with-chat.mjs'

const [roomId] = args('room')
const { PORT: port = '8080', WEBHOOK_SECRET: secret = '' } = process.env
const expected = keyOf(`Bearer ${secret}`)
const isAllowed = (given) =>
  secret !== '' && timingSafeEqual(Buffer.from(keyOf(given)), Buffer.from(expected))

await withChat(async (chat, signal) => {
  const server = createServer(async (request, response) => {
    try {
      if (!isAllowed(request.headers.authorization)) return response.writeHead(401).end()
      const { text } = await json(request)
      const clientId = keyOf('webhook', request.headers['webhook-id'] ?? Math.random())
      await chat.request('send-message', { roomId, content: String(text), clientId }, { timeoutMs: 10_000 })
      response.writeHead(204).end()
    } catch (error) {
      // What no retry changes is the caller's fault.
      response.writeHead(error?.retry === 'never' || error instanceof SyntaxError ? 400 : 503).end()
    }
  })
  server.listen(Number(port), () => console.log(`listening on ${server.address().port}`))
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  server.close()
})
