/** A page that talks to a server on another port: see other-port.test.ts. */
import { createChat } from '@roomful/client'

export type Shown = { status: string; code?: string; hint?: string; message?: string }

const query = new URLSearchParams(location.search)
const chat = createChat({
  url: query.get('chat') ?? '',
  auth: query.get('token') ?? '',
  ...(query.has('websocket') ? { transports: ['websocket'] } : {}),
})
const show = (): void => {
  const { connection } = chat.getState()
  const error = 'error' in connection ? connection.error : undefined
  const { code, hint, message } = error ?? {}
  Object.assign(window, { shown: { status: connection.status, code, hint, message } })
}
chat.subscribe(show)
show()
void chat.connect()
