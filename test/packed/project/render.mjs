// A page rendered on a server, with the packages as installed: no connection, and no global of a browser.
import { createChat } from '@roomful/client'
import {
  ChatProvider,
  RoomProvider,
  useConnection,
  useMessages,
  usePresence,
  useRooms,
  useUnread,
} from '@roomful/react'
import { createElement as h } from 'react'
import { renderToString } from 'react-dom/server'

function Screen() {
  const { users } = usePresence(['anna'])
  const seen = [useConnection().status, useRooms().length, useMessages().length, useUnread(), users.size]
  return h('p', null, seen.join(' '))
}

const chat = createChat({
  url: 'https://chat.invalid',
  auth: () => Promise.reject(new Error('asked for a token')),
})
process.stdout.write(renderToString(h(ChatProvider, { chat }, h(RoomProvider, { id: 'general' }, h(Screen)))))
