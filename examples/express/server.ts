import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createChatServer } from '@roomful/server'
import cookieParser from 'cookie-parser'
import express from 'express'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env
const sessions = new Map<string, { id: string; name: string; sid: string }>()
const app = express().use(cookieParser(), express.urlencoded())
const server = createServer(app)
const chat = await createChatServer({
  ...{ server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') },
})

app.post('/login', ({ body }, response) => {
  const [name, session] = [String(body?.name), randomUUID()]
  sessions.set(session, { id: name.toLowerCase(), name, sid: session })
  response.cookie('session', session, { httpOnly: true, sameSite: 'lax' }).redirect('/')
})
app.post('/logout', async ({ cookies }, response) => {
  if (sessions.delete(cookies.session)) await chat.revokeSession(cookies.session)
  response.clearCookie('session').redirect('/')
})
app.use(express.static(fileURLToPath(new URL('../page/dist', import.meta.url))))
server.listen(PORT, () => console.log(`The app is at ${new URL('/', chat.url)}`))
process.once('SIGTERM', () => chat.close().then(() => process.exit()))
