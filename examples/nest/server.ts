import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Controller, Post, Redirect, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createChatServer } from '@roomful/server'
import cookieParser from 'cookie-parser'
import express, { type Request } from 'express'

const { PORT = '3000', DATABASE = 'sqlite:./data/roomful.db' } = process.env
const sessions = new Map<string, { id: string; name: string; sid: string }>()
@Controller()
class SessionController {
  @Post('login') @Redirect('/') login(@Req() { body, res }: Request): void {
    const [name, session] = [String(body?.name), randomUUID()]
    sessions.set(session, { id: name.toLowerCase(), name, sid: session })
    res?.cookie('session', session, { httpOnly: true, sameSite: 'lax' })
  }
  @Post('logout') @Redirect('/') async logout(@Req() { cookies, res }: Request): Promise<void> {
    if (sessions.delete(cookies.session)) await chat.revokeSession(cookies.session)
    res?.clearCookie('session')
  }
}
const app = await NestFactory.create({ module: class AppModule {}, controllers: [SessionController] })
app.use(cookieParser(), express.static(fileURLToPath(new URL('../page/dist', import.meta.url))))
const chat = await createChatServer({
  ...{ server: app.getHttpServer(), path: '/api/chat', database: DATABASE, defaultRooms: ['general'] },
  auth: { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') },
})
await app.listen(PORT, () => console.log(`The app is at ${new URL('/', chat.url)}`))
process.once('SIGTERM', () => chat.close().then(() => process.exit()))
