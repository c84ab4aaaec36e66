import { useChat, useChatSelector, useConnection } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { errorText } from '../text/error-text'
import { Icon } from '../ui/icon'
import { useOnline } from './use-online'
import { useSecondsUntil } from './use-seconds-until'

/** Shows connection trouble, and nothing while all is well. */
export function ConnectionBanner(): ReactElement {
  const chat = useChat()
  const shown = useConnectionText()
  const unsent = useChatSelector((state) => state.unsent)
  const wasLost = useWasTrue(shown !== null)
  const waiting = unsent === 1 ? 'One change waits to be sent.' : `${unsent} changes wait to be sent.`
  return (
    <div className="connection" role="status" data-testid="connection">
      {shown && (
        <p>
          <Icon name="offline" />
          <span>
            {shown.text}
            {/* Visible only: read aloud, each second would be one more announcement. */}
            {shown.next && <span aria-hidden="true"> {shown.next}</span>}
            {unsent > 0 && ` ${waiting}`}
          </span>
          {shown.isWaiting && (
            <button type="button" className="link-button" onClick={() => chat.reconnect()}>
              Retry now
            </button>
          )}
        </p>
      )}
      {/* Seen by the banner that is gone. */}
      {!shown && wasLost && <span className="visually-hidden">Connected again.</span>}
    </div>
  )
}

/** Whether it has been true before. */
function useWasTrue(now: boolean): boolean {
  const [was, setWas] = useState(now)
  if (now && !was) setWas(true)
  return was
}

function useConnectionText(): { text: string; next?: string; isWaiting?: true } | null {
  const connection = useConnection()
  const hasNetwork = useOnline()
  const seconds = useSecondsUntil(connection.status === 'waiting' ? connection.retryAt : null)
  // The browser knows at once. That a connection is dead shows only when an answer is missing.
  if (!hasNetwork && connection.status !== 'stopped') return { text: 'You are offline.' }
  switch (connection.status) {
    case 'online':
    case 'idle':
      return null
    case 'connecting':
      // The first attempt is not worth a banner yet.
      return connection.attempt <= 1 ? null : { text: 'Connection lost.', next: 'Reconnecting…' }
    case 'waiting': {
      const when = seconds > 0 ? `Reconnecting in ${seconds} s…` : 'Reconnecting…'
      return { text: 'Connection lost.', next: when, isWaiting: true }
    }
    case 'stopped':
      return { text: connection.error ? `Disconnected. ${errorText(connection.error)}` : 'Disconnected.' }
  }
}
