import { useChatSelector, useConnection } from '@roomful/react'
import type { ReactElement } from 'react'
import { errorText } from '../text/error-text'
import { Icon } from '../ui/icon'
import { useOnline } from './use-online'
import { useSecondsUntil } from './use-seconds-until'

/** Shows connection trouble, and nothing while all is well. */
export function ConnectionBanner(): ReactElement {
  const shown = useConnectionText()
  const unsent = useChatSelector((state) => state.unsent)
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
        </p>
      )}
    </div>
  )
}

function useConnectionText(): { text: string; next?: string } | null {
  const connection = useConnection()
  const hasNetwork = useOnline()
  const seconds = useSecondsUntil(connection.status === 'waiting' ? connection.retryAt : null)
  switch (connection.status) {
    case 'online':
    case 'idle':
      return null
    case 'connecting':
      // The first attempt is not worth a banner yet.
      if (connection.attempt <= 1) return null
      return hasNetwork ? { text: 'Connection lost.', next: 'Reconnecting…' } : { text: 'You are offline.' }
    case 'waiting': {
      if (!hasNetwork) return { text: 'You are offline.' }
      const when = seconds > 0 ? `Reconnecting in ${seconds} s…` : 'Reconnecting…'
      return { text: 'Connection lost.', next: when }
    }
    case 'stopped':
      return { text: connection.error ? `Disconnected. ${errorText(connection.error)}` : 'Disconnected.' }
  }
}
