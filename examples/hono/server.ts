import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { createChatServer } from '@roomful/server'
import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env
const sessions = new Map<string, { id: string; name: string; sid: string }>()
const app = new Hono()
const server = createServer(getRequestListener(app.fetch))
const chat = await createChatServer({
  ...{ server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') },
})
app.post('/login', async (c) => {
  const [name, session] = [String((await c.req.parseBody()).name), randomUUID()]
  sessions.set(session, { id: name.toLowerCase(), name, sid: session })
  setCookie(c, 'session', session, { httpOnly: true, sameSite: 'lax' })
  return c.redirect('/')
})
app.post('/logout', async (c) => {
  const session = deleteCookie(c, 'session') ?? ''
  if (sessions.delete(session)) await chat.revokeSession(session)
  return c.redirect('/')
})
app.use(serveStatic({ root: '../page/dist' }))
server.listen(PORT, () => console.log(`The app is at ${new URL('/', chat.url)}`))
process.once('SIGTERM', () => chat.close().then(() => process.exit()))
