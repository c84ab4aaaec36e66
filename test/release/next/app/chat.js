'use client'

import { createChat } from '@roomful/client'
import { ChatProvider, RoomProvider, useMessages, useSend } from '@roomful/react'
import { useEffect, useState } from 'react'

export default function Chat({ url, token }) {
  const [chat] = useState(() => createChat({ url, auth: token }))
  return (
    <ChatProvider chat={chat}>
      <RoomProvider id="general">
        <Messages />
      </RoomProvider>
    </ChatProvider>
  )
}

function Messages() {
  const send = useSend()
  const messages = useMessages()
  useEffect(() => {
    send('hello')
  }, [send])
  return <p id="shown">{messages.map(({ status, content }) => `${status}: ${content}`).join()}</p>
}
