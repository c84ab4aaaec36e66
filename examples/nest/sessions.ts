import { randomUUID } from 'node:crypto'
import { Body, Controller, Inject, Injectable, Post, Redirect, Req, Res } from '@nestjs/common'
import type { Request, Response } from 'express'

type User = { readonly id: string; readonly name: string; readonly sid: string }

/** Who is signed in, by the value of the cookie. */
@Injectable()
export class Sessions {
  readonly #users = new Map<string, User>()
  /** Called with the `sid` of a session that has ended. */
  onEnd: (sid: string) => Promise<void> = async () => {}

  begin(name: string): string {
    const session = randomUUID()
    this.#users.set(session, { id: name.toLowerCase(), name, sid: session })
    return session
  }

  userOf(session = ''): User | undefined {
    return this.#users.get(session)
  }

  async end(session = ''): Promise<void> {
    if (this.#users.delete(session)) await this.onEnd(session)
  }
}

@Controller()
export class SessionController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @Post('login')
  @Redirect('/')
  login(@Body('name') name: unknown, @Res({ passthrough: true }) response: Response): void {
    response.cookie('session', this.sessions.begin(String(name)), { httpOnly: true, sameSite: 'lax' })
  }

  @Post('logout')
  @Redirect('/')
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    await this.sessions.end(request.cookies.session)
    response.clearCookie('session')
  }
}
