import { createChatServer } from '@roomful/server'
import { ROOM } from './crowd'
import { reportUrl } from './report'

const [database = ''] = process.argv.slice(2)
const server = await createChatServer({
  port: 0,
  host: '127.0.0.1',
  database,
  defaultRooms: [ROOM],
  auth: { authenticate: ({ token }) => ({ id: token, name: token }) },
  limits: { sendsPerSecond: 0, eventsPerSecond: 0 },
  logLevel: 'warn',
})
reportUrl(process, server.url)
