import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createChatServer } from '@roomful/server'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import express from 'express'
import { authWith } from './auth'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env
const auth = authWith((sessionId) => chat.revokeSession(sessionId))
const app = express()
const server = createServer(app)
const chat = await createChatServer({
  ...{ server, path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: {
    authenticate: async ({ headers }) => {
      const { user, session } = (await auth.api.getSession({ headers })) ?? {}
      if (!user || !session) return undefined
      const { id: sid, expiresAt } = session
      return { id: user.id, name: user.name, avatarUrl: user.image ?? null, sid, expiresAt: +expiresAt }
    },
  },
})
app.all('/api/auth/{*any}', toNodeHandler(auth))
app.post('/logout', async ({ headers }, response) => {
  await auth.api.signOut({ headers: fromNodeHeaders(headers) })
  response.end()
})
app.get('/', async ({ headers }, response, next) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(headers) })
  return session ? next() : response.redirect('/sign-in.html')
})
for (const folder of ['public', '../page/dist'])
  app.use(express.static(fileURLToPath(new URL(folder, import.meta.url))))
server.listen(PORT, () => console.log(`The app is at ${new URL('/', chat.url)}`))
process.once('SIGTERM', () => chat.close().then(() => process.exit()))
