import { useChat, useComposer, useMessages, useRoomSelector } from '@roomful/react'
import { useMessageScroll } from '@roomful/react/scroll'

export function Room() {
  const status = useRoomSelector((state) => state.status)
  return (
    <section data-room-status={status}>
      <Messages />
      <Composer />
    </section>
  )
}

function Messages() {
  const messages = useMessages()
  const { ref } = useMessageScroll()
  const me = useChat().getState().user?.id
  return (
    <div className="messages" ref={ref} role="log" aria-label="Messages">
      <div>
        {messages.map(({ key, seq, status, senderId, senderName, content }) => (
          <article key={key} data-key={key} data-seq={seq} data-status={status} data-own={senderId === me}>
            <b>{senderName}</b> <span data-testid="content">{content}</span>
            {status === 'sent' ? '' : ` (${status})`}
          </article>
        ))}
      </div>
    </div>
  )
}

function Composer() {
  const { text, setText, submit, canSubmit } = useComposer()
  return (
    <form
      className="composer"
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
  )
}
