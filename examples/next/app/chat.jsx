'use client'

import { createChat } from '@roomful/client'
import {
  ChatProvider,
  RoomProvider,
  useChat,
  useComposer,
  useMessages,
  useRoomSelector,
} from '@roomful/react'
import { useState } from 'react'

export function Chat() {
  const [chat] = useState(() => createChat({ url: '/api/chat' }))
  return (
    <ChatProvider chat={chat}>
      <SignOut />
      <RoomProvider id="general">
        <Room />
      </RoomProvider>
    </ChatProvider>
  )
}

function SignOut() {
  const chat = useChat()
  const signOut = async () => {
    await chat.signOut()
    await fetch('/logout', { method: 'POST' })
    location.reload()
  }
  return (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  )
}

function Room() {
  const status = useRoomSelector((state) => state.status)
  const messages = useMessages()
  const me = useChat().getState().user?.id
  const { text, setText, submit, canSubmit } = useComposer()
  return (
    <section data-room-status={status}>
      <div role="log" aria-label="Messages">
        {messages.map(({ key, seq, status, senderId, senderName, content }) => (
          <article key={key} data-key={key} data-seq={seq} data-status={status} data-own={senderId === me}>
            <b>{senderName}</b> <span data-testid="content">{content}</span>
          </article>
        ))}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
        <button type="submit" disabled={!canSubmit}>
          Send
        </button>
      </form>
    </section>
  )
}
