import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type ChatServer, createChatServer } from '@roomful/server'
import next from 'next'
import { userOf } from './app/session.js'

declare global {
  /** Next bundles its routes apart from this file: what both need is global. */
  var chatServer: ChatServer
}

process.env.NEXT_TELEMETRY_DISABLED = '1'
const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db', NODE_ENV } = process.env
const server = createServer()
const dir = fileURLToPath(new URL('.', import.meta.url))
const app = next({ dev: NODE_ENV !== 'production', dir, httpServer: server })
await app.prepare()
server.on('request', app.getRequestHandler())
globalThis.chatServer = await createChatServer({
  ...{ server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => userOf(cookies.session) },
})
server.listen(PORT, () => console.log(`The app is at ${new URL('/', chatServer.url)}`))
process.once('SIGTERM', () => chatServer.close().then(() => process.exit()))
