import { createChat } from '@roomful/client'
import { ChatProvider, RoomProvider, useMessages } from '@roomful/react'
import { type MessageScroll, useMessageScroll } from '@roomful/react/scroll'
import { createRoot } from 'react-dom/client'

/** The scrolling of the page, for its test. */
export type InScrollPage = Pick<
  MessageScroll,
  'scrollTo' | 'goBack' | 'scrollToBottom' | 'newCount' | 'dividerSeq' | 'highlightedKey' | 'canGoBack'
>
declare global {
  interface Window {
    messageScroll: InScrollPage
  }
}

const params = new URLSearchParams(location.search)
const chat = createChat({
  url: location.origin,
  auth: params.get('token') ?? '',
  storage: 'memory',
})

function Messages() {
  const scroll = useMessageScroll()
  window.messageScroll = scroll
  return (
    <div ref={scroll.ref} id="list" style={{ height: 400, overflow: 'auto' }}>
      <div>
        {useMessages().map(({ key, seq, id, createdAt, content }) => (
          <div
            key={key}
            data-key={key}
            data-seq={seq}
            data-id={id}
            data-at={createdAt}
            style={{ height: 30 + (seq % 7) * 10 }}
          >
            {content}
          </div>
        ))}
      </div>
    </div>
  )
}

createRoot(document.body.appendChild(document.createElement('div'))).render(
  <ChatProvider chat={chat}>
    <RoomProvider id="general">
      <Messages />
    </RoomProvider>
  </ChatProvider>,
)
