/** A page that only polls, over a balancer on another port: see polling-across-origins.test.ts. */
import { createChat } from '@roomful/client'

export type Polled = { status: string; connections: number; texts: string[] }

const query = new URLSearchParams(location.search)
const chat = createChat({
  url: query.get('chat') ?? '',
  auth: query.get('token') ?? '',
  transports: ['polling'],
  storage: 'memory',
  tabs: 'separate',
  ...(query.has('cookies') ? { withCredentials: true } : {}),
})
const room = chat.room('general')
let [status, connections] = ['none', 0]
const show = (): void => {
  const { connection } = chat.getState()
  if (connection.status === 'online' && status !== 'online') connections++
  status = connection.status
  const polled: Polled = { status, connections, texts: room.messages().map(({ content }) => content) }
  Object.assign(window, { polled, send: (text: string) => void room.send(text) })
}
chat.subscribe(show)
room.subscribe(show)
show()
void room.open()
