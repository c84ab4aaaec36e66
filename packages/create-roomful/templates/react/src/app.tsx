import { RoomProvider, useComposer, useConnection, useMessages } from '@roomful/react'
import { useMessageScroll } from '@roomful/react/scroll'

export function App() {
  const { status } = useConnection()
  return (
    <main>
      <RoomProvider id="general">
        <Messages />
        <Composer />
      </RoomProvider>
      <small role="status">{status === 'online' ? '' : status}</small>
    </main>
  )
}

function Messages() {
  const messages = useMessages()
  const { ref } = useMessageScroll()
  return (
    <div className="messages" ref={ref} role="log" aria-label="Messages">
      <div>
        {messages.map(({ key, status, senderName, content }) => (
          <p key={key} data-status={status}>
            <b>{senderName}</b> {content}
          </p>
        ))}
      </div>
    </div>
  )
}

function Composer() {
  const { text, setText, submit, canSubmit } = useComposer()
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <input
        aria-label="Message"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" disabled={!canSubmit}>
        Send
      </button>
    </form>
  )
}
