// A room by the hooks. It sends one message, and its text is what the room shows.
import { createChat } from '@roomful/client'
import { ChatProvider, RoomProvider, useMessages, useSend } from '@roomful/react'
import { createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'

const params = new URLSearchParams(location.search)
const chat = createChat({ url: params.get('url') ?? location.origin, auth: params.get('token') ?? '' })

function Messages() {
  const send = useSend()
  const messages = useMessages()
  useEffect(() => {
    send('hello')
  }, [send])
  const shown = messages.map(({ status, content }) => `${status}: ${content}`)
  return createElement('p', { id: 'shown' }, shown.join())
}

createRoot(document.getElementById('root')).render(
  createElement(
    ChatProvider,
    { chat },
    createElement(RoomProvider, { id: 'general' }, createElement(Messages)),
  ),
)
