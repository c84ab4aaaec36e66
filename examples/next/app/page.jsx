'use client'

import { createChat } from '@roomful/client'
import { ChatProvider } from '@roomful/react'
import { App } from 'chat-page'

// On the server it opens nothing. No token: the browser sends the cookie of the app's session by itself.
const chat = createChat({ url: '/api/chat' })

export default function Page() {
  return (
    <ChatProvider chat={chat}>
      <App />
    </ChatProvider>
  )
}
