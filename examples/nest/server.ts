import 'reflect-metadata'
import { fileURLToPath } from 'node:url'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { createChatServer } from '@roomful/server'
import cookieParser from 'cookie-parser'
import { SessionController, Sessions } from './sessions'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env

@Module({ controllers: [SessionController], providers: [Sessions] })
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true })
app.use(cookieParser())
app.useStaticAssets(fileURLToPath(new URL('../page/dist', import.meta.url)))
const sessions = app.get(Sessions)
const chat = await createChatServer({
  ...{ server: app.getHttpServer(), path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.userOf(cookies.session) },
})
sessions.onEnd = (sid) => chat.revokeSession(sid)

await app.listen(PORT)
console.log(`The app is at ${new URL('/', chat.url)}`)
process.once('SIGTERM', () => chat.close().then(() => app.close()))
