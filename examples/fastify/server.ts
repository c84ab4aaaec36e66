import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import cookie from '@fastify/cookie'
import formBody from '@fastify/formbody'
import staticFiles from '@fastify/static'
import { createChatServer } from '@roomful/server'
import fastify from 'fastify'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env
const sessions = new Map<string, { id: string; name: string; sid: string }>()
const app = fastify({ forceCloseConnections: true }).register(cookie).register(formBody)
const chat = await createChatServer({
  ...{ server: app.server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') },
})

app.post<{ Body?: { name?: string } }>('/login', ({ body }, reply) => {
  const [name, session] = [String(body?.name), randomUUID()]
  sessions.set(session, { id: name.toLowerCase(), name, sid: session })
  return reply.setCookie('session', session, { httpOnly: true, sameSite: 'lax', path: '/' }).redirect('/')
})
app.post('/logout', async ({ cookies: { session = '' } }, reply) => {
  if (sessions.delete(session)) await chat.revokeSession(session)
  return reply.clearCookie('session', { path: '/' }).redirect('/')
})
app.register(staticFiles, { root: fileURLToPath(new URL('../page/dist', import.meta.url)) })
await app.listen({ port: Number(PORT) })
console.log(`The app is at ${new URL('/', chat.url)}`)
process.once('SIGTERM', () => chat.close().then(() => app.close()))
