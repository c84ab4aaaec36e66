import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createChatServer } from '@roomful/server'
import cookieParser from 'cookie-parser'
import express from 'express'
import next from 'next'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db', NODE_ENV } = process.env
const sessions = new Map<string, { id: string; name: string; sid: string }>()
const app = express().use(cookieParser())
const server = createServer(app)
const pages = next({ dev: NODE_ENV !== 'production', httpServer: server })
await pages.prepare()
const chat = await createChatServer({
  ...{ server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') },
})
app.post('/login', express.urlencoded(), ({ body }, response) => {
  const [name, session] = [String(body?.name), randomUUID()]
  sessions.set(session, { id: name.toLowerCase(), name, sid: session })
  response.cookie('session', session, { httpOnly: true, sameSite: 'lax' }).redirect('/')
})
app.post('/logout', async ({ cookies }, response) => {
  if (sessions.delete(cookies.session)) await chat.revokeSession(cookies.session)
  response.clearCookie('session').redirect('/')
})
const show = pages.getRequestHandler()
app.use((request, response) => show(request, response))
server.listen(PORT, () => console.log(`The app is at ${new URL('/', chat.url)}`))
process.once('SIGTERM', () => chat.close().then(() => process.exit()))
