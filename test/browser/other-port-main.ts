/** A page that talks to a server on another port: see other-port.test.ts. */
import { createChat } from '@roomful/client'

export type Shown = { status: string; code?: string; hint?: string; message?: string }

const query = new URLSearchParams(location.search)
const chat = createChat({
  url: query.get('chat') ?? '',
  auth: query.get('token') ?? '',
  ...(query.has('websocket') ? { transports: ['websocket'] } : {}),
})
/** The first outcome is kept: a later dial may end without a hint, and a test that looks now and then would see that one. */
let isOver = false
const show = (): void => {
  const { connection } = chat.getState()
  if (isOver) return
  isOver = ['waiting', 'stopped', 'online'].includes(connection.status)
  const error = 'error' in connection ? connection.error : undefined
  const { code, hint, message } = error ?? {}
  Object.assign(window, { shown: { status: connection.status, code, hint, message } })
}
chat.subscribe(show)
show()
void chat.connect()
